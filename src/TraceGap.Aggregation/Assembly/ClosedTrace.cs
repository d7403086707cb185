using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Why the assembler handed a trace out.</summary>
public enum CloseReason
{
    /// <summary>The root was seen and the trace was quiet.</summary>
    RootEnded,

    /// <summary>Nothing arrived for a while, or the trace never fell silent, and there is no root: to be stored as open.</summary>
    Idle,

    /// <summary>An open trace got nothing for the root's grace: it is closed without a root.</summary>
    RootGrace,

    /// <summary>A limit on memory was reached.</summary>
    Overflow,

    /// <summary>The assembler was flushed.</summary>
    Shutdown,
}

/// <summary>A trace that the assembler handed out, with the spans that arrived since it did so last.</summary>
public sealed class ClosedTrace
{
    /// <summary>The trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>Why now.</summary>
    public required CloseReason Reason { get; init; }

    /// <summary>
    /// True if no root was among the spans in flight and the assembler goes on waiting for one. The stored part of the trace may know better: then <see cref="TraceAssembler.Settle"/>
    /// ends the wait.
    /// </summary>
    public required bool IsOpen { get; init; }

    /// <summary>Lowest inbox position of the new spans; −1 without spans.</summary>
    public required long FirstPosition { get; init; }

    /// <summary>When the first of the new spans arrived (without spans: <see cref="LastArrivalUnixNanos"/>), ns of wall time.</summary>
    public required long FirstArrivalUnixNanos { get; init; }

    /// <summary>When the trace last got a span, ns of wall time.</summary>
    public required long LastArrivalUnixNanos { get; init; }

    /// <summary>Number of new spans, duplicates included; maybe none (<see cref="CloseReason.RootGrace"/>).</summary>
    public int SpanCount => Arrived.Length;

    /// <summary>The new spans in order of arrival, still encoded.</summary>
    internal ArrivedSpan[] Arrived { get; init; } = [];

    /// <summary>The trace in parts of at most so many spans; spans without a parent are in the first, for they say how the trace ended.</summary>
    public IEnumerable<ClosedTrace> InParts(int mostSpans) => SpanCount <= mostSpans ? [this] : Arrived.OrderBy(static span => span.ParentSpanId.IsNone ? 0 : 1).Chunk(mostSpans).Select(Part);

    /// <summary>Decodes the new spans, in order of arrival.</summary>
    public SpanRecord[] ReadSpans()
    {
        SpanRecord[] spans = new SpanRecord[Arrived.Length];
        for (int i = 0; i < spans.Length; i++)
        {
            spans[i] = Arrived[i].Batch.Spans.Read(Arrived[i].Index);
        }

        return spans;
    }

    private ClosedTrace Part(ArrivedSpan[] arrived) => new()
    {
        TraceId = TraceId,
        Reason = Reason,
        IsOpen = IsOpen,
        FirstPosition = FirstPosition,
        FirstArrivalUnixNanos = FirstArrivalUnixNanos,
        LastArrivalUnixNanos = LastArrivalUnixNanos,
        Arrived = arrived,
    };
}
