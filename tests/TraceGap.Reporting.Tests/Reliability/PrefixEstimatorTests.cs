using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Against worlds with known truth. Tables hold every possible run with its exact probability, so a difference from the truth is bias and no noise.</summary>
public sealed class PrefixEstimatorTests
{
    private const double Exact = 1e-9;

    [Fact]
    public void One_path_multiplies_to_the_product_of_its_steps()
    {
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(SimulatedWorld.SixSteps);
        ReliabilityEstimate estimate = Estimate(table);

        Assert.Equal(0.832972, Math.Pow(0.97, 6), 6);
        Assert.Equal(Math.Pow(0.97, 6), estimate.Theoretical, Exact);
        Assert.Equal(Math.Pow(0.97, 6), estimate.Observed, Exact);
        Assert.Equal(0.97, estimate.PerStepMean!.Value, Exact);
        Assert.Equal(0.8446, SimulatedWorld.NaiveMean(table), 4);
        Assert.False(estimate.IsUpperBound);
    }

    [Fact]
    public void A_fail_fast_chain_telescopes_to_observed_whatever_the_correlation()
    {
        static OutcomeRecord Correlated(IChance chance)
        {
            double luck = chance.Happens(0.3) ? 0.7 : 0.99;
            return SimulatedWorld.FailFast(chance, [("ingress", luck), ("retrieve", luck * luck), ("model", luck), ("answer", 0.9)]);
        }

        ReliabilityEstimate estimate = Estimate(SimulatedWorld.Expected(Correlated));

        Assert.Equal(estimate.Observed, estimate.Theoretical, Exact);
        Assert.Equal(0.9 * ((0.3 * Math.Pow(0.7, 4)) + (0.7 * Math.Pow(0.99, 4))), estimate.Observed, Exact);
    }

    [Fact]
    public void Loops_of_mixed_length_are_unbiased_where_the_naive_mean_flatters()
    {
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(SimulatedWorld.Loops);
        double truth = Enumerable.Range(0, 11).Average(static calls => 0.99 * Math.Pow(0.98, calls + 1) * Math.Pow(0.96, calls) * 0.995);

        Assert.Equal(0.7248, truth, 4);
        Assert.Equal(truth, Estimate(table).Theoretical, Exact);
        Assert.Equal(0.7688, SimulatedWorld.NaiveMean(table), 4);
    }

    [Fact]
    public void A_tool_that_always_fails_takes_its_share_of_the_runs()
    {
        static OutcomeRecord World(IChance chance) => SimulatedWorld.FailFast(
            chance,
            chance.Happens(0.6)
                ? [("ingress", 0.97), ("model", 0.96), ("tool", 0), ("answer", 0.968)]
                : [("ingress", 0.97), ("model", 0.96), ("answer", 0.968)]);
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(World);
        ReliabilityEstimate estimate = Estimate(table);

        Assert.Equal(0.4 * 0.97 * 0.96 * 0.968, estimate.Theoretical, Exact);
        Assert.Equal(0.3606, estimate.Theoretical, 4);
        Assert.Equal(0.4010, SimulatedWorld.NaiveMean(table), 4);
        Assert.False(estimate.IsUpperBound);
    }

    [Fact]
    public void A_first_step_that_always_fails_leaves_nothing()
    {
        static OutcomeRecord World(IChance chance) => SimulatedWorld.FailFast(chance, [(chance.Happens(0.5) ? "ingress" : "intake", 0), ("answer", 0.9)]);
        ReliabilityEstimate estimate = Estimate(SimulatedWorld.Expected(World));

        Assert.Equal(0, estimate.Theoretical);
        Assert.Equal(0, estimate.Observed);
        Assert.False(estimate.IsUpperBound);
    }

    [Fact]
    public void A_layer_that_always_fails_on_every_path_leaves_nothing()
    {
        static OutcomeRecord World(IChance chance) =>
            SimulatedWorld.FailFast(chance, [("ingress", 0.97), (chance.Happens(0.5) ? "tool a" : "tool b", 0), ("answer", 0.97)]);
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(World);

        Assert.Equal(0, Estimate(table).Theoretical);
        Assert.Equal(0.0291, SimulatedWorld.NaiveMean(table), 4);
    }

    [Fact]
    public void Runs_that_go_on_after_failures_are_not_completed_by_others()
    {
        // Longer paths fail more, and no failure ends a run.
        static OutcomeRecord World(IChance chance)
        {
            int calls = chance.OneOf(5);
            SimulatedRun run = new SimulatedRun().Step("ingress");
            bool ok = true;
            for (int i = 0; i < calls; i++)
            {
                bool called = chance.Happens(0.8);
                ok &= called;
                run.Step("tool", called);
            }

            bool answered = chance.Happens(0.9);
            return run.Step("answer", answered).Ends(ok && answered ? TraceOutcome.Ok : TraceOutcome.Failed);
        }

        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(World);
        double truth = 0.9 * Enumerable.Range(0, 5).Average(static calls => Math.Pow(0.8, calls));

        Assert.Equal(0.6051, truth, 4);
        Assert.Equal(truth, Estimate(table).Theoretical, Exact);
        Assert.Equal(truth, Estimate(table).Observed, Exact);
    }

    [Fact]
    public void A_seam_that_aborts_at_every_step_is_no_part_of_the_product()
    {
        static OutcomeRecord World(IChance chance)
        {
            SimulatedRun run = new();
            foreach ((string operation, double reliability) in SimulatedWorld.LoopOf(chance.OneOf(6)))
            {
                bool ok = chance.Happens(reliability);
                run.Step(operation, ok);
                if (!ok || chance.Happens(0.01))
                {
                    return run.Ends(TraceOutcome.Failed);
                }
            }

            return run.Ends(TraceOutcome.Ok);
        }

        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(World);
        ReliabilityEstimate estimate = Estimate(table);
        double truth = Enumerable.Range(0, 6).Average(static calls => 0.99 * Math.Pow(0.98, calls + 1) * Math.Pow(0.96, calls) * 0.995);

        Assert.Equal(0.8333, truth, 4);
        Assert.Equal(truth, estimate.Theoretical, Exact);
        Assert.Equal(0.8544, SimulatedWorld.NaiveMean(table), 4);
        Assert.True(estimate.Silent > 0.05);
    }

    [Fact]
    public void Members_of_a_parallel_position_are_multiplied()
    {
        static OutcomeRecord World(IChance chance)
        {
            bool[] ok = [chance.Happens(0.9), chance.Happens(0.8), chance.Happens(0.8)];
            SimulatedRun run = new SimulatedRun().Parallel(("retrieve", ok[0], false, 1), ("tool", ok[1], false, 1), ("tool", ok[2], false, 1));
            return Array.TrueForAll(ok, static member => member) ? run.Step("answer").Ends(TraceOutcome.Ok) : run.Ends(TraceOutcome.Failed);
        }

        ReliabilityEstimate estimate = Estimate(SimulatedWorld.Expected(World));

        Assert.Equal(0.9 * 0.8 * 0.8, estimate.Theoretical, Exact);
        Assert.Equal(estimate.Observed, estimate.Theoretical, Exact);
    }

    [Fact]
    public void Retries_lift_theoretical_above_the_product_of_first_attempts()
    {
        static OutcomeRecord World(IChance chance)
        {
            SimulatedRun run = new();
            foreach (string operation in new[] { "ingress", "model", "tool" })
            {
                bool first = chance.Happens(0.9);
                bool ok = first || chance.Happens(0.9);
                run.Step(operation, ok, attempts: first ? 1 : 2);
                if (!ok)
                {
                    return run.Ends(TraceOutcome.Failed);
                }
            }

            return run.Ends(TraceOutcome.Ok);
        }

        ReliabilityReport report = ReliabilityMean.Of([Estimate(SimulatedWorld.Expected(World))]);

        Assert.Equal(Math.Pow(0.99, 3), report.Theoretical.Value!.Value, Exact);
        Assert.Equal(Math.Pow(0.9, 3), report.TheoreticalPerAttempt.Value!.Value, Exact);
        Assert.Equal(Math.Pow(0.99, 3) - Math.Pow(0.9, 3), report.Decomposition.Retries!.Value, Exact);
        Assert.Equal(0, report.Divergence.Value!.Value, Exact);
    }

    [Fact]
    public void Silent_failures_and_fallbacks_are_told_apart_exactly()
    {
        static OutcomeRecord World(IChance chance)
        {
            bool retrieved = chance.Happens(0.9);
            SimulatedRun run = new SimulatedRun().Step("ingress").Step("retrieve", retrieved, recovered: true);
            bool answered = chance.Happens(0.95);
            return answered && !chance.Happens(0.05)
                ? run.Step("answer").Ends(TraceOutcome.Ok)
                : run.Step("answer", answered).Ends(TraceOutcome.Failed);
        }

        ReliabilityReport report = ReliabilityMean.Of([Estimate(SimulatedWorld.Expected(World))]);

        Assert.Equal(0.9 * 0.95, report.Theoretical.Value!.Value, Exact);
        Assert.Equal(-0.05 * 0.95, report.Decomposition.Silent!.Value, Exact);
        Assert.Equal(0.1 * 0.95, report.Decomposition.Recovered!.Value, Exact);
        Assert.Equal(0, report.Decomposition.Dependence!.Value, Exact);
    }

    [Fact]
    public void A_loop_whose_longest_runs_were_all_cut_goes_on_like_its_shorter_ones()
    {
        // Two runs: one ends well after one call, one fails in its second. V(t) = [1 + ⅔·V(t·t)] / 2 with V(t·t) = V(t), hence ¾.
        Dictionary<OutcomeRecord, OutcomeWeight> table = Counted(
            (new SimulatedRun().Step("tool").Ends(TraceOutcome.Ok), 1),
            (new SimulatedRun().Step("tool").Step("tool", ok: false).Ends(TraceOutcome.Failed), 1));
        ReliabilityEstimate estimate = Estimate(table);

        Assert.Equal(2.0 / 3 * 0.75, estimate.Theoretical, 12);
        Assert.False(estimate.IsUpperBound);
    }

    [Fact]
    public void A_step_after_which_nothing_ever_went_on_makes_an_upper_bound()
    {
        Dictionary<OutcomeRecord, OutcomeWeight> table = Counted(
            (new SimulatedRun().Step("answer").Ends(TraceOutcome.Ok), 1),
            (new SimulatedRun().Step("tool").Ends(TraceOutcome.Failed), 1));
        ReliabilityEstimate estimate = Estimate(table);

        Assert.Equal(1, estimate.Theoretical);
        Assert.True(estimate.IsUpperBound);
    }

    [Fact]
    public void A_cancelled_step_holds_its_place_and_counts_as_fine()
    {
        Dictionary<OutcomeRecord, OutcomeWeight> table = Counted(
            (new SimulatedRun().Step("model").Cancelled("tool").Step("answer").Ends(TraceOutcome.Ok), 3),
            (new SimulatedRun().Step("model", ok: false).Ends(TraceOutcome.Failed), 1));

        Assert.Equal(0.75, Estimate(table).Theoretical, 12);
        Assert.Equal(6.0 / 7, Estimate(table).PerStepMean!.Value, 12);
    }

    [Fact]
    public void Granularity_layer_pools_the_steps_of_a_layer()
    {
        static OutcomeRecord World(IChance chance) => SimulatedWorld.FailFast(chance, [("tool a", 0.9), ("tool b", 0.5), ("answer", 1)]);
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(World);
        double pooled = 1 - ((0.1 + (0.9 * 0.5)) / (1 + 0.9));

        Assert.Equal(0.45, Estimate(table).Theoretical, Exact);
        Assert.Equal(
            pooled * pooled,
            ReliabilityEstimator.Estimate(table, new EstimatorOptions { Granularity = Granularity.Layer })!.Theoretical,
            Exact);
    }

    [Fact]
    public void Traces_without_a_path_count_in_rates_and_leave_the_paths_to_others()
    {
        static OutcomeRecord World(IChance chance) => SimulatedWorld.SixSteps(chance);
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(World);
        OutcomeSums half = new();
        half.RaiseTo(1);
        foreach ((OutcomeRecord record, OutcomeWeight weight) in table)
        {
            OutcomeWeight part = new(weight.Count, weight.Weight / 2, weight.WeightSquared / 2);
            half.Add(record, level: 1, part);
            half.Add(record, level: 0, part);
        }

        ReliabilityEstimate estimate = ReliabilityEstimator.Estimate(OutcomeSample.Of(half, unknown: null), EstimatorOptions.Default)!;

        Assert.Equal(Math.Pow(0.97, 6), estimate.Theoretical, Exact);
        Assert.Equal(Math.Pow(0.97, 6), estimate.Observed, Exact);
        Assert.Equal(estimate.Traces, 2 * estimate.PathSample);
    }

    [Fact]
    public void Declared_reliabilities_replace_the_measured_ones()
    {
        Dictionary<OutcomeRecord, OutcomeWeight> table = SimulatedWorld.Expected(SimulatedWorld.SixSteps);
        EstimatorOptions options = new()
        {
            AdvertisedReliabilities = new Dictionary<string, double> { [SimulatedRun.Key("tool").Text] = 0.5, ["tool_call"] = 0.9, ["inference"] = 1 },
        };

        Assert.Equal(Math.Pow(0.97, 4) * 0.5, ReliabilityEstimator.Estimate(table, options)!.Advertised!.Value, Exact);
        Assert.Null(Estimate(table).Advertised);
    }

    [Fact]
    public void Without_ok_or_failed_traces_there_is_no_estimate()
    {
        Assert.Null(ReliabilityEstimator.Estimate(Counted((new SimulatedRun().Step("tool").Ends(TraceOutcome.Cancelled), 3)), EstimatorOptions.Default));
        Assert.Null(ReliabilityEstimator.Estimate(Counted((new SimulatedRun().Step("tool").Ends(TraceOutcome.Unknown), 3)), EstimatorOptions.Default));
        Assert.Null(ReliabilityEstimator.Estimate([], EstimatorOptions.Default));
    }

    private static ReliabilityEstimate Estimate(Dictionary<OutcomeRecord, OutcomeWeight> table) =>
        ReliabilityEstimator.Estimate(table, EstimatorOptions.Default)!;

    private static Dictionary<OutcomeRecord, OutcomeWeight> Counted(params (OutcomeRecord Record, long Count)[] records) =>
        records.ToDictionary(
            static entry => entry.Record, static entry => new OutcomeWeight(entry.Count, (Int128)entry.Count << 16, (Int128)entry.Count << 32));
}
