using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class SensitivityTests
{
    [Fact]
    public void In_a_fail_fast_chain_a_step_buys_its_own_factor()
    {
        // Every run at its exact probability, so that what is left is arithmetic.
        SensitivityReport report = Build(SimulatedWorld.Expected(static chance =>
            SimulatedWorld.FailFast(chance, [("ingress", 0.99), ("retrieve", 0.9), ("model", 0.95), ("answer", 1)])));
        double all = 0.99 * 0.9 * 0.95;

        Assert.Equal(all, report.Observed!.Value, 6);
        Assert.Equal(["agent/retrieval/retrieve", "agent/inference/model", "agent/ingress/ingress"], report.Steps.Select(static step => step.Part));
        foreach ((Sensitivity step, double p) in report.Steps.Zip([0.9, 0.95, 0.99]))
        {
            Assert.Equal(p, step.Reliability!.Value, 6);
            Assert.Equal(all / p, step.Observed, 6);
            Assert.Equal(all / p, step.Theoretical, 6);
            Assert.Equal((all / p) - all, step.ObservedGain, 6);
            Assert.Equal(step.ObservedGain, step.PerPoint!.Value * 100 * (1 - p), 9);
        }
    }

    [Fact]
    public void Failures_that_runs_survive_buy_nothing_but_a_better_product()
    {
        SensitivityReport report = Build(SimulatedWorld.Expected(static chance =>
            new SimulatedRun().Step("model", chance.Happens(0.9), recovered: true).Step("answer").Ends(TraceOutcome.Ok)));

        Sensitivity model = Assert.Single(report.Steps);
        Assert.Equal(0, model.ObservedGain, 9);
        Assert.Equal(0.1, model.TheoreticalGain, 6);
    }

    [Fact]
    public void A_layer_buys_what_its_steps_do_together()
    {
        SensitivityReport report = Build(SimulatedWorld.Expected(static chance =>
            SimulatedWorld.FailFast(chance, [("tool a", 0.9), ("tool b", 0.8), ("model", 0.95)])));

        Assert.Equal(["tool_call", "inference"], report.Layers.Select(static layer => layer.Part));
        Assert.Equal(0.95, report.Layers[0].Observed, 6);
    }

    [Fact]
    public void What_is_lost_in_silence_no_step_buys()
    {
        SensitivityReport report = Build(SimulatedWorld.Expected(static chance =>
        {
            bool ok = chance.Happens(0.9);
            return new SimulatedRun().Step("model", ok).Ends(ok && chance.Happens(0.8) ? TraceOutcome.Ok : TraceOutcome.Failed);
        }));

        Assert.Equal(0.72, report.Observed!.Value, 6);
        Assert.Equal(0.8, report.Steps[0].Observed, 6);
    }

    [Fact]
    public void It_starts_from_what_the_report_says()
    {
        for (int seed = 0; seed < 50; seed++)
        {
            ReportInput input = Input(RandomTables.Make(seed));
            ReliabilityReport report = ReportBuilder.Build(input).Reliability;
            SensitivityReport sensitivity = SensitivityBuilder.Build(input);

            Assert.Equal(report.Observed.Value ?? 0, sensitivity.Observed ?? 0, 9);
            Assert.Equal(report.Theoretical.Value ?? 0, sensitivity.Theoretical ?? 0, 9);
            Assert.All(sensitivity.Steps.Concat(sensitivity.Layers), static part => Assert.True(part.ObservedGain >= -1e-12 && part.TheoreticalGain >= -1e-9));
        }
    }

    [Fact]
    public void Without_data_nothing_is_known()
    {
        SensitivityReport report = SensitivityBuilder.Build(new ReportInput { Cells = [] });

        Assert.Null(report.Observed);
        Assert.Empty(report.Steps);
    }

    private static SensitivityReport Build(Dictionary<OutcomeRecord, OutcomeWeight> table) => SensitivityBuilder.Build(Input(table));

    private static ReportInput Input(Dictionary<OutcomeRecord, OutcomeWeight> table)
    {
        RollupCell cell = new();
        foreach ((OutcomeRecord record, OutcomeWeight weight) in table)
        {
            cell.AddOutcome(record, weight);
        }

        return new ReportInput { Cells = [KeyValuePair.Create(Contributions.Key(), cell)] };
    }
}
