namespace TraceGap.Reporting;

/// <summary>Two reports side by side: two periods, two versions, two environments.</summary>
/// <param name="Before">What is compared with.</param>
/// <param name="After">What is compared.</param>
/// <param name="Reliability">Observed against theoretical.</param>
/// <param name="Latency">End-to-end latency and where it went.</param>
/// <param name="Layers">Layers of either side; those whose path time changed most first.</param>
/// <param name="Steps">Step keys of either side, likewise.</param>
public sealed record Comparison(
    ComparedSide Before, ComparedSide After, ReliabilityChange Reliability, LatencyChange Latency, IReadOnlyList<LayerChange> Layers, IReadOnlyList<StepChange> Steps);

/// <summary>One of the two sides.</summary>
/// <param name="Window">Its window.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Environment">The environment, or null for all of them.</param>
/// <param name="Version">The version, or null for all of them.</param>
/// <param name="Traces">Raw counts of traces.</param>
/// <param name="AnalysedUntil">Event time (UTC) up to which all that arrived is analysed.</param>
public sealed record ComparedSide(ReportWindow Window, string? Workflow, string? Environment, string? Version, TraceCounts Traces, DateTime? AnalysedUntil);

/// <summary>A figure of both sides. What one side has no data for is null.</summary>
/// <param name="Before">Before.</param>
/// <param name="After">After.</param>
/// <param name="Difference">After − before.</param>
/// <param name="Low">Lower end of the difference's 95 % interval; null for a figure that has none.</param>
/// <param name="High">Upper end.</param>
/// <param name="Significant">True if the interval excludes 0.</param>
public sealed record Change(double? Before, double? After, double? Difference, double? Low, double? High, bool Significant);

/// <summary>Changes of the figures of <see cref="ReliabilityReport"/>.</summary>
/// <param name="Observed">ok / (ok + failed).</param>
/// <param name="Theoretical">What the steps' own reliabilities multiply to.</param>
/// <param name="Divergence">Observed − theoretical.</param>
/// <param name="TheoreticalPerAttempt">Theoretical with first attempts.</param>
/// <param name="Retries">Terms of the decomposition, from here on.</param>
/// <param name="Dependence">P(no own failure) − theoretical.</param>
/// <param name="Recovered">P(own failures, all survived by the run).</param>
/// <param name="Silent">−P(failed without an unrecovered own failure).</param>
public sealed record ReliabilityChange(
    Change Observed, Change Theoretical, Change Divergence, Change TheoreticalPerAttempt, Change Retries, Change Dependence, Change Recovered, Change Silent);

/// <summary>Changes of the figures of <see cref="LatencyReport"/>, ms.</summary>
/// <param name="P50">Median.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Mean">Mean.</param>
/// <param name="CoordinationShare">Share of handing over, moving and waiting.</param>
/// <param name="Bands">Attribution of the traces around the median and of the slow ones.</param>
public sealed record LatencyChange(Change P50, Change P90, Change P95, Change P99, Change Mean, Change CoordinationShare, IReadOnlyList<BandChange> Bands);

/// <summary>Changes in one band.</summary>
/// <param name="Band"><c>p50</c>, <c>p95</c> or <c>p99</c>.</param>
/// <param name="Layers">Layers with path time in the band on either side; the greatest change first.</param>
public sealed record BandChange(string Band, IReadOnlyList<BandLayerChange> Layers);

/// <summary>Changes of one layer's part of a band; means over the traces of the band, ms. A layer without path time on a side has 0 there.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="CriticalMs">Critical-path time.</param>
/// <param name="Share">Share of the band's time.</param>
/// <param name="ComputeMs">Computing.</param>
/// <param name="MovementMs">Moving data.</param>
/// <param name="HandoffMs">Handing over.</param>
/// <param name="WaitMs">Waiting.</param>
public sealed record BandLayerChange(string Layer, Change CriticalMs, Change Share, Change ComputeMs, Change MovementMs, Change HandoffMs, Change WaitMs);

/// <summary>Changes of one layer.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Reliability">Own successes / executions.</param>
/// <param name="PathMs">Critical-path time over all traces that have latency, ms a trace.</param>
/// <param name="Share">Share of all path time.</param>
public sealed record LayerChange(string Layer, Change Reliability, Change PathMs, Change Share);

/// <summary>Changes of one step key.</summary>
/// <param name="Step">Step key as text.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="Executions">Steps that ran.</param>
/// <param name="Reliability">Own successes / executions.</param>
/// <param name="PathMs">Own critical-path time, ms a trace.</param>
/// <param name="P50">Median duration, ms.</param>
/// <param name="P99">99th percentile, ms.</param>
public sealed record StepChange(string Step, string Layer, Change Executions, Change Reliability, Change PathMs, Change P50, Change P99);
