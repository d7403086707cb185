namespace TraceGap.Reporting.Traces;

/// <summary>The answer of <c>GET /api/v1/quality</c>: what is odd about the latest traces of a window.</summary>
/// <param name="Window">The window.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Traces">Traces that were looked at: the latest.</param>
/// <param name="Spans">Their distinct spans.</param>
/// <param name="Defects">What was found, in most traces first.</param>
public sealed record QualityReport(ReportWindow Window, string? Workflow, int Traces, long Spans, IReadOnlyList<DefectCount> Defects);

/// <summary>How common a defect is.</summary>
/// <param name="Kind">Kind of defect, as in a trace.</param>
/// <param name="Traces">Traces that have it.</param>
/// <param name="Count">How often they have it.</param>
/// <param name="ExampleTraceId">The latest of them.</param>
public sealed record DefectCount(string Kind, int Traces, int Count, string ExampleTraceId);
