namespace TraceGap.Reporting;

/// <summary>End-to-end latency against the number of requests in flight, and where requests begin to queue.</summary>
/// <param name="Window">The window, widened to whole steps.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="StepSeconds">Length of the steps that the window was cut into; requests in flight are means over a step.</param>
/// <param name="MaxInFlight">Most requests in flight in any step; null without data.</param>
/// <param name="Levels">Steps by requests in flight, fewest first; each level up to some 40 % above the one before.</param>
/// <param name="Knee">Where latency begins to grow with the requests in flight; null if it does not, or if too few steps lie beyond to say so.</param>
public sealed record ConcurrencyReport(
    ReportWindow Window, string? Workflow, long StepSeconds, double? MaxInFlight, IReadOnlyList<ConcurrencyLevel> Levels, ConcurrencyKnee? Knee);

/// <summary>The steps of a window that had about as many requests in flight.</summary>
/// <param name="InFlight">Mean number of requests in flight.</param>
/// <param name="Steps">Steps.</param>
/// <param name="Traces">Ok and failed traces that ended in them.</param>
/// <param name="RequestsPerSecond">Requests that ended, a second.</param>
/// <param name="MeanMs">Mean end-to-end latency, ms.</param>
/// <param name="P50">Median, ms.</param>
/// <param name="P95">95th percentile, ms.</param>
/// <param name="P99">99th percentile, ms.</param>
public sealed record ConcurrencyLevel(
    double InFlight, int Steps, long Traces, double RequestsPerSecond, double MeanMs, double? P50, double? P95, double? P99);

/// <summary>A knee: below it latency does not depend on load, above it every further request waits.</summary>
/// <param name="InFlight">Requests in flight at the knee.</param>
/// <param name="BaseMs">Mean latency below it, ms.</param>
/// <param name="RequestsPerSecond">What the system gets done beyond it, a second: the throughput it saturates at.</param>
/// <param name="StepsBeyond">Steps of the window with more requests in flight.</param>
public sealed record ConcurrencyKnee(double InFlight, double BaseMs, double RequestsPerSecond, int StepsBeyond);
