namespace TraceGap.Aggregation;

/// <summary>Critical-path time by kind, ns.</summary>
/// <param name="Compute">Computing.</param>
/// <param name="Movement">Moving data.</param>
/// <param name="Handoff">Handing over.</param>
/// <param name="Wait">Waiting.</param>
public readonly record struct KindNanos(long Compute, long Movement, long Handoff, long Wait)
{
    /// <summary>Number of kinds.</summary>
    public const int Count = 4;

    /// <summary>Times by <see cref="SegmentKind"/>.</summary>
    public KindNanos(ReadOnlySpan<long> kinds)
        : this(kinds[(int)SegmentKind.Compute], kinds[(int)SegmentKind.Movement], kinds[(int)SegmentKind.Handoff], kinds[(int)SegmentKind.Wait])
    {
    }

    /// <summary>All of it.</summary>
    public long Total => unchecked(Compute + Movement + Handoff + Wait);

    /// <summary>The time of a kind.</summary>
    public long this[SegmentKind kind] => kind switch
    {
        SegmentKind.Compute => Compute,
        SegmentKind.Movement => Movement,
        SegmentKind.Handoff => Handoff,
        _ => Wait,
    };
}
