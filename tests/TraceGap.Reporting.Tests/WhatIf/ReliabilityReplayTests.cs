using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

using OutcomeTableOf = Dictionary<OutcomeRecord, OutcomeWeight>;

public sealed class ReliabilityReplayTests
{
    private static readonly ReplayTarget Everything = new() { Step = "*" };
    private static readonly ReplayTarget Tools = new() { Layer = Layer.ToolCall };

    [Fact]
    public void Nothing_changed_leaves_both_reliabilities_and_their_intervals_exactly_as_they_are()
    {
        for (int seed = 0; seed < 200; seed++)
        {
            ReliabilityProjection projection = Project(RandomTables.Make(seed), new ReplayChanges());

            Assert.Equal(projection.Observed.Before.Value, projection.Observed.After.Value);
            AssertClose(projection.Observed.Before, projection.Observed.After);
            Assert.Equal(projection.Theoretical.Before.Value, projection.Theoretical.After.Value);
            AssertClose(projection.Theoretical.Before, projection.Theoretical.After);
        }
    }

    [Fact]
    public void A_retry_a_gate_a_fallback_or_leaving_out_never_lowers_either()
    {
        for (int seed = 0; seed < 300; seed++)
        {
            Random random = new(seed);
            OutcomeTableOf table = RandomTables.Make(seed);
            ReplayTarget target = random.Next(2) == 0 ? Everything : new ReplayTarget { Layer = (Layer)random.Next(LayerNames.Count) };
            ReplayChanges[] all =
            [
                new ReplayChanges { Retry = [new RetryChange(target, random.Next(2, 6))] },
                new ReplayChanges { Gate = [new GateChange(target, random.NextDouble())] },
                new ReplayChanges { Fallback = [new FallbackChange(target, random.Next(2) == 0 ? null : random.NextDouble())] },
                new ReplayChanges { Remove = [new RemoveChange(random.Next(2) == 0 ? "*" : "model")] },
            ];
            foreach (ReplayChanges changes in all)
            {
                ReliabilityProjection projection = Project(table, changes);
                foreach (ReliabilityShift shift in (ReliabilityShift[])[projection.Observed, projection.Theoretical])
                {
                    Assert.InRange(shift.After.Value!.Value, shift.Before.Value!.Value - 1e-12, 1 + 1e-12);
                    Assert.InRange(shift.After.Value.Value, shift.After.Low!.Value, shift.After.High!.Value);
                }
            }
        }
    }

    [Theory]
    [InlineData(2)]
    [InlineData(3)]
    public void In_a_fail_fast_chain_of_independent_steps_a_retry_brings_what_the_arithmetic_says(int attempts)
    {
        ReliabilityProjection projection = Project(
            SimulatedWorld.Expected(SimulatedWorld.SixSteps), new ReplayChanges { Retry = [new RetryChange(Everything, attempts)] });

        double expected = Math.Pow(1 - Math.Pow(0.03, attempts), 6);
        Assert.Equal(Math.Pow(0.97, 6), projection.Observed.Before.Value!.Value, 1e-9);
        Assert.Equal(expected, projection.Theoretical.After.Value!.Value, 1e-9);
        Assert.Equal(expected, projection.Observed.After.Value!.Value, 1e-9);
    }

    [Fact]
    public void A_step_that_never_fails_lets_runs_go_on_as_they_do_also_through_loops()
    {
        ReliabilityProjection projection = Project(SimulatedWorld.Expected(SimulatedWorld.Loops), new ReplayChanges { Remove = [new RemoveChange("tool")] });

        double expected = Enumerable.Range(0, 11)
            .Average(static calls => SimulatedWorld.LoopOf(calls).Aggregate(1.0, static (product, step) => product * (step.Operation == "tool" ? 1 : step.Reliability)));
        Assert.Equal(expected, projection.Observed.After.Value!.Value, 1e-6);
        Assert.Equal(expected, projection.Theoretical.After.Value!.Value, 1e-6);
    }

    [Fact]
    public void A_fallback_of_full_reliability_everywhere_leaves_only_what_was_lost_silently()
    {
        static OutcomeRecord World(IChance chance)
        {
            SimulatedRun run = new SimulatedRun().Step("model", chance.Happens(0.9) is bool ok && ok);
            return ok && chance.Happens(0.95) ? run.Step("answer").Ends(TraceOutcome.Ok) : ok ? run.Step("answer").Ends(TraceOutcome.Failed) : run.Ends(TraceOutcome.Failed);
        }

        ReliabilityProjection projection = Project(SimulatedWorld.Expected(World), new ReplayChanges { Fallback = [new FallbackChange(Everything, 1)] });

        Assert.Equal(0.9 * 0.95, projection.Observed.Before.Value!.Value, 1e-9);
        Assert.Equal(0.95, projection.Observed.After.Value!.Value, 1e-9);
        Assert.Equal(1, projection.Theoretical.After.Value!.Value, 1e-9);
    }

    [Fact]
    public void What_was_recovered_already_gains_nothing()
    {
        static OutcomeRecord World(IChance chance) => new SimulatedRun().Step("model", chance.Happens(0.8) is bool ok && ok, recovered: true).Step("answer").Ends(TraceOutcome.Ok);

        ReliabilityProjection projection = Project(SimulatedWorld.Expected(World), new ReplayChanges { Retry = [new RetryChange(Everything, 3)] });

        Assert.Equal(1, projection.Observed.After.Value!.Value, 1e-12);
        Assert.Equal(1 - Math.Pow(0.2, 3), projection.Theoretical.After.Value!.Value, 1e-9);
    }

    [Fact]
    public void What_retries_of_the_system_have_brought_is_no_gain()
    {
        // Two tries of 0.8 and 0.5 in the system; three in all add one more of 0.5.
        static OutcomeRecord World(IChance chance)
        {
            bool first = chance.Happens(0.8);
            bool ok = first || chance.Happens(0.5);
            return new SimulatedRun().Step("tool", ok, attempts: first ? 1 : 2).Ends(ok ? TraceOutcome.Ok : TraceOutcome.Failed);
        }

        OutcomeTableOf table = SimulatedWorld.Sampled(World, 20_000, seed: 7);

        Assert.Equal(0.90, Project(table, new ReplayChanges { Retry = [new RetryChange(Tools, 2)] }).Observed.After.Value!.Value, 0.01);
        Assert.Equal(0.95, Project(table, new ReplayChanges { Retry = [new RetryChange(Tools, 3)] }).Observed.After.Value!.Value, 0.01);
    }

    [Fact]
    public void A_gate_catches_its_share_and_the_step_is_done_again()
    {
        static OutcomeRecord World(IChance chance) => SimulatedWorld.FailFast(chance, [("model", 0.9), ("tool", 0.8)]);

        ReliabilityProjection projection = Project(SimulatedWorld.Expected(World), new ReplayChanges { Gate = [new GateChange(Tools, 0.5)] });

        Assert.Equal(0.9 * (0.8 + (0.2 * 0.5 * 0.8)), projection.Observed.After.Value!.Value, 1e-9);
    }

    [Fact]
    public void A_gate_catches_runs_that_were_lost_silently_where_a_step_was_degraded_and_no_others()
    {
        StepKey key = SimulatedRun.Key("retrieve");
        OutcomeRecord ok = new([[key]], [new StepCount(key, 1, 0, 0, 0, 1, 0)], TraceOutcome.Ok, false, false, false);
        OutcomeRecord degraded = new([[key]], [new StepCount(key, 1, 0, 0, 1, 1, 0)], TraceOutcome.Failed, false, false, false);
        OutcomeRecord lost = new([[key]], [new StepCount(key, 1, 0, 0, 0, 1, 0)], TraceOutcome.Failed, false, false, false);
        OutcomeTableOf table = new() { [ok] = Traces(80), [degraded] = Traces(15), [lost] = Traces(5) };

        ReliabilityProjection projection = Project(table, new ReplayChanges { Gate = [new GateChange(new ReplayTarget { Layer = Layer.Retrieval }, 0.6)] });

        Assert.Equal(0.80, projection.Observed.Before.Value!.Value, 1e-12);
        Assert.Equal(0.80 + (0.15 * 0.6), projection.Observed.After.Value!.Value, 1e-12);
    }

    [Fact]
    public void Of_traces_outside_the_sample_as_many_are_rescued_as_of_the_others()
    {
        StepKey key = SimulatedRun.Key("tool");
        OutcomeRecord ok = new([[key]], [new StepCount(key, 1, 0, 0, 0, 1, 0)], TraceOutcome.Ok, false, false, false);
        OutcomeRecord failed = new([[key]], [new StepCount(key, 1, 1, 0, 0, 1, 1)], TraceOutcome.Failed, false, true, true);
        ReplayChanges changes = new() { Fallback = [new FallbackChange(Tools, 0.5)] };

        RollupCell cell = new();
        cell.Outcomes.RaiseTo(1);
        cell.Outcomes.Add(ok, level: 1, Traces(80));
        cell.Outcomes.Add(failed, level: 1, Traces(10));
        cell.Outcomes.Add(failed, level: 0, Traces(10));

        ReliabilityProjection projection = Project([KeyValuePair.Create(Contributions.Key(), cell)], changes);

        Assert.Equal(0.90, projection.Observed.After.Value!.Value, 1e-12);
    }

    [Fact]
    public void The_interval_after_covers_what_infinitely_many_runs_would_show()
    {
        ReplayChanges changes = new() { Fallback = [new FallbackChange(Everything, 0.5)] };
        double truth = Project(SimulatedWorld.Expected(SimulatedWorld.SixSteps), changes).Observed.After.Value!.Value;

        int covered = Enumerable.Range(0, 300).Count(seed =>
        {
            Estimate after = Project(SimulatedWorld.Sampled(SimulatedWorld.SixSteps, 500, seed), changes).Observed.After;
            return after.Low <= truth && truth <= after.High;
        });

        Assert.InRange(covered, 270, 300);
    }

    [Fact]
    public void Workflows_are_averaged_as_in_reports()
    {
        KeyValuePair<RollupKey, RollupCell>[] cells = [.. CellsOf(SimulatedWorld.Sampled(SimulatedWorld.SixSteps, 400, 1), "shop/a"), .. CellsOf(SimulatedWorld.Sampled(SimulatedWorld.Loops, 800, 2), "shop/b")];

        ReliabilityProjection projection = Project(cells, new ReplayChanges());

        Assert.Equal(projection.Observed.Before.Value!.Value, projection.Observed.After.Value!.Value, 1e-12);
        AssertClose(projection.Theoretical.Before, projection.Theoretical.After);
    }

    [Fact]
    public void Without_data_there_are_no_figures() => Assert.Equal(Estimate.None, Project(new OutcomeTableOf(), new ReplayChanges()).Observed.After);

    private static OutcomeWeight Traces(int count) => new(count, (Int128)count << 16, (Int128)count << 32);

    private static void AssertClose(Estimate expected, Estimate actual)
    {
        Assert.Equal(expected.Value!.Value, actual.Value!.Value, 1e-12);
        Assert.Equal(expected.Low!.Value, actual.Low!.Value, 1e-12);
        Assert.Equal(expected.High!.Value, actual.High!.Value, 1e-12);
    }

    private static ReliabilityProjection Project(OutcomeTableOf table, ReplayChanges changes) => Project([.. CellsOf(table, "shop/ask")], changes);

    private static ReliabilityProjection Project(KeyValuePair<RollupKey, RollupCell>[] cells, ReplayChanges changes) =>
        new WhatIfStudy(new ReportInput { Cells = cells }, changes, new TraceAnalyzer(AnalysisOptions.Default)).ToReport().Reliability;

    private static IEnumerable<KeyValuePair<RollupKey, RollupCell>> CellsOf(OutcomeTableOf table, string workflow)
    {
        RollupCell cell = new();
        foreach ((OutcomeRecord record, OutcomeWeight weight) in table)
        {
            cell.AddOutcome(record, weight);
        }

        return [KeyValuePair.Create(Contributions.Key(workflow), cell)];
    }
}
