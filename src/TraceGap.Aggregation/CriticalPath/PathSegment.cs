namespace TraceGap.Aggregation;

/// <summary>What the time of a path segment was spent on. Numbers are stored on disk; never reuse one.</summary>
public enum SegmentKind : byte
{
    /// <summary>Work.</summary>
    Compute = 0,

    /// <summary>Network and serialisation: a client's self time beside its server half.</summary>
    Movement = 1,

    /// <summary>The seams: self time of ingress, orchestration, assembly between and after the steps below.</summary>
    Handoff = 2,

    /// <summary>Queues, back-off between attempts, people.</summary>
    Wait = 3,
}

/// <summary>A stretch of the critical path. The segments of a trace tile its root's interval exactly.</summary>
/// <param name="SpanIndex">The span whose own time this is, index into <see cref="TraceFindings.Spans"/>.</param>
/// <param name="Layer">That span's layer.</param>
/// <param name="Kind">What the time was spent on.</param>
/// <param name="StartUnixNanos">Start, ns, skew-adjusted, inclusive.</param>
/// <param name="EndUnixNanos">End, ns, exclusive; after the start.</param>
public readonly record struct PathSegment(int SpanIndex, Layer Layer, SegmentKind Kind, long StartUnixNanos, long EndUnixNanos);
