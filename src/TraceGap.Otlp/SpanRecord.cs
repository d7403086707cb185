namespace TraceGap.Otlp;

/// <summary>One span as TraceGap keeps it: identity, times, kept attributes, and facts read from content that is not kept. Immutable.</summary>
/// <remarks>Field meanings follow opentelemetry.proto.trace.v1.Span (OTLP 1.11).</remarks>
public sealed class SpanRecord
{
    /// <summary>Bit of <see cref="Flags"/>: it is known whether the parent is remote.</summary>
    public const uint HasIsRemoteFlag = 0x100;

    /// <summary>Bit of <see cref="Flags"/>: the parent is remote.</summary>
    public const uint IsRemoteFlag = 0x200;

    /// <summary>The attribute that names the span of the same trace that an evaluation judges, 16 hexadecimal digits; made of the only link of an evaluator, or set by whoever sends it.</summary>
    public const string EvaluatedSpanKey = "tracegap.evaluated_span";

    /// <summary>A sampling weight of one, in the fixed point of <see cref="Weight"/>.</summary>
    public const long UnitWeight = 1L << 16;

    /// <summary>The trace this span belongs to; never zero.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>Names the span within its trace; never <see cref="SpanId.None"/>.</summary>
    public required SpanId SpanId { get; init; }

    /// <summary>The parent, or <see cref="SpanId.None"/>.</summary>
    public SpanId ParentSpanId { get; init; }

    /// <summary>The name as emitted, capped in length.</summary>
    public required string Name { get; init; }

    /// <summary>Role in a remote interaction.</summary>
    public SpanKind Kind { get; init; }

    /// <summary>Status code as emitted.</summary>
    public SpanStatus Status { get; init; }

    /// <summary>Span flags as emitted: W3C trace flags in the low byte, <see cref="HasIsRemoteFlag"/>, <see cref="IsRemoteFlag"/>.</summary>
    public uint Flags { get; init; }

    /// <summary>Start, nanoseconds since the Unix epoch, 0 to 2^63 − 1. Zero is a time.</summary>
    public required long StartUnixNanos { get; init; }

    /// <summary>End, nanoseconds since the Unix epoch, 0 to 2^63 − 1; may lie before the start (a defect, not an error).</summary>
    public required long EndUnixNanos { get; init; }

    /// <summary>What emitted the span.</summary>
    public required ResourceRecord Resource { get; init; }

    /// <summary>The instrumentation that made the span.</summary>
    public required ScopeRecord Scope { get; init; }

    /// <summary>The kept attributes.</summary>
    public AttributeSet Attributes { get; init; } = AttributeSet.Empty;

    /// <summary>What the content said before it was cut.</summary>
    public SpanFacts Facts { get; init; }

    /// <summary>Type of the last exception event, or null.</summary>
    public string? ExceptionType { get; init; }

    /// <summary>Number of documents or rows that a retrieval says it returned, or −1 where nothing says so.</summary>
    public int ResultCount { get; init; } = -1;

    /// <summary>
    /// Made of the content that tells what the span was asked to do, of the whole of it, and of the trace id: within a trace equal for equal inputs, else only by chance (2^−32). 0 where the
    /// span carries no such content.
    /// </summary>
    public uint InputHash { get; init; }

    /// <summary>1/p of the sampling probability in <c>tracestate</c>, fixed point with 16 fraction bits; <see cref="UnitWeight"/> where nothing says so.</summary>
    public long Weight { get; init; } = UnitWeight;
}
