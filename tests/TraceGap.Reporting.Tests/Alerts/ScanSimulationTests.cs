using TraceGap.Aggregation;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>What <see cref="LongSimulationTests"/> do over hundreds of months, over some, with bounds as much wider. Seeds are fixed, so nothing fails by chance.</summary>
public sealed class ScanSimulationTests
{
    private const int Day = 1440;
    private const long Start = 100_000;

    [Theory]
    [InlineData("steady", 0.1)]
    [InlineData("steady", 1)]
    [InlineData("steady", 10)]
    [InlineData("steady", 100)]
    [InlineData("day and night", 10)]
    [InlineData("failed all kept, others one in ten", 10)]
    [InlineData("half all kept, half one in ten", 10)]
    public void At_the_threshold_nearly_all_months_have_at_most_one_false_alarm(string traffic, double rate)
    {
        int[] alarms = Simulation.FiringsAt(ScanRun.Threshold, Traffic.Of(traffic, rate), months: 20, seed: 11);

        Assert.InRange(alarms.Count(static count => count > 1), 0, 3);
        Assert.InRange(alarms.Average(), 0, 1);
    }

    [Theory]
    [InlineData(0.03)]
    [InlineData(0.2)]
    public void Nor_do_they_where_recovery_makes_the_divergence_vary(double recovered)
    {
        Traffic traffic = new(10) { Recovered = _ => recovered };
        int[] alarms = Simulation.FiringsAt(ScanRun.Threshold + recovered, traffic, months: 20, seed: 11, AlertRule.Divergence);

        Assert.InRange(alarms.Count(static count => count > 1), 0, 3);
    }

    [Theory]
    [InlineData("steady", 1, 7.7)]
    [InlineData("steady", 10, 9.7)]
    [InlineData("day and night", 10, 9.3)]
    [InlineData("failed all kept, others one in ten", 10, 11.9)]
    public void A_loss_from_1_to_7_points_is_found_nearly_as_soon_as_by_a_cusum_that_knows_it(string traffic, double rate, double limitOfCusum)
    {
        (double scan, double cusum) = Simulation.MedianDelays(Traffic.Of(traffic, rate), limitOfCusum, runs: 60, seed: 12);

        Assert.InRange(scan, 0, 1.4 * cusum);
    }

    [Theory]
    [InlineData("steady", 0.023)]
    [InlineData("steady", 0.03)]
    [InlineData("day and night", 0.023)]
    [InlineData("failed all kept, others one in ten", 0.023)]
    public void A_loss_just_above_the_threshold_comes_and_goes_at_most_three_times_a_month(string traffic, double loss)
    {
        int[] alarms = Simulation.FiringsAt(loss, Traffic.Of(traffic, 10), months: 15, seed: 13);

        Assert.InRange(Simulation.Quantile(alarms, 0.95), 1, 3);
    }

    [Fact]
    public void Recovery_that_begins_with_a_loss_hides_it_from_the_divergence_only()
    {
        Traffic traffic = new(10) { Recovered = static minute => minute < Day ? 0 : 0.06 };
        SimulatedTraffic days = new(new Random(14), 3 * Day, traffic, static minute => minute < Day ? 0.01 : 0.07);

        Assert.InRange(ScanRun.First(days, Day, AlertStatus.Firing) ?? int.MaxValue, Day, Day + 60);
        Assert.Null(ScanRun.First(days, Day, AlertStatus.Firing, AlertRule.Divergence));
    }

    [Fact]
    public void Where_one_in_ten_is_kept_whatever_becomes_of_it_all_is_as_with_a_tenth_of_the_load()
    {
        SimulatedTraffic sampled = new(new Random(15), 4 * Day, Traffic.Of("one in ten kept", 100), static minute => minute < 2 * Day ? 0.01 : 0.07);
        SimulatedTraffic less = new(new Random(15), 4 * Day, Traffic.Of("steady", 10), static minute => minute < 2 * Day ? 0.01 : 0.07);

        Assert.Equal(ScanRun.First(less, Day, AlertStatus.Firing), ScanRun.First(sampled, Day, AlertStatus.Firing));
        Assert.NotNull(ScanRun.First(sampled, Day, AlertStatus.Firing));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(30)]
    [InlineData(1000)]
    public void One_failed_trace_pages_nobody_however_many_it_stands_for(int weight)
    {
        WorkflowHistory history = new();
        for (int minute = 0; minute < 600; minute++)
        {
            RollupCell cell = new();
            cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Ok)));
            if (minute == 599)
            {
                cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Failed), weight: weight << 16));
            }

            history.Take(Start + minute, [KeyValuePair.Create(Contributions.Key(), cell)]);
        }

        WorkflowLosses losses = history.LossesUntil(Start + 599);

        Assert.All(losses.Silent, static window => Assert.Equal(1, window.Lost, 9));
        Assert.All(losses.Diverged, static window => Assert.InRange(window.Lost, 0.5, 1.000001));
        Assert.Null(LossScan.Worst(losses.Silent, ScanRun.Calibration(1), Day));
        Assert.Null(LossScan.Worst(losses.Diverged, ScanRun.Calibration(1), Day));
    }

    [Theory]
    [InlineData(19, false)]
    [InlineData(20, true)]
    public void How_a_sampler_looks_at_outcomes_is_learned_from_twenty_silent_failures(int silent, bool isKnown)
    {
        RollupCell cell = new();
        for (int i = 0; i < 200; i++)
        {
            cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Ok), weight: 10 << 16));
        }

        for (int i = 0; i < silent; i++)
        {
            cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Failed)));
        }

        WorkflowBaseline baseline = WorkflowBaseline.Of([KeyValuePair.Create(Contributions.Key(), cell)], "shop/ask", 100)!;
        ScanCalibration calibration = baseline.Calibrate(AlertRule.Silent, ScanRun.Threshold, 1);

        Assert.Equal(isKnown ? new OutcomeSampling(1, 10) : null, baseline.Sampling);

        // Of 1,000 requests 20 are lost and kept, and 98 of the others are kept.
        Assert.Equal(isKnown ? 20 / 118.0 : 0.02, calibration.Odds, 12);
        Assert.Equal(calibration.Odds, calibration.Kept(ScanRun.Threshold), 12);
    }
}
