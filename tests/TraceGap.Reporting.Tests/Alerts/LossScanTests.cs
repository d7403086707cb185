using TraceGap.Aggregation;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

public sealed class LossScanTests
{
    private const int Day = 1440;
    private const long Start = 100_000;
    private static readonly string[] Statuses = Enum.GetNames<AlertStatus>();

    [Fact]
    public void One_error_at_low_traffic_fires_nothing()
    {
        WindowLoss[] windows = [.. ScanWindows.Minutes.Select(static minutes => new WindowLoss(minutes, 4, 1))];

        Assert.Null(LossScan.Worst(windows, ScanRun.Calibration(0.01), Day));
    }

    [Fact]
    public void The_score_is_that_of_the_formula()
    {
        ScanCalibration calibration = ScanCalibration.Of(0.02, 0, 100, 1);

        ScanFinding? worst = LossScan.Worst([new WindowLoss(5, 500, 0.07)], calibration, Day);

        // 500 · (0.07 ln(0.07/0.02) + 0.93 ln(0.93/0.98))
        Assert.Equal(19.496, worst!.Score, 3);
        Assert.True(worst.IsBeyondLimit);
    }

    [Theory]
    [InlineData(0.001, 5.3)]
    [InlineData(0.02, 8.6)]
    [InlineData(0.2, 10.3)]
    [InlineData(2, 10.7)]
    [InlineData(2000, 10.7)]
    public void The_limit_follows_the_rate_of_losses(double rate, double limit)
    {
        Assert.Equal(limit, ScanCalibration.Of(0.02, 0, rate / 0.02, 1).Limit, 6);
        Assert.Equal(limit + Math.Log(20), ScanCalibration.Of(0.02, 0, rate / 0.02, 20).Limit, 6);
    }

    [Fact]
    public void A_variance_beyond_that_of_any_coin_makes_fewer_throws()
    {
        ScanCalibration calibration = ScanCalibration.Of(0.02, 0.5, 1, 1);

        Assert.Equal(0.5, calibration.Odds);
        Assert.Equal(0.5, calibration.Throws);
    }

    [Fact]
    public void The_transition_table_is_the_machine()
    {
        // As in the comment of AlertMachine; a dot is no change.
        (AlertStatus From, string Row)[] table =
        [
            (AlertStatus.Inactive, "Firing . . . . ."),
            (AlertStatus.Resolved, "Firing . . . . ."),
            (AlertStatus.Pending, "Firing Inactive Inactive . . Inactive"),
            (AlertStatus.Firing, ". Resolved . . . Stale"),
            (AlertStatus.Stale, "Firing Resolved . . . ."),
        ];
        AlertVerdict[] columns =
            [AlertVerdict.Fires, AlertVerdict.Recovered, AlertVerdict.Quiet, AlertVerdict.TooFewTraces, AlertVerdict.NoTraffic, AlertVerdict.NoTrafficForADay];
        Assert.Equal(Statuses.Order(StringComparer.Ordinal), table.Select(static row => row.From.ToString()).Order(StringComparer.Ordinal));
        foreach ((AlertStatus from, string row) in table)
        {
            string[] cells = row.Split(' ');
            for (int i = 0; i < columns.Length; i++)
            {
                AlertPosition before = new(from, 100, 90, 80);
                (AlertPosition after, AlertReason reason) = AlertMachine.Next(before, columns[i], 200, forMinutes: 0, recoveryMinutes: 10);
                Assert.Equal(cells[i] == "." ? from.ToString() : cells[i], after.Status.ToString());
                Assert.Equal(cells[i] == ".", reason == AlertReason.Unchanged);
                Assert.Equal(cells[i] == "." ? before : after, after);
            }
        }
    }

    [Fact]
    public void A_rule_with_a_for_waits_so_long_and_forgets_what_passed()
    {
        AlertPosition pending = AlertMachine.Next(AlertPosition.Start, AlertVerdict.Fires, 10, forMinutes: 3).Position;
        Assert.Equal(AlertStatus.Pending, pending.Status);
        Assert.Equal((pending, AlertReason.Unchanged), AlertMachine.Next(pending, AlertVerdict.Fires, 12, 3));
        Assert.Equal(AlertStatus.Firing, AlertMachine.Next(pending, AlertVerdict.Fires, 13, 3).Position.Status);
        Assert.Equal(AlertReason.ConditionPassed, AlertMachine.Next(pending, AlertVerdict.Quiet, 12, 3).Reason);
    }

    [Fact]
    public void What_recovery_leaves_behind_is_not_held_against_a_rule_again()
    {
        AlertPosition firing = new(AlertStatus.Firing, 100, 100, 0);

        AlertPosition resolved = AlertMachine.Next(firing, AlertVerdict.Recovered, 200, 0, recoveryMinutes: 34).Position;

        Assert.Equal(167, resolved.FromMinute);
        WindowLoss[] windows = [new WindowLoss(34, 3400, 0.001), new WindowLoss(55, 5500, 0.05)];
        Assert.Equal(AlertVerdict.Quiet, ScanRule.Evaluate(windows, ScanRun.Calibration(100), resolved, 200).Verdict);
        Assert.Equal(AlertVerdict.Fires, ScanRule.Evaluate(windows, ScanRun.Calibration(100), AlertPosition.Start, 200).Verdict);
    }

    [Fact]
    public void Only_windows_that_began_after_an_alert_show_that_it_is_over()
    {
        AlertPosition firing = new(AlertStatus.Firing, 100, 100, 0);
        WindowLoss[] windows = [new WindowLoss(1, 10, 0), new WindowLoss(34, 3400, 0)];

        Assert.Equal(AlertVerdict.Quiet, ScanRule.Evaluate(windows, ScanRun.Calibration(100), firing, 133).Verdict);
        Assert.Equal(AlertVerdict.Recovered, ScanRule.Evaluate(windows, ScanRun.Calibration(100), firing, 134).Verdict);
    }

    [Fact]
    public void Losses_of_all_windows_are_those_that_the_estimator_finds_in_their_own_tables()
    {
        const int Minutes = 300;
        RandomChance chance = new(11);
        WorkflowHistory history = new();
        RollupCell[] cells = [.. Enumerable.Range(0, Minutes).Select(_ => CellOf(chance, 1 + chance.OneOf(4)))];
        for (int minute = 0; minute < Minutes; minute++)
        {
            history.Take(Start + minute, [KeyValuePair.Create(Contributions.Key(), cells[minute])]);
        }

        WorkflowLosses losses = history.LossesUntil(Start + Minutes - 1);

        for (int i = 0; i < ScanWindows.Minutes.Count; i++)
        {
            RollupCell sum = new();
            foreach (RollupCell cell in cells.TakeLast(ScanWindows.Minutes[i]))
            {
                sum.Merge(cell);
            }

            ReliabilityEstimate expected = ReliabilityEstimator.Estimate(sum.Outcomes.Records, new EstimatorOptions())!;
            Assert.Equal(-expected.Divergence.Value, losses.Diverged[i].Loss, 12);
            Assert.Equal(expected.Silent, losses.Silent[i].Loss, 12);
            Assert.Equal(expected.Traces, losses.Diverged[i].Traces, 9);
        }
    }

    [Fact]
    public void A_minute_that_comes_again_is_news_only_if_it_changed()
    {
        RandomChance chance = new(3);
        WorkflowHistory history = new();
        RollupCell cell = CellOf(chance, 5);
        history.Take(Start, [KeyValuePair.Create(Contributions.Key(), cell)]);
        history.LossesUntil(Start);

        history.Take(Start, [KeyValuePair.Create(Contributions.Key(), cell)]);
        Assert.False(history.HasNews);

        cell.Add(Contributions.Trace(SimulatedWorld.SixSteps(chance)));
        history.Take(Start, [KeyValuePair.Create(Contributions.Key(), cell)]);
        Assert.True(history.HasNews);
        Assert.Equal(6, history.LossesUntil(Start).Diverged[0].Traces);
    }

    [Fact]
    public void An_engine_fires_on_silent_loss_goes_stale_without_traffic_and_leaves_rootless_traces_alone()
    {
        AlertEngine engine = new();
        List<KeyValuePair<RollupKey, RollupCell>> day = [];
        for (int minute = 0; minute < 100; minute++)
        {
            RollupCell cell = new();
            for (int i = 0; i < 20; i++)
            {
                cell.Add(Contributions.Trace(minute < 90 ? new SimulatedRun().Step("tool").Ends(TraceOutcome.Ok) : new SimulatedRun().Step("tool").Ends(i < 4 ? TraceOutcome.Failed : TraceOutcome.Ok)));
            }

            KeyValuePair<RollupKey, RollupCell>[] cells = [KeyValuePair.Create(Contributions.Key(), cell), KeyValuePair.Create(Contributions.Key("shop/(no root)"), cell)];
            day.AddRange(cells);
            engine.Take(Start + minute, cells);
        }

        engine.Measure("shop/ask", WorkflowBaseline.Of(day, "shop/ask", 100));
        IReadOnlyList<AlertChange> changes = engine.Evaluate(Start + 99, static _ => AlertPolicy.Default);

        Assert.Equal([AlertRule.Divergence, AlertRule.Silent], changes.Select(static change => change.Rule));
        Assert.All(changes, static change => Assert.Equal(("shop/ask", AlertStatus.Firing), (change.Workflow, change.After.Status)));
        Assert.All(changes, static change => Assert.InRange(change.Finding!.Window.Minutes, 5, 13));
        Assert.Empty(engine.Evaluate(Start + 500, static _ => AlertPolicy.Default));
        Assert.All(engine.Evaluate(Start + 99 + Day, static _ => AlertPolicy.Default), static change => Assert.Equal((AlertStatus.Stale, AlertReason.TrafficEnded), (change.After.Status, change.Reason)));
    }

    [Fact]
    public void Too_few_traces_give_no_verdict()
    {
        RollupCell cell = CellOf(new RandomChance(1), 99);
        Assert.Null(WorkflowBaseline.Of([KeyValuePair.Create(Contributions.Key(), cell)], "shop/ask", 100));
        cell.Add(Contributions.Trace(SimulatedWorld.SixSteps(new RandomChance(2))));
        Assert.Equal(1, WorkflowBaseline.Of([KeyValuePair.Create(Contributions.Key(), cell)], "shop/ask", 100)!.TracesPerMinute);
    }

    [Theory]
    [InlineData(10, 40)]
    [InlineData(100, 6)]
    [InlineData(1000, 2)]
    public void A_loss_that_goes_from_1_to_7_points_is_found_soon_and_its_end_too(double rate, int minutes)
    {
        SimulatedTraffic traffic = new(new Random(1), Day * 4, new Traffic(rate), static minute => minute is >= Day and < Day + 360 ? 0.07 : 0.01);

        int? fired = ScanRun.First(traffic, Day, AlertStatus.Firing);
        int? resolved = ScanRun.First(traffic, Day, AlertStatus.Resolved);

        Assert.InRange(fired ?? int.MaxValue, Day, Day + minutes);
        Assert.InRange(resolved ?? int.MaxValue, Day + 360, Day + 360 + (20 * minutes));
        Assert.Equal(1, ScanRun.Firings(traffic, Day));
    }

    private static RollupCell CellOf(RandomChance chance, int traces)
    {
        RollupCell cell = new();
        for (int i = 0; i < traces; i++)
        {
            OutcomeRecord run = SimulatedWorld.Loops(chance);
            bool silent = run.Outcome == TraceOutcome.Ok && chance.Happens(0.1);
            cell.Add(Contributions.Trace(silent ? new OutcomeRecord([.. run.Path.Select(static at => at.ToArray())], [.. run.Steps], TraceOutcome.Failed, false, false, false) : run));
        }

        return cell;
    }
}
