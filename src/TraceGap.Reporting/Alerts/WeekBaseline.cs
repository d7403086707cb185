using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>
/// How a workflow was in the week before: the seven days that end a day ago, so that what begins now is not in them, without the hours in which it fired. What changed is told by comparison with it.
/// </summary>
/// <param name="Traces">Ok and failed traces.</param>
/// <param name="Loss">δ of the week: −divergence.</param>
/// <param name="StandardError">Of δ.</param>
/// <param name="Times">How long its requests took; null if too few have a duration.</param>
public sealed record WeekBaseline(long Traces, double Loss, double StandardError, WeekTimes? Times)
{
    /// <summary>Fewest ok and failed traces for a verdict.</summary>
    public const long MinTraces = 1000;

    /// <summary>Measures a week.</summary>
    /// <param name="hours">The cells of each hour that counts; an hour without traces has none.</param>
    /// <param name="workflow">The workflow.</param>
    /// <returns>Null if there are too few traces.</returns>
    public static WeekBaseline? Of(IReadOnlyList<IReadOnlyList<KeyValuePair<RollupKey, RollupCell>>> hours, string workflow)
    {
        KeyValuePair<RollupKey, RollupCell>[] cells = [.. hours.SelectMany(static hour => hour)];
        IReadOnlyList<ReliabilityEstimate> estimates = new WindowSelection(new WindowGroups(cells), workflow).Estimate(new ReportInput { Cells = cells, Workflow = workflow });
        long traces = estimates.Sum(static estimate => estimate.Traces);
        if (traces < MinTraces)
        {
            return null;
        }

        double weight = estimates.Sum(static estimate => estimate.Weight);
        double loss = -estimates.Sum(estimate => estimate.Weight / weight * estimate.Divergence.Value);
        double variance = estimates.Sum(estimate => estimate.Weight / weight * (estimate.Weight / weight) * estimate.Divergence.Variance);
        RollupCell[][] own = [.. hours.Select(hour => hour.Where(cell => cell.Key.Workflow == workflow).Select(static cell => cell.Value).ToArray())];
        return new WeekBaseline(traces, loss, Math.Sqrt(variance), WeekTimes.Of(own));
    }
}
