namespace TraceGap.Aggregation;

/// <summary>
/// When a stored trace is analysed again. Every revision costs as much as the trace is long, so a trace waits the longer the longer it is, unless much of it is new: late
/// spans then cost no more than a constant times what the trace costs once.
/// </summary>
public static class ReopenPolicy
{
    private const long QuietNanos = 2_000_000_000;
    private const long QuietNanosPerSpan = 1_000_000;
    private const long MaxWaitNanos = 300_000_000_000;

    /// <summary>The time from which a re-opened trace may be analysed, ns: quiet for max(2 s, 1 ms × stored spans), or at once when it grew by a quarter; at most 5 min after its first new span.</summary>
    /// <param name="storedSpans">Spans of the trace that are stored.</param>
    /// <param name="newSpans">Spans that arrived since.</param>
    /// <param name="firstArrivalUnixNanos">Arrival of the first new span.</param>
    /// <param name="lastArrivalUnixNanos">Arrival of the last new span.</param>
    public static long ReadyAt(int storedSpans, int newSpans, long firstArrivalUnixNanos, long lastArrivalUnixNanos)
    {
        if (newSpans * 4L >= storedSpans)
        {
            return lastArrivalUnixNanos;
        }

        long quiet = Math.Max(QuietNanos, storedSpans * QuietNanosPerSpan);
        return Math.Min(lastArrivalUnixNanos + quiet, firstArrivalUnixNanos + MaxWaitNanos);
    }
}
