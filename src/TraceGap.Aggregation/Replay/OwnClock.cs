namespace TraceGap.Aggregation;

/// <summary>Reads how much own time a span has had by a moment, as replayed. Asked in order of time.</summary>
/// <remarks>
/// The computing up to a moment is scaled as one sum and rounded once. So what was rounded does not add up, a factor of 1 changes nothing, and what lies between two moments never gets longer
/// by a factor below 1, nor shorter by one above.
/// </remarks>
/// <param name="stretches">The own time of the span.</param>
/// <param name="factor">What its computing is multiplied by.</param>
internal ref struct OwnClock(ReadOnlySpan<PathSegment> stretches, decimal factor)
{
    private readonly ReadOnlySpan<PathSegment> _stretches = stretches;
    private int _next;
    private long _compute;
    private long _other;
    private long _wait;

    /// <summary>Own time up to a moment, ns.</summary>
    /// <param name="time">The moment as recorded; never before one that was asked for earlier.</param>
    /// <param name="wait">Of that, waiting.</param>
    public long At(long time, out long wait)
    {
        while (_next < _stretches.Length && _stretches[_next].EndUnixNanos <= time)
        {
            ref readonly PathSegment passed = ref _stretches[_next++];
            Count(passed, passed.EndUnixNanos, ref _compute, ref _other, ref _wait);
        }

        (long compute, long other, wait) = (_compute, _other, _wait);
        if (_next < _stretches.Length && _stretches[_next].StartUnixNanos < time)
        {
            Count(_stretches[_next], time, ref compute, ref other, ref wait);
        }

        wait = Math.Min(wait, ReplayedTimes.Longest);
        return ReplayedTimes.Sum(Math.Min(other, ReplayedTimes.Longest), ReplayedTimes.Scaled(compute, factor));
    }

    private static void Count(in PathSegment stretch, long end, ref long compute, ref long other, ref long wait)
    {
        long nanos = end - stretch.StartUnixNanos;
        compute += stretch.Kind == SegmentKind.Compute ? nanos : 0;
        other += stretch.Kind == SegmentKind.Compute ? 0 : nanos;
        wait += stretch.Kind == SegmentKind.Wait ? nanos : 0;
    }
}
