using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>One try of a step.</summary>
/// <param name="SpanIndex">The span that opened it, index into <see cref="TraceFindings.Spans"/>; −1 for a span that was never exported.</param>
/// <param name="SpanId">Id of that span.</param>
/// <param name="Verdict">How this try went.</param>
/// <param name="StartUnixNanos">Start, ns, skew-adjusted.</param>
/// <param name="EndUnixNanos">End, ns, skew-adjusted.</param>
public readonly record struct AttemptFinding(int SpanIndex, SpanId SpanId, Verdict Verdict, long StartUnixNanos, long EndUnixNanos)
{
    /// <summary>True if this try failed and no failed step inside it explains that.</summary>
    public bool OwnFailure { get; init; }
}

/// <summary>One step: a logical piece of work of a layer within a trace.</summary>
public readonly struct StepFinding
{
    /// <summary>Position in <see cref="TraceFindings.Steps"/>, which is in order of start.</summary>
    public required int Index { get; init; }

    /// <summary>The enclosing step, or −1.</summary>
    public required int ParentIndex { get; init; }

    /// <summary>Service, layer, operation.</summary>
    public required StepKey Key { get; init; }

    /// <summary>The tries in order of time; at least one. Also the calls repeated inside the step (client retries).</summary>
    public required IReadOnlyList<AttemptFinding> Attempts { get; init; }

    /// <summary>Start of the first attempt, ns, skew-adjusted.</summary>
    public required long StartUnixNanos { get; init; }

    /// <summary>End of the last attempt, ns, skew-adjusted.</summary>
    public required long EndUnixNanos { get; init; }

    /// <summary>The last attempt's verdict.</summary>
    public required Verdict Verdict { get; init; }

    /// <summary>What decided the verdict, in the convention's words (<c>status</c>, <c>error.type</c>, <c>finish_reason=length</c>); empty for ok.</summary>
    public required string VerdictSignal { get; init; }

    /// <summary>The error type of a failed step, else null.</summary>
    public string? ErrorType { get; init; }

    /// <summary>True if it failed and no failed step below explains it.</summary>
    public bool OwnFailure { get; init; }

    /// <summary>True if it failed of its own and the run went on.</summary>
    public bool Recovered { get; init; }

    /// <summary>True for an orchestration step with steps below it.</summary>
    public bool IsFrame { get; init; }

    /// <summary>True if the step lies inside an attempt that a later attempt superseded: an attempt too, no execution.</summary>
    public bool IsSuperseded { get; init; }

    /// <summary>True if it counts as an execution: not superseded, not cancelled.</summary>
    public bool IsExecution => !IsSuperseded && Verdict != Verdict.Cancelled;

    /// <summary>
    /// What kind of operation it is: the convention's word without the target (<c>chat</c>, <c>execute_tool</c>, <c>invoke_agent</c>), else the operation. Null reads as the operation.
    /// </summary>
    public string? Kind { get; init; }

    /// <summary>The call of a model, last attempt; of innermost inference steps only.</summary>
    public ModelCall Call { get; init; }

    /// <summary>Calls of a model that earlier attempts made, in no stated order; null if none did.</summary>
    public IReadOnlyList<ModelCall>? ThrownAwayCalls { get; init; }
}
