namespace TraceGap.Reporting;

/// <summary>
/// The answer to "where does the time go, where does it fail, what is the coordination gap" over a window. Its JSON (<see cref="ReportJson"/>) is a contract: names, order and
/// units are those of the properties, in camel case. Durations are milliseconds, reliabilities 0..1, intervals 95 %. What has no data is null, never 0 and never 1.
/// </summary>
/// <param name="Window">The window that the figures cover.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Traces">Raw counts of traces.</param>
/// <param name="Weighted">The same with sampling weights; null if every weight is 1.</param>
/// <param name="Spans">Distinct spans.</param>
/// <param name="Overflow">True if key bounds were reached, so that some traces count under no key of their own.</param>
/// <param name="AnalysedUntil">Event time (UTC) up to which all that arrived is analysed; null if unknown.</param>
/// <param name="Reliability">Observed against theoretical.</param>
/// <param name="Latency">End-to-end latency and its attribution.</param>
/// <param name="Layers">Layers that have steps or path time; most steps first.</param>
/// <param name="Steps">Step keys; most executions first.</param>
/// <param name="Failures">What ended the failed traces; most traces first.</param>
/// <param name="Serialization">Children that run one after the other and need not.</param>
/// <param name="Objective">Where the workflow stands against its objective; null for one without, and for all workflows.</param>
public sealed record Report(
    ReportWindow Window,
    string? Workflow,
    TraceCounts Traces,
    WeightedCounts? Weighted,
    long Spans,
    bool Overflow,
    DateTime? AnalysedUntil,
    ReliabilityReport Reliability,
    LatencyReport Latency,
    IReadOnlyList<LayerReport> Layers,
    IReadOnlyList<StepReport> Steps,
    IReadOnlyList<FailureReport> Failures,
    IReadOnlyList<SerializationReport> Serialization,
    ObjectiveReport? Objective = null)
{
    /// <summary>The rules for layers that traces of the window were analysed by, in order of time: several where they changed, since a changed rule applies to traces that are analysed afterwards.</summary>
    public IReadOnlyList<RuleSetReport> RuleSets { get; init; } = [];
}

/// <summary>Rules for layers that traces were analysed by.</summary>
/// <param name="Id">The same for the same rules; <c>built-in</c> without rules of the user's own.</param>
/// <param name="Since">When they were taken up, UTC; null where there were no others.</param>
public sealed record RuleSetReport(string Id, DateTime? Since);

/// <summary>A half-open window of event time, after snapping outwards to whole minutes or hours.</summary>
/// <param name="From">Start, UTC, included; null if the window is that of an empty input.</param>
/// <param name="To">End, UTC, excluded; null likewise.</param>
public sealed record ReportWindow(DateTime? From, DateTime? To);

/// <summary>Raw counts of traces.</summary>
/// <param name="Total">All, whatever their outcome.</param>
/// <param name="Ok">Those that gave the user what was asked for.</param>
/// <param name="Failed">Those that did not.</param>
/// <param name="Cancelled">Those that their user gave up.</param>
/// <param name="Unknown">Closed without a root, and nothing else tells. Those of the workflow's service and environment are counted, since nobody knows whose they are.</param>
/// <param name="Open">Not closed yet.</param>
/// <param name="Inferred">Of the ok and failed ones: outcome inferred.</param>
/// <param name="Revised">Traces analysed more than once.</param>
public sealed record TraceCounts(long Total, long Ok, long Failed, long Cancelled, long Unknown, long Open, long Inferred, long Revised);

/// <summary>Counts with sampling weights.</summary>
/// <param name="Total">Σw of all traces.</param>
/// <param name="Ok">Σw of ok traces.</param>
/// <param name="Failed">Σw of failed traces.</param>
/// <param name="Effective">(Σw)²/Σw² of ok and failed traces; null without any.</param>
public sealed record WeightedCounts(double Total, double Ok, double Failed, double? Effective);
