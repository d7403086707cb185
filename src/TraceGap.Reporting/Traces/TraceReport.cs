namespace TraceGap.Reporting.Traces;

/// <summary>The answer of <c>GET /api/v1/traces/{traceId}</c>: one trace with all that was found about it. 64-bit nanoseconds are strings, as in OTLP/JSON.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="Workflow">What the user asked for.</param>
/// <param name="Outcome"><c>ok</c>, <c>failed</c>, <c>cancelled</c>, <c>unknown</c> or <c>open</c>.</param>
/// <param name="OutcomeSource">What told it: <c>explicit</c>, <c>evaluation</c>, <c>root</c>, <c>run-step</c>, <c>inferred</c>, or <c>none</c>.</param>
/// <param name="StartUnixNano">Start of the root, ns.</param>
/// <param name="EndUnixNano">End of the root, ns.</param>
/// <param name="DurationMs">End-to-end latency, ms; null without a root.</param>
/// <param name="Revision">1 for the first analysis, one more for each that late spans caused.</param>
/// <param name="Defects">What is odd about the trace.</param>
/// <param name="Spans">Every span, in order of start.</param>
/// <param name="Steps">Every step, in order of start.</param>
/// <param name="CriticalPath">Segments that tile the root's interval.</param>
/// <param name="TimedOrder">Where the path goes from one child to the next on the word of timing alone.</param>
/// <param name="Layers">Critical-path time per layer.</param>
/// <param name="Failure">Why it failed, or null.</param>
public sealed record TraceReport(
    string TraceId,
    string Workflow,
    string Outcome,
    string OutcomeSource,
    string StartUnixNano,
    string EndUnixNano,
    double? DurationMs,
    int Revision,
    IReadOnlyList<DefectEntry> Defects,
    IReadOnlyList<SpanEntry> Spans,
    IReadOnlyList<StepEntry> Steps,
    IReadOnlyList<SegmentEntry> CriticalPath,
    IReadOnlyList<TimedOrderEntry> TimedOrder,
    IReadOnlyList<LayerTimeEntry> Layers,
    FailureEntry? Failure);

/// <summary>One oddity.</summary>
/// <param name="Kind">What it is, camelCase.</param>
/// <param name="SpanId">The span it is about; null for the trace.</param>
/// <param name="Detail">In words.</param>
public sealed record DefectEntry(string Kind, string? SpanId, string Detail);

/// <summary>One span.</summary>
/// <param name="SpanId">16 hexadecimal digits.</param>
/// <param name="ParentSpanId">As emitted; null for a root.</param>
/// <param name="TreeParentSpanId">Where it hangs in the analysed tree, after repairs and adoption; null for a root and for what hangs below no span.</param>
/// <param name="Name">As emitted.</param>
/// <param name="Kind"><c>internal</c>, <c>server</c>, <c>client</c>, <c>producer</c>, <c>consumer</c>.</param>
/// <param name="Service">Service name.</param>
/// <param name="Layer">Layer name.</param>
/// <param name="LayerRule">The rule that decided the layer.</param>
/// <param name="StepId">The step it belongs to; null if none.</param>
/// <param name="Verdict">How it went.</param>
/// <param name="VerdictSignal">What decided that; empty for ok.</param>
/// <param name="ErrorType">Error type of a failed span; null otherwise.</param>
/// <param name="StartUnixNano">As emitted, ns.</param>
/// <param name="EndUnixNano">As emitted, ns.</param>
/// <param name="ShiftNano">What skew adjustment added to both, ns.</param>
/// <param name="Attributes">The kept attributes: texts, numbers and booleans.</param>
public sealed record SpanEntry(
    string SpanId,
    string? ParentSpanId,
    string? TreeParentSpanId,
    string Name,
    string Kind,
    string Service,
    string Layer,
    string LayerRule,
    string? StepId,
    string Verdict,
    string VerdictSignal,
    string? ErrorType,
    string StartUnixNano,
    string EndUnixNano,
    string ShiftNano,
    IReadOnlyDictionary<string, object> Attributes);

/// <summary>One step.</summary>
/// <param name="StepId">Names the step within its trace: the id of its first attempt's span.</param>
/// <param name="ParentStepId">The enclosing step; null if none.</param>
/// <param name="Layer">Layer name.</param>
/// <param name="StepKey"><c>service/layer/operation</c>.</param>
/// <param name="Operation">The operation alone.</param>
/// <param name="Verdict">The last attempt's verdict.</param>
/// <param name="OwnFailure">True if it failed and no step below explains it.</param>
/// <param name="Recovered">True if it failed of its own and the run went on.</param>
/// <param name="Attempts">The tries, in order.</param>
public sealed record StepEntry(
    string StepId,
    string? ParentStepId,
    string Layer,
    string StepKey,
    string Operation,
    string Verdict,
    bool OwnFailure,
    bool Recovered,
    IReadOnlyList<AttemptEntry> Attempts);

/// <summary>One try of a step.</summary>
/// <param name="SpanId">The span that opened it.</param>
/// <param name="Verdict">How it went.</param>
public sealed record AttemptEntry(string SpanId, string Verdict);

/// <summary>One stretch of the critical path.</summary>
/// <param name="SpanId">The span whose own time it is.</param>
/// <param name="Layer">Layer name.</param>
/// <param name="Kind"><c>compute</c>, <c>movement</c>, <c>handoff</c> or <c>wait</c>.</param>
/// <param name="StartUnixNano">Start, skew-adjusted, ns.</param>
/// <param name="EndUnixNano">End, ns.</param>
public sealed record SegmentEntry(string SpanId, string Layer, string Kind, string StartUnixNano, string EndUnixNano);

/// <summary>A place where the path takes one child to have waited for another because the other had ended when it began. A dependency may be hidden there, or there may be none.</summary>
/// <param name="ParentSpanId">The span that both hang below.</param>
/// <param name="BeforeSpanId">The one that ended.</param>
/// <param name="AfterSpanId">The one that began then or later.</param>
public sealed record TimedOrderEntry(string ParentSpanId, string BeforeSpanId, string AfterSpanId);

/// <summary>Critical-path time of one layer, ms.</summary>
/// <param name="Layer">Layer name.</param>
/// <param name="CriticalMs">All of it.</param>
/// <param name="ComputeMs">Work.</param>
/// <param name="MovementMs">Network and serialisation.</param>
/// <param name="HandoffMs">The seams.</param>
/// <param name="WaitMs">Queues, back-off, people.</param>
public sealed record LayerTimeEntry(string Layer, double CriticalMs, double ComputeMs, double MovementMs, double HandoffMs, double WaitMs);

/// <summary>Why a trace failed.</summary>
/// <param name="Layer">Layer of the first own unrecovered failure; null if silent.</param>
/// <param name="StepId">Its step; null if silent.</param>
/// <param name="ErrorType">Its error type, or empty.</param>
/// <param name="Text">One line for people.</param>
public sealed record FailureEntry(string? Layer, string? StepId, string ErrorType, string Text);
