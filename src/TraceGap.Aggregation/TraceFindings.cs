using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>One span with what the analysis found about it.</summary>
public readonly struct SpanFinding
{
    /// <summary>The span as emitted.</summary>
    public required SpanRecord Span { get; init; }

    /// <summary>Index of the parent after adoption and repairs, or −1.</summary>
    public required int ParentIndex { get; init; }

    /// <summary>Its layer and how that was decided.</summary>
    public required SpanLayer Layer { get; init; }

    /// <summary>The step it belongs to, index into <see cref="TraceFindings.Steps"/>, or −1.</summary>
    public required int StepIndex { get; init; }

    /// <summary>How the span went.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What decided the verdict; empty for ok.</summary>
    public required string VerdictSignal { get; init; }

    /// <summary>Error type if it failed, else null.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Skew shift, ns.</summary>
    public long ShiftNanos { get; init; }
}

/// <summary>Why a failed trace failed.</summary>
/// <param name="StepIndex">The first own unrecovered failure, else the earliest own failure, index into <see cref="TraceFindings.Steps"/>; −1 if silent.</param>
/// <param name="Layer">Its layer; null if silent.</param>
/// <param name="Step">Its key; null if silent.</param>
/// <param name="ErrorType">Its error type, or empty.</param>
/// <param name="Text">One line for people.</param>
public sealed record TraceFailure(int StepIndex, Layer? Layer, StepKey? Step, string ErrorType, string Text);

/// <summary>All that the analysis of one trace found. A pure function of the set of its distinct spans, of whether it is closed, and of the options.</summary>
public sealed class TraceFindings
{
    /// <summary>The trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>Environment, service, workflow and version that the trace counts under.</summary>
    public required RollupKey Key { get; init; }

    /// <summary>How it ended.</summary>
    public required TraceOutcome Outcome { get; init; }

    /// <summary>What told that.</summary>
    public required OutcomeSource OutcomeSource { get; init; }

    /// <summary>Index of the root, or −1.</summary>
    public required int RootIndex { get; init; }

    /// <summary>Start of the root (without one: of the first span), ns.</summary>
    public required long StartUnixNanos { get; init; }

    /// <summary>End of the root (without one: of the last span), ns; the event time of the trace.</summary>
    public required long EndUnixNanos { get; init; }

    /// <summary>Sampling weight, fixed point 2^−16: the root's, without a root the largest.</summary>
    public required long Weight { get; init; }

    /// <summary>Distinct spans, canonical order (start, end, span id).</summary>
    public required IReadOnlyList<SpanFinding> Spans { get; init; }

    /// <summary>Hash of the task that the trace tried, or null if no span names one.</summary>
    public ulong? Task { get; init; }

    /// <summary>Steps in order of start.</summary>
    public required IReadOnlyList<StepFinding> Steps { get; init; }

    /// <summary>Segments in order of time; empty without a root.</summary>
    public required IReadOnlyList<PathSegment> CriticalPath { get; init; }

    /// <summary>What is odd, in order of span and kind.</summary>
    public required IReadOnlyList<TraceDefect> Defects { get; init; }

    /// <summary>Why it failed, or null if it did not.</summary>
    public TraceFailure? Failure { get; init; }
}
