using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class DependenceTests
{
    [Theory]
    [InlineData(0.5, 0)]
    [InlineData(0.9, 1.2815515655)]
    [InlineData(0.975, 1.9599639845)]
    [InlineData(0.9995, 3.2905267315)]
    [InlineData(0.9999995, 4.8916384757)]
    public void Quantiles_are_those_of_the_normal_distribution(double probability, double quantile) => Assert.Equal(quantile, NormalQuantile.Of(probability), 7);

    [Fact]
    public void Steps_that_fail_together_have_a_lift_and_steps_that_do_not_have_none()
    {
        // Two tools on one index that is down now and then; a model of its own.
        DependenceReport report = Build(4000, static chance =>
        {
            bool isDown = chance.Happens(0.05);
            return Survived(("tool a", !isDown && chance.Happens(0.98)), ("tool b", !isDown && chance.Happens(0.98)), ("model", chance.Happens(0.9)));
        });

        FailurePair together = report.Pairs[0];
        Assert.Equal(("agent/tool_call/tool a", "agent/tool_call/tool b"), (together.Step, together.Other));
        double rate = 0.05 + (0.95 * 0.02);
        Assert.InRange((0.05 + (0.95 * 0.02 * 0.02)) / (rate * rate), together.Low, together.High);
        Assert.True(together.Significant);
        Assert.Equal(together.Lift, together.Both / together.Expected, 9);
        Assert.All(report.Pairs.Skip(1), static pair => Assert.False(pair.Significant));
        Assert.Equal(3, report.Pairs.Count);
    }

    [Fact]
    public void Steps_that_never_fail_together_have_an_upper_end_only()
    {
        DependenceReport report = Build(2000, static chance =>
        {
            int which = chance.OneOf(10);
            return Survived(("tool a", which != 0), ("tool b", which != 1));
        });

        FailurePair apart = Assert.Single(report.Pairs);
        Assert.Equal((0, 0), (apart.Lift, apart.Low));
        Assert.InRange(apart.High, 0, 1);
        Assert.True(apart.Significant);
    }

    [Fact]
    public void Pairs_are_told_by_chance_in_fewer_than_one_report_of_ten()
    {
        int alarms = Enumerable.Range(0, 200).Count(static seed => Build(
            1000,
            static chance => Survived(("tool a", chance.Happens(0.9)), ("tool b", chance.Happens(0.9)), ("model", chance.Happens(0.9)), ("retrieve", chance.Happens(0.9))),
            seed).Pairs.Any(static pair => pair.Significant));

        Assert.InRange(alarms, 0, 20);
    }

    [Fact]
    public void A_few_traces_or_failures_say_nothing() =>
        Assert.Empty(Build(99, static chance => Survived(("tool a", chance.Happens(0.5)), ("tool b", chance.Happens(0.5)))).Pairs);

    [Fact]
    public void The_hazard_of_a_position_is_how_many_of_those_that_reached_it_ended_there()
    {
        DependenceReport report = Report(
            Enumerable.Repeat(new SimulatedRun().Step("ingress").Step("model").Step("answer").Ends(TraceOutcome.Ok), 80)
                .Concat(Enumerable.Repeat(new SimulatedRun().Step("ingress").Step("model", ok: false).Ends(TraceOutcome.Failed), 15))
                .Concat(Enumerable.Repeat(new SimulatedRun().Step("ingress").Step("model").Step("answer").Ends(TraceOutcome.Failed), 4))
                .Append(new SimulatedRun().Step("ingress").Ends(TraceOutcome.Cancelled)));

        Assert.Equal(99, report.Traces);
        Assert.Equal([(1, 99, 0, 0), (2, 99, 15, 0), (3, 84, 0, 4)], report.Hazard.Select(static position => (position.Position, position.Reached, position.Failed, position.Lost)));
        Assert.Equal(15 / 99.0, report.Hazard[1].Hazard.Value!.Value, 12);
    }

    [Fact]
    public void Tries_that_fail_together_are_worth_less_than_were_made()
    {
        DependenceReport report = Build(20_000, static chance =>
        {
            // One tool fails anew each time; of the other nine failures in ten last.
            (bool a, bool b) = (chance.Happens(0.9), chance.Happens(0.9));
            return new SimulatedRun()
                .Step("tool a", a || chance.Happens(0.9), recovered: true, attempts: a ? 1 : 2)
                .Step("tool b", b || chance.Happens(0.1), recovered: true, attempts: b ? 1 : 2)
                .Ends(TraceOutcome.Ok);
        });

        Assert.Equal(["agent/tool_call/tool b", "agent/tool_call/tool a"], report.Retries.Select(static step => step.Step));
        Assert.All(report.Retries, static step => Assert.Equal(2, step.TriesMade, 9));
        Assert.InRange(report.Retries[0].TriesWorth!.Value, 1.02, 1.08);
        Assert.InRange(report.Retries[1].TriesWorth!.Value, 1.85, 2.15);
    }

    [Fact]
    public void Equal_weights_change_lift_and_hazard_not()
    {
        OutcomeRecord[] runs = [.. Enumerable.Range(0, 500).Select(static i => Survived(("tool a", i % 7 > 0), ("tool b", i % 5 > 0)))];
        DependenceReport one = Report(runs);
        DependenceReport ten = Report(runs, weight: 10 << 16);

        Assert.Equal(one.Pairs[0].Lift, ten.Pairs[0].Lift, 9);
        Assert.Equal(one.Pairs[0].Low, ten.Pairs[0].Low, 9);
        Assert.Equal(10 * one.Pairs[0].Both, ten.Pairs[0].Both, 9);
        Assert.Equal(one.Hazard.Select(static position => position.Hazard), ten.Hazard.Select(static position => position.Hazard));
    }

    private static OutcomeRecord Survived(params (string Operation, bool Ok)[] steps)
    {
        SimulatedRun run = new();
        foreach ((string operation, bool ok) in steps)
        {
            run.Step(operation, ok, recovered: true);
        }

        return run.Ends(TraceOutcome.Ok);
    }

    private static DependenceReport Build(int runs, Func<IChance, OutcomeRecord> world, int seed = 1)
    {
        RandomChance chance = new(seed);
        return Report(Enumerable.Range(0, runs).Select(_ => world(chance)));
    }

    private static DependenceReport Report(IEnumerable<OutcomeRecord> runs, long weight = 1 << 16) =>
        DependenceBuilder.Build(new ReportInput { Cells = Contributions.Cells(runs.Select(run => Contributions.Trace(run, weight: weight))) });
}
