namespace TraceGap.Reporting;

/// <summary>End-to-end latency of ok and failed traces, ms.</summary>
/// <param name="P50">Median; quantiles are the geometric middle of a 2.2 % wide bin.</param>
/// <param name="P90">90th percentile.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
/// <param name="Mean">Exact mean.</param>
/// <param name="Bands">Attribution of the traces around the median and of the slow ones: <c>p50</c>, <c>p95</c>, <c>p99</c>; empty without data.</param>
/// <param name="CoordinationShare">Share of handing over, moving and waiting in all path time.</param>
/// <param name="CoveredShare">Share of path time inside steps without steps below them.</param>
public sealed record LatencyReport(
    double? P50, double? P90, double? P95, double? P99, double? Mean, IReadOnlyList<LatencyBand> Bands, double? CoordinationShare, double? CoveredShare);

/// <summary>Where the time of the traces of one band of end-to-end latency went.</summary>
/// <param name="Band"><c>p50</c>, <c>p95</c> or <c>p99</c>.</param>
/// <param name="Traces">Traces in the band.</param>
/// <param name="Layers">Layers with path time in the band; most time first.</param>
/// <param name="Steps">Step keys with own path time in the band; most time first. Path time outside steps is in none of them.</param>
/// <param name="CoordinationShare">Share of handing over, moving and waiting in the band's time.</param>
public sealed record LatencyBand(string Band, long Traces, IReadOnlyList<BandLayer> Layers, IReadOnlyList<BandStep> Steps, double? CoordinationShare);

/// <summary>One step key's part of a band. Times are means over all traces of the band.</summary>
/// <param name="Step">The step key as text.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="CriticalMs">Own critical-path time, ms: the sum of the four kinds.</param>
/// <param name="Share">The step's share of the band's time.</param>
/// <param name="ComputeMs">Computing, ms.</param>
/// <param name="MovementMs">Moving data, ms.</param>
/// <param name="HandoffMs">Handing over, ms.</param>
/// <param name="WaitMs">Waiting, ms.</param>
/// <param name="CoordinationShare">Share of handing over, moving and waiting in the step's own time.</param>
public sealed record BandStep(
    string Step, string Layer, double CriticalMs, double? Share, double ComputeMs, double MovementMs, double HandoffMs, double WaitMs, double? CoordinationShare);

/// <summary>One layer's part of a band. Times are means over all traces of the band, so that they add up to its mean latency.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="CriticalMs">Critical-path time, ms: the sum of the four kinds.</param>
/// <param name="Share">The layer's share of the band's time.</param>
/// <param name="ComputeMs">Computing, ms.</param>
/// <param name="MovementMs">Moving data, ms.</param>
/// <param name="HandoffMs">Handing over, ms.</param>
/// <param name="WaitMs">Waiting, ms.</param>
public sealed record BandLayer(string Layer, double CriticalMs, double? Share, double ComputeMs, double MovementMs, double HandoffMs, double WaitMs);

/// <summary>Children of one parent that run one after the other on the critical path and never overlap.</summary>
/// <param name="Parent">Step key of the parent.</param>
/// <param name="Children">Step keys of the children, in order.</param>
/// <param name="SavingMs">What running them in parallel would save per trace, ms.</param>
/// <param name="SavingShare">The saving as a share of end-to-end latency.</param>
/// <param name="Traces">Traces in which they were seen so.</param>
/// <param name="Confidence"><c>proven</c>, <c>likely</c> or <c>possible</c>.</param>
public sealed record SerializationReport(
    string Parent, IReadOnlyList<string> Children, double? SavingMs, double? SavingShare, long Traces, string Confidence);
