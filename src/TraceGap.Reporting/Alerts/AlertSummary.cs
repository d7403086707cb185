using System.Globalization;

namespace TraceGap.Reporting.Alerts;

/// <summary>An alert in one sentence, for whoever is woken by it.</summary>
public static class AlertSummary
{
    /// <summary>Writes the sentence.</summary>
    public static string Of(string workflow, AlertRule rule, AlertEvidence evidence)
    {
        double minutes = evidence.Window is { From: DateTime from, To: DateTime to } ? (to - from).TotalMinutes : 0;
        string requests = string.Create(CultureInfo.InvariantCulture, $"{evidence.Traces:N0} requests in {minutes:0} min");
        string reliability = $"observed {Percent(evidence.Observed)} against {Percent(evidence.Theoretical)}";
        return rule switch
        {
            AlertRule.BurnRate or AlertRule.SlowBurn => $"{workflow}: the error budget burns {Number(evidence.Value)} ({Number(evidence.Low)} to {Number(evidence.High)}) times as fast as "
                + $"{Percent(evidence.Objective?.Target)} over {evidence.Objective?.Window} allows, told from {Number(evidence.Threshold)} on; {requests}, {reliability}; "
                + $"{Left(evidence.Objective?.ErrorBudgetRemaining)}{Fallen(evidence)}.",
            AlertRule.Shift => $"{workflow}: {Lost(evidence)} of requests fail beyond what the steps explain, more than in the week before, tolerated {Percent(evidence.Threshold)}; {requests}, {reliability}{Fallen(evidence)}.",
            AlertRule.P99 => $"{workflow}: p99 is {Number(evidence.Value)} ({Number(evidence.Low)} to {Number(evidence.High)}) times that of the week before, tolerated {Number(evidence.Threshold)}; {requests}{Slower(evidence)}.",
            AlertRule.LayerShare => $"{workflow}: {evidence.Layer?.Name ?? "a layer"} takes {Points(evidence.Value)} ({Points(evidence.Low)} to {Points(evidence.High)}) points more of the time than in the week before, "
                + $"tolerated {Points(evidence.Threshold)}; {requests}{Grown(evidence)}.",
            _ => $"{workflow}: {Lost(evidence)} {(rule == AlertRule.Silent ? "of requests fail with no step to blame" : "of requests fail beyond what the steps explain")}, "
                + $"tolerated {Percent(evidence.Threshold)}; {requests}, {reliability}{Fallen(evidence)}.",
        };
    }

    private static string Left(double? remaining) => remaining < 0 ? $"{Percent(-remaining)} more than the budget is spent" : $"{Percent(remaining)} of the budget is left";

    private static string Lost(AlertEvidence evidence) => $"{Percent(-evidence.Value)} ({Percent(-evidence.High)} to {Percent(-evidence.Low)})";

    private static string Fallen(AlertEvidence evidence) => evidence.Layer is not null && evidence.Step is { Reliability.Significant: true } step
        ? $"; {step.Name} fell most, from {Percent(step.Reliability.Before)} to {Percent(step.Reliability.After)}"
        : "; no step changed enough to explain it";

    private static string Slower(AlertEvidence evidence) => evidence.Step?.PathMs is Change change
        ? $"; {evidence.Step.Name} grew most in the slowest ones, from {Milliseconds(change.Before)} to {Milliseconds(change.After)}"
        : "; no step grew";

    private static string Grown(AlertEvidence evidence) => evidence.Step?.PathMs is Change change
        ? $"; {evidence.Step.Name} grew most, from {Milliseconds(change.Before)} to {Milliseconds(change.After)} a request"
        : "; no step grew";

    private static string Percent(double? share) => share is double value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0} %") : "unknown";

    private static string Points(double? share) => share is double value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0}") : "unknown";

    private static string Number(double? number) => number is double value ? string.Create(CultureInfo.InvariantCulture, $"{value:0.0}") : "unknown";

    private static string Milliseconds(double? time) => time is double value ? string.Create(CultureInfo.InvariantCulture, $"{value:N0} ms") : "nothing";
}
