using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class IntervalTests
{
    [Theory]
    [InlineData(0.9, 100, 0.825627, 0.944773)]
    [InlineData(1, 10, 0.722460, 1)]
    [InlineData(0, 10, 0, 0.277540)]
    public void A_binomial_variance_gives_the_interval_of_wilson(double value, double count, double low, double high)
    {
        Estimate estimate = Wilson.Interval(value, value * (1 - value) / count, count);

        Assert.Equal(low, estimate.Low!.Value, 5);
        Assert.Equal(high, estimate.High!.Value, 5);
    }

    [Fact]
    public void Observed_has_a_binomial_variance()
    {
        ReliabilityEstimate estimate = Estimate(SimulatedWorld.Sampled(SimulatedWorld.SixSteps, 1000, seed: 1));

        Assert.Equal(1000, estimate.ObservedTrials, 7);
    }

    [Fact]
    public void In_a_fail_fast_chain_of_one_path_theoretical_varies_as_observed_does()
    {
        ReliabilityEstimate estimate = Estimate(SimulatedWorld.Sampled(SimulatedWorld.SixSteps, 1000, seed: 2));

        Assert.Equal(1, estimate.TheoreticalTrials / estimate.ObservedTrials, 10);
        Assert.Equal(0, estimate.Divergence.Variance, 15);
        Assert.True(estimate.Ghosted.Variance > 0);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(10)]
    public void Intervals_cover_the_truth_in_nine_of_ten_windows_of_300_traces(int heaviestWeight)
    {
        const int Windows = 400;
        ReliabilityEstimate truth = Estimate(SimulatedWorld.Expected(Troubled));
        int[] weights = heaviestWeight == 1 ? [] : [1, heaviestWeight, 1, 1];
        int observed = 0;
        int theoretical = 0;
        int divergence = 0;
        for (int seed = 0; seed < Windows; seed++)
        {
            ReliabilityReport report = ReliabilityMean.Of([Estimate(SimulatedWorld.Sampled(Troubled, 300, seed, weights))]);
            observed += Covers(report.Observed.Low, report.Observed.High, truth.Observed);
            theoretical += Covers(report.Theoretical.Low, report.Theoretical.High, truth.Theoretical);
            divergence += Covers(report.Divergence.Low, report.Divergence.High, truth.Observed - truth.Theoretical);
        }

        Assert.True(Math.Abs(truth.Observed - truth.Theoretical) > 0.005, "the world diverges");
        Assert.InRange(observed / (double)Windows, 0.92, 0.98);
        Assert.InRange(theoretical / (double)Windows, 0.92, 0.98);
        Assert.InRange(divergence / (double)Windows, 0.90, 1);
    }

    [Fact]
    public void The_rate_of_a_step_covers_the_truth_where_a_few_traces_carry_half_of_the_weight()
    {
        const int Windows = 1_000;
        const double Truth = 0.97;
        Random random = new(5);
        int held = 0;
        double width = 0;
        for (int window = 0; window < Windows; window++)
        {
            SuccessRate rate = new();
            for (int trace = 0; trace < 300; trace++)
            {
                int weight = random.NextDouble() < 10.0 / 11 ? 1 : 10;
                rate.Add(new OutcomeWeight(1, (Int128)weight << 16, (Int128)(weight * weight) << 32), executions: 1, random.NextDouble() < Truth ? 0 : 1);
            }

            Estimate estimate = rate.ToEstimate();
            held += Covers(estimate.Low, estimate.High, Truth);
            width += (estimate.High - estimate.Low)!.Value / Windows;
        }

        // Less than as many traces of equal weight as are left by (Σw)²/Σw², which are 100, would give to a truth of 95 %.
        Assert.InRange(held / (double)Windows, 0.94, 1);
        Assert.InRange(width, 0, 0.09);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(5)]
    public void The_rate_of_a_step_is_as_it_was_where_weights_are_equal(int executions)
    {
        SuccessRate rate = new();
        rate.Add(new OutcomeWeight(90, (Int128)(3 * 90) << 16, (Int128)(9 * 90) << 32), executions, failures: 0);
        rate.Add(new OutcomeWeight(10, (Int128)(3 * 10) << 16, (Int128)(9 * 10) << 32), executions, failures: executions);

        // All or nothing in a trace: 100 trials, however often each runs the step.
        Estimate estimate = rate.ToEstimate();
        Assert.Equal(0.825627, estimate.Low!.Value, 5);
        Assert.Equal(0.944773, estimate.High!.Value, 5);
    }

    [Fact]
    public void A_divergence_that_is_not_there_is_rarely_significant()
    {
        int alarms = Enumerable.Range(0, 400)
            .Count(static seed => ReliabilityMean.Of([Estimate(SimulatedWorld.Sampled(SimulatedWorld.Loops, 300, seed))]).Divergence.Significant);

        Assert.InRange(alarms, 0, 40);
    }

    [Fact]
    public void Five_percent_silent_failures_are_significant_in_a_thousand_traces_and_not_in_fifty()
    {
        static OutcomeRecord World(IChance chance)
        {
            OutcomeRecord record = SimulatedWorld.SixSteps(chance);
            return record.Outcome == TraceOutcome.Ok && chance.Happens(0.05)
                ? new OutcomeRecord([.. record.Path.Select(static position => position.ToArray())], [.. record.Steps], TraceOutcome.Failed, false, false, false)
                : record;
        }

        Dictionary<OutcomeRecord, OutcomeWeight> many = SimulatedWorld.Sampled(World, 1000, seed: 3);
        Dictionary<OutcomeRecord, OutcomeWeight> few = SimulatedWorld.Sampled(World, 50, seed: 3);
        long silent = many.Where(static entry => entry.Key.Outcome == TraceOutcome.Failed && !entry.Key.HasUnrecovered).Sum(static entry => entry.Value.Count);
        ReliabilityReport report = ReliabilityMean.Of([Estimate(many)]);

        Assert.Equal(-silent / 1000.0, report.Decomposition.Silent!.Value, 12);
        Assert.True(report.Divergence.Significant);
        Assert.False(ReliabilityMean.Of([Estimate(few)]).Divergence.Significant);
    }

    [Fact]
    public void Unknown_outcomes_that_could_turn_the_verdict_take_it_away()
    {
        SimulatedRun fine = new SimulatedRun().Step("model").Step("answer");
        Dictionary<OutcomeRecord, OutcomeWeight> table = new()
        {
            [fine.Ends(TraceOutcome.Ok)] = Plain(900),
            [fine.Ends(TraceOutcome.Failed)] = Plain(40),
        };
        Assert.True(ReliabilityMean.Of([Estimate(table)]).Divergence.Significant);

        // If these were ok, observed would exceed theoretical: their runs recovered.
        table[new SimulatedRun().Step("model", ok: false, recovered: true).Step("answer").Ends(TraceOutcome.Unknown)] = Plain(200);
        Divergence divergence = ReliabilityMean.Of([Estimate(table)]).Divergence;

        Assert.False(divergence.Significant);
        Assert.True(divergence.Value < 0);
        Assert.True(divergence.Best > 0);
    }

    [Fact]
    public void Unknown_outcomes_bound_observed_from_both_sides()
    {
        SimulatedRun fine = new SimulatedRun().Step("model").Step("answer");
        ObservedReliability observed = ReliabilityMean.Of([Estimate(new()
        {
            [fine.Ends(TraceOutcome.Ok)] = Plain(80),
            [fine.Ends(TraceOutcome.Failed)] = Plain(10),
            [fine.Ends(TraceOutcome.Unknown)] = Plain(10),
        })]).Observed;

        Assert.Equal(80 / 90.0, observed.Value!.Value, 12);
        Assert.Equal(0.8, observed.Worst!.Value, 12);
        Assert.Equal(0.9, observed.Best!.Value, 12);
    }

    // Recovery, silent loss, aborted seams, dependence between steps and loops at once.
    private static OutcomeRecord Troubled(IChance chance)
    {
        SimulatedRun run = new SimulatedRun().Step("ingress");
        double luck = chance.Happens(0.2) ? 0.85 : 0.99;
        bool retrieved = chance.Happens(luck);
        run.Step("retrieve", retrieved, recovered: true);
        for (int calls = chance.OneOf(4); calls > 0; calls--)
        {
            bool ok = chance.Happens(luck);
            run.Step("tool", ok);
            if (!ok || chance.Happens(0.01))
            {
                return run.Ends(TraceOutcome.Failed);
            }
        }

        bool answered = chance.Happens(luck);
        return run.Step("answer", answered).Ends(answered && !chance.Happens(0.03) ? TraceOutcome.Ok : TraceOutcome.Failed);
    }

    private static int Covers(double? low, double? high, double truth) => low <= truth && truth <= high ? 1 : 0;

    private static OutcomeWeight Plain(long count) => new(count, (Int128)count << 16, (Int128)count << 32);

    private static ReliabilityEstimate Estimate(Dictionary<OutcomeRecord, OutcomeWeight> table) =>
        ReliabilityEstimator.Estimate(table, EstimatorOptions.Default)!;
}
