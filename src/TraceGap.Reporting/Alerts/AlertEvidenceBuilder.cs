using System.Globalization;

namespace TraceGap.Reporting.Alerts;

/// <summary>Says what an alert rests on, from the report of the window that fired and that of the day before. Pure.</summary>
public static class AlertEvidenceBuilder
{
    /// <summary>Builds the evidence.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="finding">The window that fired.</param>
    /// <param name="calibration">What it was measured with.</param>
    /// <param name="window">Report of the workflow over that window.</param>
    /// <param name="before">Report over the day before it.</param>
    /// <param name="exampleTraceIds">Failed traces of the window.</param>
    public static AlertEvidence Build(
        AlertRule rule, ScanFinding finding, ScanCalibration calibration, Report window, Report before, IReadOnlyList<string> exampleTraceIds)
    {
        Comparison comparison = ComparisonBuilder.Build(before, window, default);
        ReliabilityReport reliability = window.Reliability;
        Estimate value = ValueOf(rule, finding, calibration, reliability);
        return new AlertEvidence(
            window.Window,
            window.Traces.Ok + window.Traces.Failed,
            calibration.Threshold,
            value.Value,
            value.Low,
            value.High,
            finding.Score,
            calibration.Limit,
            reliability.Observed.Value,
            reliability.Theoretical.Value,
            reliability.Decomposition,
            MostChanged(comparison.Layers.Select(static layer => new AlertCulprit(layer.Layer, layer.Reliability))),
            MostChanged(comparison.Steps.Select(static step => new AlertCulprit(step.Step, step.Reliability))),
            exampleTraceIds);
    }

    /// <summary>One sentence for whoever is woken by it.</summary>
    public static string Summary(string workflow, AlertRule rule, AlertEvidence evidence)
    {
        string what = rule == AlertRule.Silent ? "of requests fail with no step to blame" : "of requests fail beyond what the steps explain";
        string culprit = (evidence.Layer, evidence.Step) switch
        {
            (not null, AlertCulprit step) when step.Reliability.Significant => $"; {step.Name} fell most, from {Percent(step.Reliability.Before)} to {Percent(step.Reliability.After)}",
            _ => "; no step changed enough to explain it",
        };
        double minutes = evidence.Window is { From: DateTime from, To: DateTime to } ? (to - from).TotalMinutes : 0;
        return string.Create(
            CultureInfo.InvariantCulture,
            $"{workflow}: {Percent(-evidence.Value)} ({Percent(-evidence.High)} to {Percent(-evidence.Low)}) {what}, tolerated {Percent(evidence.Threshold)}; {evidence.Traces:N0} requests in {minutes:0} min, observed {Percent(evidence.Observed)} against {Percent(evidence.Theoretical)}{culprit}.");
    }

    private static Estimate ValueOf(AlertRule rule, ScanFinding finding, ScanCalibration calibration, ReliabilityReport reliability)
    {
        if (rule == AlertRule.Divergence)
        {
            return new Estimate(reliability.Divergence.Value, reliability.Divergence.Low, reliability.Divergence.High);
        }

        double silent = finding.Window.Loss;
        double kept = calibration.Kept(silent);
        double spread = silent * (1 - silent);
        double variance = spread > 0 ? spread * spread / (kept * (1 - kept) * finding.Window.Traces) : 0;
        Estimate interval = Wilson.Interval(silent, variance, finding.Window.Traces);
        return new Estimate(-interval.Value, -interval.High, -interval.Low);
    }

    // A change that chance does not explain comes before one that is larger and may be chance; only a part that got worse is worth naming.
    private static AlertCulprit? MostChanged(IEnumerable<AlertCulprit> parts) => parts
        .Where(static part => part.Reliability.Difference < 0)
        .OrderByDescending(static part => part.Reliability.Significant)
        .ThenBy(static part => part.Reliability.Difference)
        .ThenBy(static part => part.Name, StringComparer.Ordinal)
        .FirstOrDefault();

    private static string Percent(double? share) => share is double value ? string.Create(CultureInfo.InvariantCulture, $"{value * 100:0.0} %") : "unknown";
}
