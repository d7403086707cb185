namespace TraceGap.Reporting;

/// <summary>How failures hang together: which come together, when in a run they come, and whether tries of one step fail together. Over ok and failed traces, sampling weights respected.</summary>
/// <param name="Window">The window that the figures cover.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Traces">Ok and failed traces.</param>
/// <param name="Pairs">Pairs of step keys of which enough traces ran both; the surest first.</param>
/// <param name="Hazard">By position in the run, from the first on.</param>
/// <param name="Retries">Step keys that were tried again; those whose tries gained least first.</param>
public sealed record DependenceReport(
    ReportWindow Window, string? Workflow, long Traces, IReadOnlyList<FailurePair> Pairs, IReadOnlyList<PositionHazard> Hazard, IReadOnlyList<RetryGain> Retries);

/// <summary>Two step keys whose failures come together more often than by chance, or less often.</summary>
/// <param name="Step">One step key as text.</param>
/// <param name="Other">The other.</param>
/// <param name="Traces">Traces that ran both.</param>
/// <param name="Both">Of those, traces in which both failed of their own.</param>
/// <param name="Expected">How many it would be if neither had to do with the other.</param>
/// <param name="Lift">Both / expected: 1 without dependence.</param>
/// <param name="Low">Lower end of its 95 % interval, which holds for all pairs of the report together (Bonferroni).</param>
/// <param name="High">Upper end.</param>
/// <param name="Significant">True if the interval excludes 1.</param>
public sealed record FailurePair(string Step, string Other, long Traces, double Both, double Expected, double Lift, double Low, double High, bool Significant);

/// <summary>What became of the runs that reached a position.</summary>
/// <param name="Position">From 1 on; steps that overlap are one position.</param>
/// <param name="Reached">Traces whose path is so long; weighted.</param>
/// <param name="Failed">Of those, ended there by a step that failed.</param>
/// <param name="Lost">Of those, failed there with no step to blame.</param>
/// <param name="Hazard">Failed and lost / reached.</param>
public sealed record PositionHazard(int Position, double Reached, double Failed, double Lost, Estimate Hazard);

/// <summary>What trying a step again gained.</summary>
/// <param name="Step">The step key as text.</param>
/// <param name="Executions">Steps that ran; weighted.</param>
/// <param name="FailedFirst">Of those, first tries that failed.</param>
/// <param name="Failed">Of those, failed for good.</param>
/// <param name="TriesMade">Mean number of tries of those whose first failed.</param>
/// <param name="TriesWorth">As many independent tries would have left as many failures: log(failed / executions) / log(failed first / executions). Null if none failed for good.</param>
public sealed record RetryGain(string Step, double Executions, double FailedFirst, double Failed, double TriesMade, double? TriesWorth);
