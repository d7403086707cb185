namespace TraceGap.Reporting;

/// <summary>Figures of a window over time: column by column, one entry a step in each.</summary>
/// <param name="Window">The window, widened to whole steps.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="StepSeconds">Length of a step, seconds.</param>
/// <param name="AnalysedUntil">Event time (UTC) up to which all that arrived is analysed; steps that end later may still grow. Null if unknown.</param>
/// <param name="Times">Start of every step, UTC.</param>
/// <param name="Traces">Ok and failed traces of every step.</param>
/// <param name="Series">The metrics that were asked for, in that order; where workflows, layers or steps are told apart, those of the one with most traces or steps first.</param>
public sealed record TimeSeries(
    ReportWindow Window,
    string? Workflow,
    long StepSeconds,
    DateTime? AnalysedUntil,
    IReadOnlyList<DateTime> Times,
    IReadOnlyList<long> Traces,
    IReadOnlyList<MetricSeries> Series);

/// <summary>What one step of a series is worth.</summary>
/// <param name="FromUnixNanos">Its start, ns since the Unix epoch, included; null for an input without traces.</param>
/// <param name="ToUnixNanos">Its end, ns, excluded; null likewise.</param>
/// <param name="Traces">Ok and failed traces.</param>
/// <param name="Metrics">Values of the metrics that were asked for, in that order.</param>
public sealed record StepValues(long? FromUnixNanos, long? ToUnixNanos, long Traces, IReadOnlyList<Estimate> Metrics);

/// <summary>One metric over time. Units are those of the report; what a step has no data for is null.</summary>
/// <param name="Metric">Its name.</param>
/// <param name="Of">The workflow, layer or step (its key) that it is of, where they are told apart; else null.</param>
/// <param name="Value">Values.</param>
/// <param name="Low">Lower ends of 95 % intervals; null for a metric that has none.</param>
/// <param name="High">Upper ends.</param>
public sealed record MetricSeries(string Metric, string? Of, IReadOnlyList<double?> Value, IReadOnlyList<double?>? Low, IReadOnlyList<double?>? High);
