namespace TraceGap.Reporting;

/// <summary>Where a workflow stands against its objective, over the objective's own window and whatever the report is narrowed to. What has no traces is null.</summary>
/// <param name="Name">Name of the setting.</param>
/// <param name="Target">Share of requests that shall end ok.</param>
/// <param name="Window">Length of the objective's window, such as <c>30d</c>.</param>
/// <param name="Until">Its end (UTC): the last whole minute of which all is analysed.</param>
/// <param name="Observed">ok / (ok + failed) over the window, with sampling weights.</param>
/// <param name="ErrorBudget">Share that may fail: 1 − target.</param>
/// <param name="ErrorBudgetRemaining">Part of the budget that is left, 1 − (1 − observed)/budget; below 0 once it is overspent.</param>
/// <param name="BurnRates">Failures in multiples of what the objective allows, over shorter windows with the same end; shortest first.</param>
public sealed record ObjectiveReport(
    string Name,
    double Target,
    string Window,
    DateTime Until,
    double? Observed,
    double ErrorBudget,
    double? ErrorBudgetRemaining,
    IReadOnlyList<BurnRate> BurnRates);

/// <summary>How fast an error budget is spent: 1 spends all of it just within the objective's window.</summary>
/// <param name="Window">Length of the window, such as <c>1h</c>.</param>
/// <param name="Value">Share of failed requests / share that may fail; null without requests.</param>
public sealed record BurnRate(string Window, double? Value);
