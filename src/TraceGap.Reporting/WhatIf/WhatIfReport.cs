namespace TraceGap.Reporting;

/// <summary>
/// What a window would have looked like had something been different. Its JSON (<see cref="WhatIfJson"/>) is a contract like that of <see cref="Report"/>: durations in ms, reliabilities 0..1,
/// intervals 95 %, and null for what has no data.
/// </summary>
/// <param name="Window">The window.</param>
/// <param name="Workflow">The workflow, or null for all.</param>
/// <param name="Sampled">What latency was replayed of.</param>
/// <param name="Latency">End-to-end latency before and after.</param>
/// <param name="Reliability">Reliability before and after, of all traces of the window.</param>
/// <param name="Unmatched">Changes that meant nothing in the window, by their place in the question.</param>
/// <param name="Assumptions">What the answer takes for granted, a sentence each.</param>
public sealed record WhatIfReport(
    ReportWindow Window,
    string? Workflow,
    SampledTraces Sampled,
    LatencyProjection Latency,
    ReliabilityProjection Reliability,
    IReadOnlyList<string> Unmatched,
    IReadOnlyList<string> Assumptions);

/// <summary>A sample.</summary>
/// <param name="Traces">Ok and failed traces with a root that were replayed.</param>
/// <param name="Of">How many such traces the window has.</param>
public sealed record SampledTraces(long Traces, long Of);

/// <summary>End-to-end latency before and after.</summary>
/// <param name="Before">As recorded, ms.</param>
/// <param name="After">As replayed, ms.</param>
/// <param name="Gain">What is gained, as a share of before: 0.04 is four percent less. The same traces are compared, so this is known better than either.</param>
/// <param name="Layers">Where the time of the critical path went and would go; most time before first.</param>
public sealed record LatencyProjection(LatencyEstimates Before, LatencyEstimates After, LatencyEstimates Gain, IReadOnlyList<LayerShift> Layers);

/// <summary>Latency of a set of traces. Exact values of the sample, not bins.</summary>
/// <param name="P50">Median.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Mean">Mean.</param>
public sealed record LatencyEstimates(Estimate P50, Estimate P95, Estimate P99, Estimate Mean);

/// <summary>A layer's part of the critical path before and after.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="ShareBefore">Its share of all path time as recorded.</param>
/// <param name="ShareAfter">The same as replayed.</param>
/// <param name="CriticalMsBefore">Path time per trace as recorded, ms.</param>
/// <param name="CriticalMsAfter">The same as replayed, ms.</param>
public sealed record LayerShift(string Layer, double? ShareBefore, double? ShareAfter, double CriticalMsBefore, double CriticalMsAfter);

/// <summary>Reliability before and after.</summary>
/// <param name="Observed">ok / (ok + failed).</param>
/// <param name="Theoretical">What the steps' own reliabilities multiply to.</param>
public sealed record ReliabilityProjection(ReliabilityShift Observed, ReliabilityShift Theoretical);

/// <summary>One reliability before and after.</summary>
/// <param name="Before">As the report has it.</param>
/// <param name="After">With the changes.</param>
public sealed record ReliabilityShift(Estimate Before, Estimate After);
