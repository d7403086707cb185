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
/// <param name="TraceId">The trace.</param>
/// <param name="Spans">New spans in order of arrival, duplicates included; maybe none (<see cref="CloseReason.RootGrace"/>). Owned by the receiver.</param>
/// <param name="Reason">Why now.</param>
/// <param name="IsOpen">True if no root was among the spans in flight and the assembler goes on waiting for one. The stored part of the trace may know better: then
/// <see cref="TraceAssembler.Settle"/> ends the wait.</param>
/// <param name="FirstPosition">Lowest inbox position of the new spans; −1 without spans.</param>
/// <param name="FirstArrivalUnixNanos">When the first of the new spans arrived (without spans: <paramref name="LastArrivalUnixNanos"/>), ns of wall time.</param>
/// <param name="LastArrivalUnixNanos">When the trace last got a span, ns of wall time.</param>
public sealed record ClosedTrace(
    TraceId TraceId, IReadOnlyList<SpanRecord> Spans, CloseReason Reason, bool IsOpen, long FirstPosition, long FirstArrivalUnixNanos, long LastArrivalUnixNanos);
