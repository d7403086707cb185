using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Observed and theoretical reliability of one environment, workflow and version from its outcome table, with linearised variances: V̂ = Σ Σw²·ψ² over the rows, ψ being the
/// derivative of a figure by the weight of a trace. A pure function of the table's content, whatever the order of its records.
/// </summary>
/// <remarks>
/// Where only the traces of a sample have their records, ψ of the others is what remains without its part through paths, ψ_rate. The rows of these traces are not known, so
/// V̂ = Σ_sample Σw²·ψ² + Σ_rest Σw²·ψ_rate², the latter taken to be as on the sample, in proportion to Σw².
/// </remarks>
public static class ReliabilityEstimator
{
    private static readonly Func<RowStep, double> OwnFailures = static step => step.OwnFailures;
    private static readonly Func<RowStep, double> FailedFirstAttempts = static step => step.FailedFirstAttempts;

    /// <summary>Estimates from the records of all traces.</summary>
    /// <param name="records">The outcome table; cancelled and open traces in it are ignored.</param>
    /// <param name="options">What else counts.</param>
    /// <returns>Null without any ok or failed trace.</returns>
    public static ReliabilityEstimate? Estimate(IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> records, EstimatorOptions options) =>
        Estimate(OutcomeSample.Whole(records), options);

    /// <summary>Estimates from the records of a sample and the sums over all others.</summary>
    internal static ReliabilityEstimate? Estimate(OutcomeSample sample, EstimatorOptions options)
    {
        OutcomeTable table = OutcomeTableBuilder.Build(sample, options.Granularity);
        Reading known = Reading.Of(Scenario.Of(table));
        return known.Tally.Total > 0 ? Estimate(known, options) : null;
    }

    private static ReliabilityEstimate Estimate(Reading known, EstimatorOptions options)
    {
        OutcomeTable table = known.Scenario.Table;
        Reading ghosted = Reading.Of(Scenario.Of(table, withGhosts: true));
        PathProduct perAttempt = known.PerAttempt();
        long traces = Known(table).Sum(static row => row.Count);
        UnequalWeights weights = UnequalWeights.Of(known.Tally.Total, traces, GhostTraces.LargestWeight(table));
        UnknownBound unchanged = new(known.Observed, known.Observed - known.Product.Value, ghosted.Divergence());
        bool hasUnknown = table.Rows.Any(static row => row.Outcome == TraceOutcome.Unknown) && options.UnknownShare > 0;
        (double flawless, double recovered, double silent) = Causes(known);
        return new ReliabilityEstimate
        {
            Traces = traces,
            Weight = known.Tally.Total,
            PathSample = Known(table).Where(static row => row.End >= 0).Sum(static row => row.Count),
            Observed = known.Observed,
            ObservedTrials = weights.Trials(known.ObservedTrials(traces), ghosted.ObservedTrials(traces)),
            Theoretical = known.Product.Value,
            TheoreticalTrials = weights.Trials(known.Trials(known.Product, OwnFailures, traces), ghosted.Trials(ghosted.Product, OwnFailures, traces)),
            IsUpperBound = known.IsUpperBound,
            PerAttempt = perAttempt.Value,
            PerAttemptTrials = weights.Trials(known.Trials(perAttempt, FailedFirstAttempts, traces), ghosted.Trials(ghosted.PerAttempt(), FailedFirstAttempts, traces)),
            PerStepMean = PerStepMean(known.Tally),
            LayerLosses = ByLayer(table, known.Product.Losses()),
            LayerShortfalls = ByLayer(table, Shortfalls(known.Tally)),
            Flawless = flawless,
            Recovered = recovered,
            Silent = silent,
            Divergence = known.Divergence(),
            Ghosted = ghosted.Divergence(),
            Worst = hasUnknown ? Bound(table, UnknownAs.Failed, options) : unchanged,
            Best = hasUnknown ? Bound(table, UnknownAs.Ok, options) : unchanged,
            Advertised = AdvertisedProduct(known, options.AdvertisedReliabilities),
        };
    }

    private static IEnumerable<OutcomeRow> Known(OutcomeTable table) => table.Rows.Where(static row => row.Outcome != TraceOutcome.Unknown);

    private static UnknownBound Bound(OutcomeTable table, UnknownAs unknownAs, EstimatorOptions options)
    {
        Reading reading = Reading.Of(Scenario.Of(table, unknownAs, options.UnknownShare));
        Reading ghosted = Reading.Of(Scenario.Of(table, unknownAs, options.UnknownShare, withGhosts: true));
        return new UnknownBound(reading.Observed, reading.Observed - reading.Product.Value, ghosted.Divergence());
    }

    private static double? PerStepMean(Tally tally)
    {
        double executions = 0;
        double failures = 0;
        for (int key = 0; key < tally.Executions.Length; key++)
        {
            executions += tally.Executions[key];
            failures += tally.OwnFailures[key];
        }

        return executions > 0 ? (executions - failures) / executions : null;
    }

    private static double[] Shortfalls(Tally tally)
    {
        double executions = tally.Executions.Sum();
        return Array.ConvertAll(tally.OwnFailures, failures => executions > 0 ? failures / executions : 0);
    }

    private static double[] ByLayer(OutcomeTable table, double[] byKey)
    {
        double[] byLayer = new double[LayerNames.Count];
        for (int key = 0; key < byKey.Length; key++)
        {
            byLayer[(int)table.Keys[key].Layer] += byKey[key];
        }

        return byLayer;
    }

    // An ok trace has survived its failures whatever its spans say, so that P(ok) = P(flawless) + P(recovered) − P(silent) holds for every table.
    private static (double Flawless, double Recovered, double Silent) Causes(Reading known)
    {
        double flawless = 0;
        double recovered = 0;
        double silent = 0;
        for (int i = 0; i < known.Scenario.Rows.Count; i++)
        {
            OutcomeRow row = known.Scenario.Rows[i];
            double weight = known.Scenario.Weights[i];
            bool survived = known.Scenario.IsOk[i] || !row.HasUnrecovered;
            flawless += row.HasOwnFailure ? 0 : weight;
            recovered += row.HasOwnFailure && survived ? weight : 0;
            silent += survived && !known.Scenario.IsOk[i] ? weight : 0;
        }

        double total = known.Tally.Total;
        return (flawless / total, recovered / total, silent / total);
    }

    private static double? AdvertisedProduct(Reading known, IReadOnlyDictionary<string, double>? declared)
    {
        if (declared is not { Count: > 0 })
        {
            return null;
        }

        OutcomeTable table = known.Scenario.Table;
        double[] reliabilities = known.Tally.Reliabilities(known.Tally.OwnFailures);
        for (int key = 0; key < reliabilities.Length; key++)
        {
            if (declared.TryGetValue(table.Keys[key].Text, out double value) || declared.TryGetValue(LayerNames.Of(table.Keys[key].Layer), out value))
            {
                reliabilities[key] = Math.Clamp(value, 0, 1);
            }
        }

        return new PathProduct(table, known.Tally, reliabilities).Value;
    }

    /// <summary>A scenario with its sums and its theoretical reliability.</summary>
    private sealed record Reading(Scenario Scenario, Tally Tally, PathProduct Product, bool IsUpperBound)
    {
        public double Observed => Tally.Ok / Tally.Total;

        public static Reading Of(Scenario scenario)
        {
            Tally tally = new(scenario);
            PathProduct product = new(scenario.Table, tally, tally.Reliabilities(tally.OwnFailures));
            return new Reading(scenario, tally, product, product.Differentiate());
        }

        public PathProduct PerAttempt()
        {
            PathProduct product = new(Scenario.Table, Tally, Tally.Reliabilities(Tally.FailedFirstAttempts));
            product.Differentiate();
            return product;
        }

        public double ObservedTrials(long traces)
        {
            double variance = 0;
            for (int i = 0; i < Scenario.Rows.Count; i++)
            {
                double influence = ObservedInfluence(i);
                variance += Scenario.WeightsSquared[i] * influence * influence;
            }

            return Wilson.Trials(Observed, variance, traces);
        }

        public double Trials(PathProduct product, Func<RowStep, double> failures, long traces) =>
            Wilson.Trials(product.Value, product.Variance(Scenario, failures, static _ => 0, sign: 1), traces);

        public DivergenceEstimate Divergence() =>
            new(Observed - Product.Value, Product.Variance(Scenario, OwnFailures, ObservedInfluence, sign: -1));

        private double ObservedInfluence(int row) => ((Scenario.IsOk[row] ? 1 : 0) - Observed) / Tally.Total;
    }
}
