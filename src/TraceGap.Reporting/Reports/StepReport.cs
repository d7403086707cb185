namespace TraceGap.Reporting;

/// <summary>One layer over the window. Counts cover traces of any known or unknown outcome (not cancelled, not open); rates cover ok and failed ones.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Steps">Executions of its steps.</param>
/// <param name="OwnFailures">Of those, failed of their own.</param>
/// <param name="Recovered">Of those, survived by the run.</param>
/// <param name="Reliability">Own successes / executions.</param>
/// <param name="CriticalMs">Critical-path time per trace, over the traces that have the layer on their path, ms.</param>
/// <param name="Share">The layer's share of all path time.</param>
/// <param name="Tokens">Tokens of innermost inference steps.</param>
public sealed record LayerReport(
    string Layer, long Steps, long OwnFailures, long Recovered, Estimate Reliability, CriticalTime CriticalMs, double? Share, TokenCounts Tokens);

/// <summary>Critical-path time of a layer per trace, ms.</summary>
/// <param name="Mean">Exact mean.</param>
/// <param name="P50">Median.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
public sealed record CriticalTime(double? Mean, double? P50, double? P95, double? P99);

/// <summary>Tokens.</summary>
/// <param name="Input">Sent to models.</param>
/// <param name="Output">Made by models.</param>
public sealed record TokenCounts(long Input, long Output);

/// <summary>One step key over the window. Counts and rates cover the same traces as in <see cref="LayerReport"/>.</summary>
/// <param name="Step">The step key as text.</param>
/// <param name="Layer">Its layer.</param>
/// <param name="Service">Its service.</param>
/// <param name="Operation">Its operation.</param>
/// <param name="Executions">Steps that ran.</param>
/// <param name="Attempts">Tries, the repeated ones included.</param>
/// <param name="OwnFailures">Executions that failed of their own.</param>
/// <param name="Recovered">Of those, survived by the run.</param>
/// <param name="Reliability">Own successes / executions.</param>
/// <param name="DurationMs">First attempt's start to last attempt's end, ms.</param>
/// <param name="CriticalShare">Share of the step's own segments in all path time.</param>
/// <param name="Errors">Own failures by error type; most first.</param>
public sealed record StepReport(
    string Step,
    string Layer,
    string Service,
    string Operation,
    long Executions,
    long Attempts,
    long OwnFailures,
    long Recovered,
    Estimate Reliability,
    StepQuantiles DurationMs,
    double? CriticalShare,
    IReadOnlyList<ErrorCount> Errors);

/// <summary>Durations of a step, ms.</summary>
/// <param name="P50">Median.</param>
/// <param name="P95">95th percentile.</param>
/// <param name="P99">99th percentile.</param>
public sealed record StepQuantiles(double? P50, double? P95, double? P99);

/// <summary>Own failures of one error type.</summary>
/// <param name="Type">The error type, or empty.</param>
/// <param name="Count">Own failures.</param>
public sealed record ErrorCount(string Type, long Count);

/// <summary>Failed traces that one failure ended; layer and step are null for a silent failure.</summary>
/// <param name="Layer">Layer that failed of its own.</param>
/// <param name="Step">Step key that failed of its own.</param>
/// <param name="ErrorType">Its error type, or empty.</param>
/// <param name="Category">What kind of failure it was, one of <see cref="FailureCategory.All"/>.</param>
/// <param name="Traces">Failed traces.</param>
/// <param name="ExampleTraceId">The smallest id among them, 32 hexadecimal digits; null if traces are no longer kept.</param>
public sealed record FailureReport(string? Layer, string? Step, string ErrorType, string Category, long Traces, string? ExampleTraceId);
