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

    // A weight is fixed point 2^−16.
    private const double WeightUnit = 1.0 / (1L << 16);

    // Fewer silent failures do not tell how they are sampled.
    private const long MinSilent = 20;

    /// <summary>How outcomes are sampled; null where sampling does not look at them, or too few failed in silence to tell.</summary>
    public OutcomeSampling? Sampling { get; init; }

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

        WindowSums sums = Sum(selection, out long silent);
        return new WorkflowBaseline(-divergence, variance * sums.Weight * sums.Weight / sums.Squares, traces / Math.Max(1, minutes)) { Sampling = SamplingOf(sums, silent) };
    }

    /// <summary>What a scan for a loss beyond a threshold measures with.</summary>
    /// <param name="rule">The rule.</param>
    /// <param name="threshold">θ.</param>
    /// <param name="workflows">How many workflows are scanned.</param>
    public ScanCalibration Calibrate(AlertRule rule, double threshold, int workflows)
    {
        if (rule == AlertRule.Silent)
        {
            return ScanCalibration.Tilted(threshold, Sampling?.Tilt ?? 1, TracesPerMinute, workflows);
        }

        // As much of the variance as the loss itself makes is taken at the threshold instead.
        return ScanCalibration.Of(threshold, Variance - ((Loss - threshold) * (1 - Loss - threshold)), TracesPerMinute, workflows);
    }

    /// <summary>How outcomes are sampled.</summary>
    /// <param name="sums">Sums of the period.</param>
    /// <param name="silent">Silent failures in it.</param>
    internal static OutcomeSampling? SamplingOf(in WindowSums sums, long silent)
    {
        if (silent < MinSilent || sums.Weight <= sums.Silent)
        {
            return null;
        }

        OutcomeSampling sampling = new(sums.SilentSquares / sums.Silent, (sums.Squares - sums.SilentSquares) / (sums.Weight - sums.Silent));
        return sampling.IsTilted ? sampling : null;
    }

    private static WindowSums Sum(WindowSelection selection, out long silent)
    {
        WindowSums sums = default;
        silent = 0;
        foreach (OutcomeSums outcomes in selection.Groups.Select(static group => group.Outcomes))
        {
            foreach ((OutcomeRecord record, OutcomeWeight weight) in outcomes.Records)
            {
                Add(record.Outcome, record.HasUnrecovered, weight, ref sums, ref silent);
            }

            foreach ((OutcomeClass of, OutcomeWeight weight) in outcomes.Rest.Classes)
            {
                Add(of.Outcome, of.HasUnrecovered, weight, ref sums, ref silent);
            }
        }

        return sums;
    }

    private static void Add(TraceOutcome outcome, bool hasUnrecovered, OutcomeWeight weight, ref WindowSums sums, ref long silent)
    {
        bool isFailed = outcome == TraceOutcome.Failed;
        bool isSilent = isFailed && !hasUnrecovered;
        if (isFailed || outcome == TraceOutcome.Ok)
        {
            sums = sums.With((double)weight.Weight * WeightUnit, (double)weight.WeightSquared * WeightUnit * WeightUnit, isFailed, isSilent);
            silent += isSilent ? weight.Count : 0;
        }
    }
}
