namespace TraceGap.Aggregation;

/// <summary>Whether one piece of work began after another had ended, on clocks that are floored to the millisecond at the start (OpenTelemetry JS) and exact at the end.</summary>
internal static class Succession
{
    private const long Millisecond = 1_000_000;

    /// <summary>Whether work that began at <paramref name="start"/> came after work that ended at <paramref name="end"/>; a start on a whole millisecond may be up to one late.</summary>
    public static bool IsAfter(long start, long end) => start >= end || (start % Millisecond == 0 && end - start < Millisecond);

    /// <summary>
    /// Whether an attempt came after another: it may overlap it by less than a millisecond, but by no more than half of it, or parallel calls that fail at once would be retries.
    /// </summary>
    public static bool IsNextAttempt(long earlierStart, long earlierEnd, long laterStart)
    {
        long overlap = earlierEnd - laterStart;
        return overlap <= 0 || (overlap < Millisecond && overlap * 2 <= earlierEnd - earlierStart);
    }
}
