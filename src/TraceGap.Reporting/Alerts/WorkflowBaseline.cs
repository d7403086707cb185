using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>How the loss of a workflow usually varies: what its windows are measured with. Made of a day or a week and not of the window itself, which would judge itself.</summary>
/// <param name="Loss">δ: −divergence.</param>
/// <param name="Variance">Variance of the divergence times the number of traces.</param>
/// <param name="TracesPerMinute">Ok and failed traces.</param>
public sealed record WorkflowBaseline(double Loss, double Variance, double TracesPerMinute)
{
    /// <summary>Fewest ok and failed traces for a verdict.</summary>
    public const long MinTraces = 100;

    /// <summary>A workflow with fewer traces a minute is measured by its week.</summary>
    public const double DailyTracesPerMinute = 1;

    /// <summary>Measures a workflow.</summary>
    /// <param name="cells">The cells of the period, a key may occur several times.</param>
    /// <param name="workflow">The workflow.</param>
    /// <param name="minutes">Length of the period since the workflow had its first traces in it.</param>
    /// <returns>Null if there are too few traces.</returns>
    public static WorkflowBaseline? Of(IReadOnlyList<KeyValuePair<RollupKey, RollupCell>> cells, string workflow, double minutes)
    {
        ReportInput input = new() { Cells = cells, Workflow = workflow };
        WindowSelection selection = new(new WindowGroups(cells), workflow);
        IReadOnlyList<ReliabilityEstimate> estimates = selection.Estimate(input);
        long traces = estimates.Sum(static estimate => estimate.Traces);
        if (traces < MinTraces)
        {
            return null;
        }

        double weight = estimates.Sum(static estimate => estimate.Weight);
        double variance = 0;
        double divergence = 0;
        foreach (ReliabilityEstimate estimate in estimates)
        {
            double share = estimate.Weight / weight;
            variance += share * share * estimate.Divergence.Variance;
            divergence += share * estimate.Divergence.Value;
        }

        return new WorkflowBaseline(-divergence, variance * Effective(selection), traces / Math.Max(1, minutes));
    }

    /// <summary>What a scan for a loss beyond a threshold measures with.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="threshold">θ.</param>
    /// <param name="workflows">How many workflows are scanned.</param>
    public ScanCalibration Calibrate(AlertRule rule, double threshold, int workflows)
    {
        // As much of the variance as the loss itself makes is taken at the threshold instead; silent failures are a plain proportion.
        double variance = rule == AlertRule.Divergence ? Variance - ((Loss - threshold) * (1 - Loss - threshold)) : 0;
        return ScanCalibration.Of(threshold, variance, TracesPerMinute, workflows);
    }

    private static double Effective(WindowSelection selection)
    {
        double weight = 0;
        double squares = 0;
        foreach (OutcomeWeight sum in selection.Groups.SelectMany(static group => group.Records)
            .Where(static record => record.Key.Outcome is TraceOutcome.Ok or TraceOutcome.Failed)
            .Select(static record => record.Value))
        {
            weight += (double)sum.Weight;
            squares += (double)sum.WeightSquared;
        }

        return weight * weight / squares;
    }
}
