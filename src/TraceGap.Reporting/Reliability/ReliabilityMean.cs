using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// The mean of estimates, weighted by ok + failed, term by term; variances add with squared weights. Pooling the tables instead would mix the paths of one workflow with the
/// reliabilities of another and show a divergence that neither has.
/// </summary>
public static class ReliabilityMean
{
    /// <summary>Fewest ok and failed traces for a divergence to be called significant.</summary>
    public const long MinTraces = 100;

    private static readonly ReliabilityReport NoData = new(
        new ObservedReliability(null, null, null, null, null),
        Estimate.None,
        new Divergence(null, null, null, null, null, false),
        UpperBound: false,
        PathSample: 0,
        PerStepMean: null,
        CoordinationGap: null,
        Estimate.None,
        new Decomposition(null, null, null, null),
        Advertised: null,
        LayerLosses: [],
        PassK: []);

    /// <summary>Reports on estimates; their order is that in which terms are summed. All null without any.</summary>
    public static ReliabilityReport Of(IReadOnlyList<ReliabilityEstimate> estimates)
    {
        if (estimates.Count == 0)
        {
            return NoData;
        }

        double[] shares = Shares(estimates);
        long traces = estimates.Sum(static estimate => estimate.Traces);
        double observed = Mean(estimates, shares, static estimate => estimate.Observed);
        double theoretical = Mean(estimates, shares, static estimate => estimate.Theoretical);
        double perAttempt = Mean(estimates, shares, static estimate => estimate.PerAttempt);
        double? perStepMean = MeanWhereKnown(estimates, static estimate => estimate.PerStepMean);
        double? advertised = MeanWhereKnown(estimates, static estimate => estimate.Advertised);
        Estimate observedInterval = Interval(estimates, shares, static estimate => estimate.Observed, static estimate => estimate.ObservedTrials);
        return new ReliabilityReport(
            new ObservedReliability(
                observedInterval.Value,
                observedInterval.Low,
                observedInterval.High,
                Mean(estimates, shares, static estimate => estimate.Worst.Observed),
                Mean(estimates, shares, static estimate => estimate.Best.Observed)),
            Interval(estimates, shares, static estimate => estimate.Theoretical, static estimate => estimate.TheoreticalTrials),
            DivergenceOf(estimates, shares, observed - theoretical, traces),
            estimates.Any(static estimate => estimate.IsUpperBound),
            estimates.Sum(static estimate => estimate.PathSample),
            perStepMean,
            perStepMean - observed,
            Interval(estimates, shares, static estimate => estimate.PerAttempt, static estimate => estimate.PerAttemptTrials),
            new Decomposition(
                theoretical - perAttempt,
                Mean(estimates, shares, static estimate => estimate.Flawless) - theoretical,
                Mean(estimates, shares, static estimate => estimate.Recovered),
                0 - Mean(estimates, shares, static estimate => estimate.Silent)),
            advertised is double product ? new AdvertisedReliability(product, observed - product) : null,
            [.. Enumerable.Range(0, LayerNames.Count).Select(layer => LossOf(estimates, shares, layer)).Where(static loss => loss.Lost > 0 || loss.PerStep > 0)],
            PassK: []);
    }

    private static LayerLoss LossOf(IReadOnlyList<ReliabilityEstimate> estimates, double[] shares, int layer) => new(
        LayerNames.Of((Layer)layer),
        Mean(estimates, shares, estimate => estimate.LayerLosses[layer]),
        MeanWhereKnown(estimates, estimate => estimate.PerStepMean is null ? null : estimate.LayerShortfalls[layer]) ?? 0);

    private static Divergence DivergenceOf(IReadOnlyList<ReliabilityEstimate> estimates, double[] shares, double value, long traces)
    {
        (double low, double high) = Interval(estimates, shares, static estimate => estimate.Ghosted);
        int verdict = Verdict(low, high);
        (double worstLow, double worstHigh) = Interval(estimates, shares, static estimate => estimate.Worst.Ghosted);
        (double bestLow, double bestHigh) = Interval(estimates, shares, static estimate => estimate.Best.Ghosted);
        bool significant = verdict != 0 && traces >= MinTraces
            && Verdict(worstLow, worstHigh) == verdict && Verdict(bestLow, bestHigh) == verdict;
        return new Divergence(
            value,
            low,
            high,
            Mean(estimates, shares, static estimate => estimate.Worst.Divergence),
            Mean(estimates, shares, static estimate => estimate.Best.Divergence),
            significant);
    }

    private static Estimate Interval(
        IReadOnlyList<ReliabilityEstimate> estimates, double[] shares, Func<ReliabilityEstimate, double> value, Func<ReliabilityEstimate, double> trials) =>
        Wilson.Interval(
            Mean(estimates, shares, value),
            Variance(estimates, shares, estimate => value(estimate) * (1 - value(estimate)) / trials(estimate)),
            estimates.Sum(trials));

    private static (double Low, double High) Interval(
        IReadOnlyList<ReliabilityEstimate> estimates, double[] shares, Func<ReliabilityEstimate, DivergenceEstimate> part)
    {
        double middle = Mean(estimates, shares, estimate => part(estimate).Value);
        double half = Wilson.Z * Math.Sqrt(Variance(estimates, shares, estimate => part(estimate).Variance));
        return (Math.Max(-1, middle - half), Math.Min(1, middle + half));
    }

    // The sign of what the interval says; 0 if it says nothing.
    private static int Verdict(double low, double high) => low > 0 ? 1 : high < 0 ? -1 : 0;

    private static double[] Shares(IReadOnlyList<ReliabilityEstimate> estimates)
    {
        double total = estimates.Sum(static estimate => estimate.Weight);
        return [.. estimates.Select(estimate => estimate.Weight / total)];
    }

    private static double Mean(IReadOnlyList<ReliabilityEstimate> estimates, double[] shares, Func<ReliabilityEstimate, double> term)
    {
        double mean = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            mean += shares[i] * term(estimates[i]);
        }

        return mean;
    }

    private static double? MeanWhereKnown(IReadOnlyList<ReliabilityEstimate> estimates, Func<ReliabilityEstimate, double?> term)
    {
        ReliabilityEstimate[] known = [.. estimates.Where(estimate => term(estimate) is not null)];
        return known.Length == 0 ? null : Mean(known, Shares(known), estimate => term(estimate)!.Value);
    }

    private static double Variance(IReadOnlyList<ReliabilityEstimate> estimates, double[] shares, Func<ReliabilityEstimate, double> term)
    {
        double variance = 0;
        for (int i = 0; i < shares.Length; i++)
        {
            variance += shares[i] * shares[i] * term(estimates[i]);
        }

        return variance;
    }
}
