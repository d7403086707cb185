using TraceGap.Aggregation;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>The rules that compare with the week before, over an engine that is fed as it is live.</summary>
public sealed class ChangeRuleTests
{
    private const int Day = 1440;
    private const long Start = 100_000;
    private const int PerHour = 60;
    private const string Workflow = "shop/ask";

    [Fact]
    public void A_week_needs_a_thousand_traces_and_ten_hours_of_them()
    {
        Assert.Null(WeekBaseline.Of(Week(new Random(1), hours: 16, silent: 0.01), Workflow));
        Assert.Null(WeekBaseline.Of(Week(new Random(1), hours: 9, silent: 0.01, perHour: 200), Workflow)!.Times);

        WeekBaseline week = WeekBaseline.Of(Week(new Random(1), hours: 168, silent: 0.01), Workflow)!;

        Assert.Equal(168 * PerHour, week.Traces);
        Assert.InRange(week.Loss, 0.007, 0.013);
        Assert.InRange(week.StandardError, 0.0005, 0.002);
    }

    [Fact]
    public void A_request_is_slow_beyond_so_many_times_the_bin_of_the_weeks_p99()
    {
        WeekTimes times = WeekBaseline.Of(Week(new Random(2), hours: 40, silent: 0), Workflow)!.Times!;

        // Twice as long is 32 bins further.
        Assert.Equal(times.P99Bin + 32, times.SlowBin(2));
        Assert.Equal(LatencyBins.Of((long)LatencyBins.Middle(times.P99Bin) * 2), times.SlowBin(2));
        Assert.InRange(times.SlowVariance, 0.0099, 0.02);
    }

    [Fact]
    public void The_share_of_a_layer_and_what_its_hours_differ_by_are_those_of_the_formula()
    {
        // Two hours of 100 and 300 ms with 40 and 180 ms in one layer: share 0.55, residuals ∓15.
        MinuteTimes[] hours = [Times(40, 60), Times(180, 120)];

        LayerRatio ratio = LayerRatio.All(hours)[(int)Layer.Inference];

        Assert.Equal(0.55, ratio.Share, 12);
        Assert.Equal(Math.Sqrt(2 * 2 * 15 * 15) / 400, ratio.StandardError, 12);
        Assert.Equal(Math.Sqrt(2 * ((15.0 * 15 / 100) + (15.0 * 15 / 300)) / 400), ratio.Deviation, 12);
    }

    [Fact]
    public void A_loss_that_grew_within_what_is_tolerated_is_a_shift_and_is_not_told_twice()
    {
        // From 0.2 to 1.8 points at a threshold of 5: nothing for divergence. From 0.2 to 90, at once: divergence.
        AlertPolicy policy = AlertPolicy.Default with { Threshold = 0.05 };

        Assert.Equal([(AlertRule.Shift, AlertStatus.Firing)], Run(policy, silentBefore: 0.002, silentNow: 0.03, slowdown: 1, inference: 1));
        Assert.Equal([(AlertRule.Divergence, AlertStatus.Firing), (AlertRule.Silent, AlertStatus.Firing)], Run(policy, 0.002, 0.9, slowdown: 1, inference: 1));
        Assert.Empty(Run(policy, 0.02, 0.021, slowdown: 1, inference: 1));
    }

    [Fact]
    public void Requests_that_take_longer_fire_p99_beyond_the_factor_only()
    {
        Assert.Equal([(AlertRule.P99, AlertStatus.Firing)], Run(AlertPolicy.Default, 0, 0, slowdown: 3, inference: 1));
        Assert.Empty(Run(AlertPolicy.Default, 0, 0, slowdown: 1.7, inference: 1));
        Assert.Empty(Run(AlertPolicy.Default with { P99Factor = 4 }, 0, 0, slowdown: 3, inference: 1));
    }

    [Fact]
    public void A_layer_that_takes_more_of_the_time_fires_beyond_what_is_tolerated_only()
    {
        // 70 ms of 100 become 112 of 142: 70 to 79 %; then 210 of 240: 87.5 %.
        Assert.Empty(Run(AlertPolicy.Default with { P99Factor = 100 }, 0, 0, slowdown: 1, inference: 1.6));
        Assert.Equal([(AlertRule.LayerShare, AlertStatus.Firing)], Run(AlertPolicy.Default with { P99Factor = 100 }, 0, 0, slowdown: 1, inference: 3));
    }

    [Fact]
    public void What_changed_is_over_when_it_is_as_before()
    {
        (AlertRule, AlertStatus)[] all = [.. Run(AlertPolicy.Default, 0, 0, slowdown: 3, inference: 3, minutesOfIt: 120, minutesAfter: 600)];

        Assert.Equal(
            [(AlertRule.P99, AlertStatus.Firing), (AlertRule.P99, AlertStatus.Resolved), (AlertRule.LayerShare, AlertStatus.Firing), (AlertRule.LayerShare, AlertStatus.Resolved)],
            all.OrderBy(static change => change.Item1));
    }

    [Fact]
    public void A_rule_that_nobody_asks_for_any_more_is_over()
    {
        AlertPosition firing = new(AlertStatus.Firing, 100, 90, 80);

        Assert.Equal((AlertStatus.Resolved, AlertReason.NotWatched), Next(firing));
        Assert.Equal((AlertStatus.Resolved, AlertReason.NotWatched), Next(firing with { Status = AlertStatus.Stale }));
        Assert.Equal((AlertStatus.Inactive, AlertReason.NotWatched), Next(firing with { Status = AlertStatus.Pending }));
        Assert.Equal((AlertStatus.Inactive, AlertReason.Unchanged), Next(AlertPosition.Start));

        static (AlertStatus, AlertReason) Next(AlertPosition position)
        {
            (AlertPosition after, AlertReason reason) = AlertMachine.Next(position, AlertVerdict.NotWatched, 200, forMinutes: 0);
            return (after.Status, reason);
        }
    }

    [Theory]
    [InlineData(AlertRule.BurnRate, "burn_rate", "critical")]
    [InlineData(AlertRule.SlowBurn, "slow_burn", "warning")]
    [InlineData(AlertRule.LayerShare, "layer_share", "warning")]
    [InlineData(AlertRule.P99, "p99", "warning")]
    [InlineData(AlertRule.Silent, "silent", "critical")]
    public void Rules_have_a_name_and_a_severity(AlertRule rule, string name, string severity)
    {
        Assert.Equal(name, AlertNames.Of(rule));
        Assert.Equal(severity, AlertNames.SeverityOf(rule));
    }

    [Fact]
    public void A_summary_says_what_how_much_and_which_step()
    {
        Report before = Contributions.Report(Enumerable.Range(0, 1000).Select(static _ => Trace(silent: false, 30, 70)), Workflow);
        Report after = Contributions.Report(Enumerable.Range(0, 500).Select(static i => Trace(i % 10 == 0, 30, 210)), Workflow);
        ObjectiveReport objective = new("answers", 0.99, "30d", DateTime.UnixEpoch, 0.98, 0.01, -1, []);
        AlertFacts facts = new(new ScanFinding(new WindowLoss(60, 500, 0.1), 42, true), new ScanCalibration(0.06, 0.01, 1, 8, 0), AlertPolicy.Default, after, before, new Estimate(2.4, 2.1, 2.6), objective, ["00"]);

        string burn = AlertSummary.Of(Workflow, AlertRule.BurnRate, AlertEvidenceBuilder.Build(AlertRule.BurnRate, facts));
        AlertEvidence slow = AlertEvidenceBuilder.Build(AlertRule.P99, facts);
        AlertEvidence share = AlertEvidenceBuilder.Build(AlertRule.LayerShare, facts with { Finding = new ScanFinding(new WindowLoss(60, 500, 0.175), 0.13, true), Calibration = new ScanCalibration(0.1, 0, 0, 0.1, 0) });

        Assert.Contains("the error budget burns 10.0 (7.7 to 12.9) times as fast as 99.0 % over 30d allows, told from 6.0 on", burn, StringComparison.Ordinal);
        Assert.Contains("100.0 % more than the budget is spent", burn, StringComparison.Ordinal);
        Assert.Equal((2.4, 2.1, 2.6, 2.0), (slow.Value, slow.Low, slow.High, slow.Threshold));
        Assert.Equal(("inference", "agent/inference/model"), (slow.Layer!.Name, slow.Step!.Name));
        Assert.Contains("agent/inference/model grew most in the slowest ones, from 70 ms to 210 ms", AlertSummary.Of(Workflow, AlertRule.P99, slow), StringComparison.Ordinal);
        Assert.Equal("inference", share.Layer!.Name);
        Assert.InRange(share.Low!.Value, 0.1, share.Value!.Value);
        Assert.Contains("inference takes 17.5 (14.6 to 20.4) points more of the time", AlertSummary.Of(Workflow, AlertRule.LayerShare, share), StringComparison.Ordinal);
        Assert.Null(slow.Objective);
    }

    /// <summary>A week, a day like it, then what is different; the changes of status after that day.</summary>
    private static (AlertRule Rule, AlertStatus Status)[] Run(
        AlertPolicy policy, double silentBefore, double silentNow, double slowdown, double inference, int minutesOfIt = 600, int minutesAfter = 0)
    {
        Random random = new(7);
        AlertEngine engine = new();
        List<KeyValuePair<RollupKey, RollupCell>> day = [];
        WeekBaseline week = WeekBaseline.Of(Week(random, 168, silentBefore), Workflow)!;
        long minute = Start;
        for (; minute < Start + Day; minute++)
        {
            KeyValuePair<RollupKey, RollupCell>[] cells = [KeyValuePair.Create(Contributions.Key(), Cell(random, 10, silentBefore, 1, 1))];
            day.AddRange(cells);
            engine.Take(minute, cells);
        }

        engine.Measure(Workflow, WorkflowBaseline.Of(day, Workflow, Day));
        Assert.True(engine.Compare(Workflow, week, policy));
        for (int i = 0; i < Day; i++)
        {
            engine.Take(Start + i, [day[i]]);
        }

        List<(AlertRule, AlertStatus)> changes = [];
        for (int i = 0; i < minutesOfIt + minutesAfter; i++, minute++)
        {
            bool isDifferent = i < minutesOfIt;
            engine.Take(minute, [KeyValuePair.Create(Contributions.Key(), Cell(random, 10, isDifferent ? silentNow : silentBefore, isDifferent ? slowdown : 1, isDifferent ? inference : 1))]);
            changes.AddRange(engine.Evaluate(minute, _ => policy).Select(static change => (change.Rule, change.After.Status)));
        }

        return [.. changes];
    }

    private static KeyValuePair<RollupKey, RollupCell>[][] Week(Random random, int hours, double silent, int perHour = PerHour) =>
        [.. Enumerable.Range(0, hours).Select(_ => (KeyValuePair<RollupKey, RollupCell>[])[KeyValuePair.Create(Contributions.Key(), Cell(random, perHour, silent, 1, 1))])];

    private static RollupCell Cell(Random random, int traces, double silent, double slowdown, double inference)
    {
        RollupCell cell = new();
        for (int i = 0; i < traces; i++)
        {
            double luck = slowdown * Math.Exp(0.5 * random.NextDouble());
            cell.Add(Trace(random.NextDouble() < silent, 30 * luck, 70 * luck * inference));
        }

        return cell;
    }

    private static TraceContribution Trace(bool silent, double toolMs, double inferenceMs)
    {
        long tool = (long)(toolMs * Contributions.Millisecond);
        long model = (long)(inferenceMs * Contributions.Millisecond);
        return Contributions.Trace(
            new SimulatedRun().Step("tool").Step("model").Ends(silent ? TraceOutcome.Failed : TraceOutcome.Ok),
            durationNanos: tool + model,
            path: [(Layer.ToolCall, SegmentKind.Compute, tool), (Layer.Inference, SegmentKind.Compute, model)]);
    }

    private static MinuteTimes Times(double inferenceMs, double toolMs)
    {
        double[] layers = new double[LayerNames.Count];
        layers[(int)Layer.Inference] = inferenceMs;
        layers[(int)Layer.ToolCall] = toolMs;
        return new MinuteTimes(10, 0, null, layers, inferenceMs + toolMs);
    }
}
