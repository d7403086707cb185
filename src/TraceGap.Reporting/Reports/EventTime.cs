namespace TraceGap.Reporting;

/// <summary>Event times in the unit of reports.</summary>
internal static class EventTime
{
    private const long NanosPerTick = 100;

    /// <summary>UTC; null for null.</summary>
    public static DateTime? Utc(long? unixNanos) => unixNanos is long nanos ? DateTime.UnixEpoch.AddTicks(nanos / NanosPerTick) : null;
}
