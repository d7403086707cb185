namespace TraceGap.Reporting.Alerts;

/// <summary>A rule of a workflow that is or was wrong. Its JSON is a contract.</summary>
/// <param name="Workflow">The workflow.</param>
/// <param name="Rule"><c>divergence</c>, <c>silent</c>, <c>burn_rate</c>, <c>slow_burn</c>, <c>shift</c>, <c>p99</c> or <c>layer_share</c>.</param>
/// <param name="Status"><c>pending</c>, <c>firing</c>, <c>resolved</c>, <c>stale</c> or <c>inactive</c>.</param>
/// <param name="Since">Event time (UTC) up to which traces were analysed when it became so.</param>
/// <param name="FiredAt">The same of its last firing; null before the first.</param>
/// <param name="Reason">Why it became so.</param>
/// <param name="Summary">What is wrong, in a sentence; empty before it fires.</param>
/// <param name="Evidence">What it rests on; null before it fires.</param>
/// <param name="JudgedFrom">Traces that ended before (UTC) are no longer held against it: recovery was shown since.</param>
/// <param name="Severity"><c>critical</c> for what somebody is woken for, else <c>warning</c>.</param>
/// <param name="Fired">When it fired within the last eight days, from the start of the window that fired to the minute in which it was over; the end is null while it fires.</param>
public sealed record Alert(
    string Workflow,
    string Rule,
    string Status,
    DateTime Since,
    DateTime? FiredAt,
    string Reason,
    string Summary,
    AlertEvidence? Evidence,
    DateTime JudgedFrom,
    string Severity = AlertNames.Critical,
    IReadOnlyList<ReportWindow>? Fired = null);

/// <summary>What an alert rests on: the window that fired.</summary>
/// <param name="Window">The window.</param>
/// <param name="Traces">Ok and failed traces in it.</param>
/// <param name="Threshold">What is tolerated: a share; of <c>burn_rate</c> and <c>slow_burn</c> a burn rate; of <c>p99</c> a factor; of <c>layer_share</c> a rise of the share.</param>
/// <param name="Value">
/// What it is about. <c>divergence</c>, <c>shift</c>: observed − theoretical. <c>silent</c>: −P(silent failure). <c>burn_rate</c>, <c>slow_burn</c>: failures in multiples of what the objective
/// allows. <c>p99</c>: p99 of the window / that of the week before. <c>layer_share</c>: by how much the share of the layer rose.
/// </param>
/// <param name="Low">Lower end of its 95 % interval.</param>
/// <param name="High">Upper end.</param>
/// <param name="Score">Score of the window; of <c>layer_share</c> the rise less three standard errors.</param>
/// <param name="Limit">The score that it had to exceed.</param>
/// <param name="Observed">ok / (ok + failed) in the window.</param>
/// <param name="Theoretical">What the steps' own reliabilities multiply to.</param>
/// <param name="Decomposition">What observed differs from theoretical by.</param>
/// <param name="Layer">The layer that changed most: by its reliability, with <c>p99</c> by its path time, with <c>layer_share</c> by its share; null if none got worse.</param>
/// <param name="Step">The step key that changed most: by its reliability, or with <c>p99</c> and <c>layer_share</c> by its path time.</param>
/// <param name="ExampleTraceIds">Traces of the window, at most three: the smallest ids of failed ones, or with <c>p99</c> and <c>layer_share</c> slow ones.</param>
/// <param name="Objective">Where the workflow stood against its objective; null for other rules.</param>
public sealed record AlertEvidence(
    ReportWindow Window,
    long Traces,
    double Threshold,
    double? Value,
    double? Low,
    double? High,
    double Score,
    double Limit,
    double? Observed,
    double? Theoretical,
    Decomposition Decomposition,
    AlertCulprit? Layer,
    AlertCulprit? Step,
    IReadOnlyList<string> ExampleTraceIds,
    ObjectiveReport? Objective = null);

/// <summary>A part that changed against the day before; with <c>shift</c>, <c>p99</c> and <c>layer_share</c> against the week before.</summary>
/// <param name="Name">Layer or step key.</param>
/// <param name="Reliability">Its own successes / executions.</param>
/// <param name="PathMs">Its critical-path time, ms a trace: with <c>layer_share</c> of all traces, with <c>p99</c> of the slowest hundredth; null for rules that are about failures.</param>
public sealed record AlertCulprit(string Name, Change Reliability, Change? PathMs = null);

/// <summary>What a receiver was told, or is to be told.</summary>
/// <param name="Id">Number of the notification; a receiver that gets it again gets the same number.</param>
/// <param name="At">When it was decided on (UTC).</param>
/// <param name="Receiver">The receiver.</param>
/// <param name="Kind"><c>firing</c>, <c>resolved</c> or <c>stale</c>.</param>
/// <param name="Delivery"><c>pending</c>, <c>delivered</c> or <c>failed</c>.</param>
/// <param name="Attempts">How often it was tried.</param>
/// <param name="Problem">What went wrong last; null for nothing.</param>
/// <param name="Alert">The alert as it was then.</param>
public sealed record AlertNotice(long Id, DateTime At, string Receiver, string Kind, string Delivery, int Attempts, string? Problem, Alert Alert);

/// <summary>States of the rules, and what was told.</summary>
/// <param name="EvaluatedUntil">Event time (UTC) up to which traces are judged; null before the first evaluation.</param>
/// <param name="Alerts">All rules that are or were wrong; firing ones first.</param>
/// <param name="History">The latest notifications, newest first.</param>
/// <param name="Watch">What is watched, and who is told.</param>
public sealed record AlertList(DateTime? EvaluatedUntil, IReadOnlyList<Alert> Alerts, IReadOnlyList<AlertNotice> History, AlertWatch Watch);

/// <summary>How a receiver answered a test.</summary>
/// <param name="Receiver">Its name.</param>
/// <param name="Type">What it is.</param>
/// <param name="Delivered">Whether it took the notification.</param>
/// <param name="Problem">Why not; null if it did.</param>
public sealed record AlertTestResult(string Receiver, string Type, bool Delivered, string? Problem);

/// <summary>How all receivers answered.</summary>
/// <param name="Results">One a receiver, by name.</param>
public sealed record AlertTest(IReadOnlyList<AlertTestResult> Results);
