namespace TraceGap.Reporting;

/// <summary>
/// What a window spent on models, and what of it was in vain. Its JSON is a contract as that of <see cref="Report"/> is. Tokens are those that models report, of innermost calls, last attempts;
/// costs contain attempts that were thrown away as well. Nothing is weighted: money is spent by the traces that are there.
/// </summary>
/// <param name="Window">The window that the figures cover.</param>
/// <param name="Workflow">The workflow, or null for all of them.</param>
/// <param name="Currency">Code of the currency of all costs.</param>
/// <param name="Priced">True if every model that was called has a price. Else totals are of those that have one, and more was spent.</param>
/// <param name="Unpriced">Models without a price; most calls first.</param>
/// <param name="Requests">Traces whose work is counted.</param>
/// <param name="Tokens">Tokens of all models.</param>
/// <param name="Cost">What they cost.</param>
/// <param name="Layers">The same by layer; most tokens first.</param>
/// <param name="Models">The same by model; most calls first.</param>
/// <param name="Redundant">Work that need not have been done; most often first.</param>
public sealed record CostReport(
    ReportWindow Window,
    string? Workflow,
    string Currency,
    bool Priced,
    IReadOnlyList<string> Unpriced,
    RequestCounts Requests,
    TokenTotals Tokens,
    CostTotals Cost,
    IReadOnlyList<LayerCost> Layers,
    IReadOnlyList<ModelCost> Models,
    IReadOnlyList<RedundantWork> Redundant);

/// <summary>Traces whose work is counted: ok, failed and of unknown outcome.</summary>
/// <param name="Total">All of them.</param>
/// <param name="Ok">Those that gave the user what was asked for.</param>
/// <param name="Failed">Those that did not.</param>
public sealed record RequestCounts(long Total, long Ok, long Failed);

/// <summary>Tokens.</summary>
/// <param name="Input">Sent to models.</param>
/// <param name="Output">Made by models.</param>
/// <param name="CachedInput">Sent, and found in the provider's cache.</param>
public sealed record TokenTotals(long Input, long Output, long CachedInput);

/// <summary>Costs in the currency of the report; null where nothing has a price.</summary>
/// <param name="Total">All of it, attempts that were thrown away included.</param>
/// <param name="PerRequest">Total / requests.</param>
/// <param name="PerSuccess">Total / ok requests: what an answer costs, failures paid for; null without one.</param>
/// <param name="FailedRequests">Of the total, spent in failed requests.</param>
/// <param name="ThrownAway">Of the total, spent on attempts that were thrown away.</param>
/// <param name="Repeated">Of the total, spent on calls with the input of an earlier one of the same trace.</param>
public sealed record CostTotals(decimal? Total, decimal? PerRequest, decimal? PerSuccess, decimal? FailedRequests, decimal? ThrownAway, decimal? Repeated);

/// <summary>One layer's tokens.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CachedInput">Cached input tokens.</param>
/// <param name="Cost">What they cost; null where nothing has a price.</param>
public sealed record LayerCost(string Layer, long Input, long Output, long CachedInput, decimal? Cost);

/// <summary>One model.</summary>
/// <param name="Model">The model that answered, else the one that was asked; empty if spans name none, <c>(other)</c> for those beyond the longest list.</param>
/// <param name="Calls">Steps that called it.</param>
/// <param name="Input">Input tokens.</param>
/// <param name="Output">Output tokens.</param>
/// <param name="CachedInput">Cached input tokens.</param>
/// <param name="Cost">What it cost; null without a price.</param>
/// <param name="FailedRequestsCost">Of that, in failed requests.</param>
/// <param name="ThrownAwayCost">Of that, for attempts that were thrown away.</param>
/// <param name="TokensPerSecond">Output tokens per second of the calls that made some; null without any.</param>
/// <param name="FirstTokenMs">Time to the first token or chunk, where spans tell it, ms.</param>
public sealed record ModelCost(
    string Model,
    long Calls,
    long Input,
    long Output,
    long CachedInput,
    decimal? Cost,
    decimal? FailedRequestsCost,
    decimal? ThrownAwayCost,
    double? TokensPerSecond,
    StepQuantiles FirstTokenMs);

/// <summary>Work of one step key that need not have been done. Time and tokens of a step contain those of the steps inside it only as far as they are its own.</summary>
/// <param name="Step">The step key as text.</param>
/// <param name="Kind"><c>repeated</c>: the input of an earlier step of the trace that had not failed. <c>thrown_away</c>: an attempt that a later one replaced.</param>
/// <param name="Traces">Traces in which it was seen.</param>
/// <param name="Count">Repetitions or attempts.</param>
/// <param name="Ms">Sum of their durations, ms; what ran inside a frame is in it and in its own row.</param>
/// <param name="InputTokens">Input tokens.</param>
/// <param name="OutputTokens">Output tokens.</param>
public sealed record RedundantWork(string Step, string Kind, long Traces, long Count, double Ms, long InputTokens, long OutputTokens);
