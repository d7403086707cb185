namespace TraceGap.Reporting.Traces;

/// <summary>The answer of <c>GET /api/v1/traces</c>.</summary>
/// <param name="Traces">Matching traces, newest end first, then smallest id.</param>
/// <param name="NextCursor">Where the next page starts; null at the end.</param>
/// <param name="SearchedBackTo">Event time (UTC) back to which all was looked at, if the search ended before the page was full, since it would have taken long; <c>nextCursor</c> goes on from there. Else null.</param>
public sealed record TraceList(IReadOnlyList<TraceEntry> Traces, string? NextCursor, DateTime? SearchedBackTo);

/// <summary>One trace in a line.</summary>
/// <param name="TraceId">32 hexadecimal digits.</param>
/// <param name="Workflow">What the user asked for.</param>
/// <param name="Environment">Environment of the root's resource; empty if it names none.</param>
/// <param name="Version">Version of the root's service; empty if it names none.</param>
/// <param name="Outcome">How it ended.</param>
/// <param name="OutcomeSource">What told that.</param>
/// <param name="StartUnixNano">Start, ns.</param>
/// <param name="EndUnixNano">End, ns.</param>
/// <param name="DurationMs">End-to-end latency, ms; null without a root.</param>
/// <param name="Spans">Distinct spans.</param>
/// <param name="Revision">How often it was analysed.</param>
/// <param name="Failure">Why it failed, or null.</param>
public sealed record TraceEntry(
    string TraceId,
    string Workflow,
    string Environment,
    string Version,
    string Outcome,
    string OutcomeSource,
    string StartUnixNano,
    string EndUnixNano,
    double? DurationMs,
    int Spans,
    int Revision,
    TraceEntryFailure? Failure);

/// <summary>Why a trace failed.</summary>
/// <param name="Layer">Layer, or null if silent.</param>
/// <param name="Step">Step key, or null if silent.</param>
/// <param name="ErrorType">Error type, or empty.</param>
public sealed record TraceEntryFailure(string? Layer, string? Step, string ErrorType);
