namespace TraceGap.Storage;

/// <summary>
/// Tells which traces count as out of time: their clocks are wrong, or they are history. They would else make cells at any time, without end. Judged by arrivals that later spans cannot make
/// worse: its age by that of the first span, its lead by that of the last.
/// </summary>
internal sealed class EventTimeRule(RetentionOptions options)
{
    private readonly long _maxAge = options.MaxEventAge.Ticks * TimeSpan.NanosecondsPerTick;
    private readonly long _maxLead = options.MaxEventLead.Ticks * TimeSpan.NanosecondsPerTick;

    // As Int128: an end may be any 63 bits.
    public bool IsOut(TraceCommit trace) =>
        (Int128)trace.FirstArrivalUnixNanos - trace.EndUnixNanos > _maxAge || (Int128)trace.EndUnixNanos - trace.LastArrivalUnixNanos > _maxLead;
}
