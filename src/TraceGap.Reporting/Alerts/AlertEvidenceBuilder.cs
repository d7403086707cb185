namespace TraceGap.Reporting.Alerts;

/// <summary>What is known when an alert fires.</summary>
/// <param name="Finding">The window that fired.</param>
/// <param name="Calibration">What it was measured with.</param>
/// <param name="Policy">What the workflow is held to.</param>
/// <param name="Window">Report of the workflow over that window.</param>
/// <param name="Before">Report over what it is compared with.</param>
/// <param name="P99">p99 of the window / p99 before, with its interval.</param>
/// <param name="Objective">Where the workflow stands against its objective; null for none.</param>
/// <param name="ExampleTraceIds">Traces of the window.</param>
public sealed record AlertFacts(
    ScanFinding Finding,
    ScanCalibration Calibration,
    AlertPolicy Policy,
    Report Window,
    Report Before,
    Estimate P99,
    ObjectiveReport? Objective,
    IReadOnlyList<string> ExampleTraceIds);

/// <summary>Says what an alert rests on, from the report of the window that fired and that of the time it is compared with. Pure.</summary>
public static class AlertEvidenceBuilder
{
    private const string SlowBand = "p99";

    /// <summary>Builds the evidence.</summary>
    public static AlertEvidence Build(AlertRule rule, AlertFacts facts)
    {
        ReliabilityReport reliability = facts.Window.Reliability;
        Estimate value = ValueOf(rule, facts);
        Comparison comparison = ComparisonBuilder.Build(facts.Before, facts.Window, default);
        return new AlertEvidence(
            facts.Window.Window,
            facts.Window.Traces.Ok + facts.Window.Traces.Failed,
            ThresholdOf(rule, facts),
            value.Value,
            value.Low,
            value.High,
            facts.Finding.Score,
            facts.Calibration.Limit,
            reliability.Observed.Value,
            reliability.Theoretical.Value,
            reliability.Decomposition,
            LayerOf(rule, comparison),
            StepOf(rule, comparison, facts),
            facts.ExampleTraceIds,
            rule is AlertRule.BurnRate or AlertRule.SlowBurn ? facts.Objective : null);
    }

    /// <summary>Whether a rule is about how long requests take, and not about whether they fail.</summary>
    public static bool IsAboutTime(AlertRule rule) => rule is AlertRule.P99 or AlertRule.LayerShare;

    private static double ThresholdOf(AlertRule rule, AlertFacts facts) => rule switch
    {
        AlertRule.BurnRate or AlertRule.SlowBurn => facts.Calibration.Threshold / facts.Calibration.Odds,
        AlertRule.P99 => facts.Policy.P99Factor,
        _ => facts.Calibration.Threshold,
    };

    private static Estimate ValueOf(AlertRule rule, AlertFacts facts)
    {
        WindowLoss window = facts.Finding.Window;
        switch (rule)
        {
            case AlertRule.Silent:
                double kept = facts.Calibration.Kept(window.Loss);
                double spread = window.Loss * (1 - window.Loss);
                double variance = spread > 0 ? spread * spread / (kept * (1 - kept) * window.Traces) : 0;
                Estimate silent = Wilson.Interval(window.Loss, variance, window.Traces);
                return new Estimate(-silent.Value, -silent.High, -silent.Low);
            case AlertRule.BurnRate or AlertRule.SlowBurn:
                Estimate failed = Wilson.Interval(window.Loss, window.Loss * (1 - window.Loss) / window.Traces, window.Traces);
                double budget = facts.Calibration.Odds;
                return new Estimate(failed.Value / budget, failed.Low / budget, failed.High / budget);
            case AlertRule.P99:
                return facts.P99;
            case AlertRule.LayerShare:
                double error = (window.Loss - facts.Finding.Score) / LayerShareRule.StandardErrors;
                return new Estimate(window.Loss, window.Loss - (Wilson.Z * error), window.Loss + (Wilson.Z * error));
            default:
                Divergence divergence = facts.Window.Reliability.Divergence;
                return new Estimate(divergence.Value, divergence.Low, divergence.High);
        }
    }

    private static AlertCulprit? LayerOf(AlertRule rule, Comparison comparison)
    {
        switch (rule)
        {
            case AlertRule.P99:
                Dictionary<string, Change> slow = comparison.Latency.Bands.Where(static band => band.Band == SlowBand)
                    .SelectMany(static band => band.Layers).ToDictionary(static layer => layer.Layer, static layer => layer.CriticalMs, StringComparer.Ordinal);
                return Grown(comparison.Layers.Select(layer => new AlertCulprit(layer.Layer, layer.Reliability, slow.GetValueOrDefault(layer.Layer))));
            case AlertRule.LayerShare:
                LayerChange? risen = comparison.Layers.Where(static layer => layer.Share.Difference > 0).MaxBy(static layer => layer.Share.Difference);
                return risen is null ? null : new AlertCulprit(risen.Layer, risen.Reliability, risen.PathMs);
            default:
                return Fallen(comparison.Layers.Select(static layer => new AlertCulprit(layer.Layer, layer.Reliability)));
        }
    }

    private static AlertCulprit? StepOf(AlertRule rule, Comparison comparison, AlertFacts facts)
    {
        switch (rule)
        {
            case AlertRule.P99:
                Dictionary<string, double> before = Slow(facts.Before);
                Dictionary<string, double> after = Slow(facts.Window);
                return Grown(comparison.Steps.Select(step =>
                    new AlertCulprit(step.Step, step.Reliability, Difference(before.GetValueOrDefault(step.Step), after.GetValueOrDefault(step.Step)))));
            case AlertRule.LayerShare:
                return Grown(comparison.Steps.Select(static step => new AlertCulprit(step.Step, step.Reliability, step.PathMs)));
            default:
                return Fallen(comparison.Steps.Select(static step => new AlertCulprit(step.Step, step.Reliability)));
        }
    }

    private static Dictionary<string, double> Slow(Report report) => report.Latency.Bands.Where(static band => band.Band == SlowBand)
        .SelectMany(static band => band.Steps).ToDictionary(static step => step.Step, static step => step.CriticalMs, StringComparer.Ordinal);

    private static Change Difference(double before, double after) => new(before, after, after - before, null, null, false);

    private static AlertCulprit? Grown(IEnumerable<AlertCulprit> parts) => parts
        .Where(static part => part.PathMs?.Difference > 0)
        .OrderByDescending(static part => part.PathMs!.Difference)
        .ThenBy(static part => part.Name, StringComparer.Ordinal)
        .FirstOrDefault();

    // A change that chance does not explain comes before one that is larger and may be chance; only a part that got worse is worth naming.
    private static AlertCulprit? Fallen(IEnumerable<AlertCulprit> parts) => parts
        .Where(static part => part.Reliability.Difference < 0)
        .OrderByDescending(static part => part.Reliability.Significant)
        .ThenBy(static part => part.Reliability.Difference)
        .ThenBy(static part => part.Name, StringComparer.Ordinal)
        .FirstOrDefault();
}
