using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What can be odd about a trace; shown with it, never a reason to hide a span.</summary>
public enum DefectKind : byte
{
    /// <summary>The same span came with different content; the copy that ends later stands, then the greater content hash.</summary>
    ConflictingDuplicate,

    /// <summary>No span is the root.</summary>
    MissingRoot,

    /// <summary>More than one span has no parent; the earliest is the root.</summary>
    SeveralRoots,

    /// <summary>The parent named by a span is not in the trace.</summary>
    Orphan,

    /// <summary>A span is its own ancestor; the link of the earliest span of the cycle was cut.</summary>
    Cycle,

    /// <summary>A span ends before it starts.</summary>
    ReversedTime,

    /// <summary>A time on the wire was beyond 2^63 − 1 ns.</summary>
    TimeOutOfRange,

    /// <summary>Text on the wire was not UTF-8.</summary>
    InvalidText,

    /// <summary>A subtree of another resource lay outside its parent and was shifted.</summary>
    ClockSkew,

    /// <summary>Touching siblings overlapped by less than a floored millisecond; the earlier was clipped.</summary>
    Overlap,

    /// <summary>A span was moved below the span that really called it.</summary>
    Adopted,

    /// <summary>A span tells the same call as a tagged sibling and is kept off the path.</summary>
    Shadow,

    /// <summary>Children came, their parent never did: evidence of a failed span that was never exported.</summary>
    Incomplete,
}

/// <summary>One oddity of a trace.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="SpanId">The span it is about, or <see cref="Otlp.SpanId.None"/> for the trace.</param>
/// <param name="Detail">In words, with the figures that matter.</param>
public sealed record TraceDefect(DefectKind Kind, SpanId SpanId, string Detail);
