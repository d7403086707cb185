using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class EstimatorPropertyTests
{
    [Fact]
    public void Theoretical_is_what_the_formula_says()
    {
        for (int seed = 1000; seed < 1040; seed++)
        {
            Dictionary<OutcomeRecord, OutcomeWeight> table = RandomTables.Make(seed, records: 15);
            Assert.Equal(PrefixOracle.Theoretical(table), Estimate(table).Theoretical, 10);
        }
    }

    [Fact]
    public void The_decomposition_adds_up_to_observed()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            ReliabilityReport report = ReliabilityMean.Of([Estimate(RandomTables.Make(seed)), Estimate(RandomTables.Make(seed + 1000, records: 7))]);
            Decomposition terms = report.Decomposition;
            double causes = terms.Dependence!.Value + terms.Recovered!.Value + terms.Silent!.Value;

            Assert.Equal(report.Observed.Value!.Value, report.TheoreticalPerAttempt.Value!.Value + terms.Retries!.Value + causes, 1e-12);
            Assert.Equal(report.Divergence.Value!.Value, causes, 1e-12);
            Assert.Equal(report.PerStepMean!.Value - report.Observed.Value.Value, report.CoordinationGap!.Value, 1e-12);
            Assert.True(terms.Recovered >= 0 && terms.Silent <= 0);
        }
    }

    [Fact]
    public void What_layers_lose_leads_from_the_mean_of_the_parts_to_theoretical()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            ReliabilityReport report = ReliabilityMean.Of([Estimate(RandomTables.Make(seed)), Estimate(RandomTables.Make(seed + 1000, records: 7))]);

            Assert.Equal(1 - report.Theoretical.Value!.Value, report.LayerLosses.Sum(static layer => layer.Lost), 1e-9);
            Assert.Equal(1 - report.PerStepMean!.Value, report.LayerLosses.Sum(static layer => layer.PerStep), 1e-12);
            Assert.All(report.LayerLosses, static layer => Assert.True(layer.Lost >= -1e-12 && layer.PerStep >= 0));
        }
    }

    /// <summary>A chain that runs on after failures: a request comes to a step if all before it were well.</summary>
    [Fact]
    public void In_a_chain_a_layer_loses_those_that_come_to_it_and_fail_there()
    {
        Dictionary<OutcomeRecord, OutcomeWeight> table = [];
        for (int run = 0; run < 8; run++)
        {
            // All eight combinations, weighted as if they were independent: 0.9, 0.8 and 0.5.
            (bool retrieval, bool inference, bool tool) = ((run & 1) == 0, (run & 2) == 0, (run & 4) == 0);
            int weight = (retrieval ? 9 : 1) * (inference ? 8 : 2) * 5;
            OutcomeRecord record = new SimulatedRun().Step("retrieve", retrieval).Step("model", inference).Step("tool", tool)
                .Ends(retrieval && inference && tool ? TraceOutcome.Ok : TraceOutcome.Failed);
            table[record] = new OutcomeWeight(weight, (Int128)weight << 16, (Int128)weight << 32);
        }

        IReadOnlyList<LayerLoss> losses = ReliabilityMean.Of([Estimate(table)]).LayerLosses;

        Assert.Equal(["retrieval", "inference", "tool_call"], losses.Select(static layer => layer.Layer));
        Assert.Equal([0.1, 0.18, 0.36], losses.Select(static layer => Math.Round(layer.Lost, 12)));
        Assert.Equal([0.1 / 3, 0.2 / 3, 0.5 / 3], losses.Select(static layer => layer.PerStep), (a, b) => Math.Abs(a - b) < 1e-12);
    }

    [Fact]
    public void The_order_of_records_changes_no_bit()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            KeyValuePair<OutcomeRecord, OutcomeWeight>[] records = [.. RandomTables.Make(seed)];
            string expected = Text(records);
            new Random(seed).Shuffle(records);
            Assert.Equal(expected, Text(records));
        }
    }

    [Fact]
    public void A_table_cut_into_several_gives_the_same_bits()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            KeyValuePair<OutcomeRecord, OutcomeWeight>[] records = [.. RandomTables.Make(seed)];
            KeyValuePair<OutcomeRecord, OutcomeWeight>[] pieces =
            [
                .. records.SelectMany(static entry => new[]
                {
                    KeyValuePair.Create(entry.Key, new OutcomeWeight(entry.Value.Count - 1, entry.Value.Weight - 7, entry.Value.WeightSquared - 49)),
                    KeyValuePair.Create(entry.Key, new OutcomeWeight(1, 7, 49)),
                }).Where(static entry => entry.Value.Count > 0),
            ];
            Dictionary<OutcomeRecord, OutcomeWeight> together = [];
            foreach ((OutcomeRecord record, OutcomeWeight weight) in pieces)
            {
                together[record] = together.GetValueOrDefault(record) + weight;
            }

            Assert.Equal(Text(together), Text(pieces));
        }
    }

    [Fact]
    public void Weights_scaled_alike_change_no_ratio_and_no_interval()
    {
        for (int seed = 0; seed < 100; seed++)
        {
            Dictionary<OutcomeRecord, OutcomeWeight> table = RandomTables.Make(seed);
            ReliabilityEstimate once = Estimate(table);
            ReliabilityEstimate thrice = Estimate(table.ToDictionary(
                static entry => entry.Key,
                static entry => new OutcomeWeight(entry.Value.Count, entry.Value.Weight * 3, entry.Value.WeightSquared * 9)));

            Assert.Equal(once.Observed, thrice.Observed, 1e-12);
            Assert.Equal(once.Theoretical, thrice.Theoretical, 1e-12);
            Assert.Equal(once.PerAttempt, thrice.PerAttempt, 1e-12);
            Assert.Equal(once.PerStepMean!.Value, thrice.PerStepMean!.Value, 1e-12);
            Assert.Equal(once.Worst.Divergence, thrice.Worst.Divergence, 1e-12);
            Assert.Equal(1, once.ObservedTrials / thrice.ObservedTrials, 1e-9);
            Assert.Equal(1, once.TheoreticalTrials / thrice.TheoreticalTrials, 1e-9);
            Assert.Equal(once.Ghosted.Value, thrice.Ghosted.Value, 1e-12);
            Assert.Equal(once.Ghosted.Variance, thrice.Ghosted.Variance, 1e-12);
        }
    }

    [Fact]
    public void Estimates_are_probabilities_within_their_intervals_and_no_interval_is_without_width()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            ReliabilityReport report = ReliabilityMean.Of([Estimate(RandomTables.Make(seed, records: 1 + (seed % 40)))]);
            AssertProbability(new Estimate(report.Observed.Value, report.Observed.Low, report.Observed.High));
            AssertProbability(report.Theoretical);
            AssertProbability(report.TheoreticalPerAttempt);
            Assert.True(report.Divergence.Low < report.Divergence.High);
            Assert.InRange(report.Observed.Value!.Value, report.Observed.Worst!.Value, report.Observed.Best!.Value);
        }
    }

    private static void AssertProbability(Estimate estimate)
    {
        Assert.InRange(estimate.Value!.Value, 0, 1);
        Assert.InRange(estimate.Value.Value, estimate.Low!.Value, estimate.High!.Value);
        Assert.InRange(estimate.Low.Value, 0, 1);
        Assert.InRange(estimate.High.Value, 0, 1);
        Assert.True(estimate.Low < estimate.High);
    }

    private static ReliabilityEstimate Estimate(IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> table)
    {
        KeyValuePair<OutcomeRecord, OutcomeWeight>[] records = [.. table];
        return ReliabilityEstimator.Estimate(records, EstimatorOptions.Default)
            ?? ReliabilityEstimator.Estimate(
                records.Append(KeyValuePair.Create(new SimulatedRun().Ends(TraceOutcome.Ok), new OutcomeWeight(1, 1 << 16, (Int128)1 << 32))), EstimatorOptions.Default)!;
    }

    private static string Text(IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> table)
    {
        ReliabilityEstimate estimate = Estimate(table);
        return string.Join(
            ' ', estimate.Observed, estimate.Theoretical, estimate.TheoreticalTrials, estimate.PerAttempt, estimate.PerAttemptTrials, estimate.ObservedTrials,
            estimate.Ghosted, estimate.Divergence, estimate.Worst, estimate.Best, estimate.PerStepMean, estimate.Flawless, estimate.Recovered, estimate.Silent);
    }
}
