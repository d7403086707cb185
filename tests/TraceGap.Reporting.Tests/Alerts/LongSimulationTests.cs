using TraceGap.Reporting.Alerts;
using Xunit.Abstractions;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>
/// The calibration of the scan over hundreds of months; what it prints is in docs/alerts.md. Minutes of computing, hence only where TRACEGAP_LONG_SIMULATION is 1. Seeds are others than those that
/// limits were chosen on.
/// </summary>
public sealed class LongSimulationTests(ITestOutputHelper output)
{
    private const int Months = 200;
    private const int MonthsOfStayers = 100;
    private const int Runs = 200;
    private const int Day = 1440;

    private static readonly double[] Rates = [0.1, 1, 10, 100, 1000];
    private static readonly double[] Stayers = [0.021, 0.023, 0.03];

    public static TheoryData<string, double> Traffics
    {
        get
        {
            TheoryData<string, double> all = [];
            foreach (string name in (string[])["steady", "day and night", "failed all kept, others one in ten", "half all kept, half one in ten"])
            {
                // One request in ten minutes, of which one in ten is kept, makes too few traces for any verdict.
                foreach (double rate in Rates.Where(rate => rate >= 1 || !name.Contains("kept", StringComparison.Ordinal)))
                {
                    all.Add(name, rate);
                }
            }

            return all;
        }
    }

    [LongSimulationTheory]
    [MemberData(nameof(Traffics))]
    public void At_the_threshold_there_is_at_most_one_false_alarm_in_95_percent_of_months(string name, double rate)
    {
        int[] alarms = Simulation.FiringsAt(ScanRun.Threshold, Traffic.Of(name, rate), Months, seed: 1_000_003);
        output.WriteLine($"| {name} | {rate:#,0.#} | {Simulation.AtMostOne(alarms):0.0 %} | {alarms.Average():0.00} | {alarms.Max()} |");
        AssertFew(alarms);
    }

    [LongSimulationTheory]
    [InlineData(0.03, 1)]
    [InlineData(0.03, 10)]
    [InlineData(0.03, 100)]
    [InlineData(0.03, 1000)]
    [InlineData(0.2, 1)]
    [InlineData(0.2, 10)]
    [InlineData(0.2, 100)]
    [InlineData(0.2, 1000)]
    public void Recovery_that_makes_the_divergence_vary_makes_no_false_alarms(double recovered, double rate)
    {
        Traffic traffic = new(rate) { Recovered = _ => recovered };
        int[] alarms = Simulation.FiringsAt(ScanRun.Threshold + recovered, traffic, Months / 2, seed: 1_000_003, AlertRule.Divergence);
        output.WriteLine($"| {recovered} | {rate:#,0.#} | {Simulation.AtMostOne(alarms):0.0 %} | {alarms.Average():0.00} | {alarms.Max()} |");
        AssertFew(alarms);
    }

    [LongSimulationTheory]
    [MemberData(nameof(Traffics))]
    public void A_loss_just_above_the_threshold_does_not_flap(string name, double rate)
    {
        List<string> cells = [];
        foreach (double loss in Stayers)
        {
            int[] alarms = Simulation.FiringsAt(loss, Traffic.Of(name, rate), MonthsOfStayers, seed: 2_000_003);
            cells.Add($"{alarms.Average():0.00}, {Simulation.Quantile(alarms, 0.95)}");
            Assert.InRange(Simulation.Quantile(alarms, 0.95), 0, 3);
        }

        output.WriteLine($"| {name} | {rate:#,0.#} | {string.Join(" | ", cells)} |");
    }

    [LongSimulationTheory]
    [MemberData(nameof(Traffics))]
    public void The_median_delay_is_that_of_a_tuned_cusum_within_a_quarter(string name, double rate)
    {
        Traffic traffic = Traffic.Of(name, rate);
        double limit = TunedCusum.LimitFor(traffic);
        (double scan, double cusum) = Simulation.MedianDelays(traffic, limit, Runs, seed: 3_000_017);
        output.WriteLine($"| {name} | {rate:#,0.#} | {scan} | {cusum} | {scan / cusum:0.00} | {limit:0.0}");
        AssertWithinAQuarter(scan, cusum);
    }

    [LongSimulationTheory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void A_loss_is_found_as_fast_when_recovery_elsewhere_begins_with_it(double rate)
    {
        Traffic traffic = new(rate);
        Traffic hidden = traffic with { Recovered = minute => minute < traffic.Before ? 0 : 0.06 };
        (double scan, double cusum) = Simulation.MedianDelays(hidden, TunedCusum.LimitFor(traffic), Runs, seed: 4_000_037);

        // What is won makes up for what is lost, so the divergence is where it was; but it varies more than on the day that it is measured by.
        int[] diverged = Simulation.Each(Runs / 4, 4_000_037, random => ScanRun.Firings(
            new SimulatedTraffic(random, traffic.Before + (10 * Day), hidden, minute => minute < traffic.Before ? 0.01 : 0.07), traffic.Before, AlertRule.Divergence));
        output.WriteLine($"| {rate:#,0.#} | {scan} | {cusum} | {scan / cusum:0.00} | {diverged.Count(static count => count > 0)} of {diverged.Length}");
        AssertWithinAQuarter(scan, cusum);
        Assert.InRange(diverged.Count(static count => count > 0), 0, diverged.Length / 2);
    }

    [LongSimulationTheory]
    [InlineData(1)]
    [InlineData(10)]
    [InlineData(100)]
    [InlineData(1000)]
    public void After_six_hours_of_loss_it_is_over_within_a_day(double rate)
    {
        const int Lasting = 360;
        Traffic traffic = new(rate);
        int?[] times = Simulation.Each(60, 5_000_011, random =>
        {
            SimulatedTraffic days = new(random, traffic.Before + (9 * Day), traffic, minute => minute >= traffic.Before && minute < traffic.Before + Lasting ? 0.07 : 0.01);
            return ScanRun.First(days, traffic.Before, AlertStatus.Resolved) - traffic.Before - Lasting;
        });
        int[] after = [.. times.OfType<int>()];
        output.WriteLine($"| {rate:#,0.#} | {Simulation.Quantile(after, 0.5)} | {after.Length} of {times.Length}");
        Assert.InRange(after.Length, 50, 60);
        Assert.InRange(Simulation.Quantile(after, 0.5), 0, 1.2 * Day);
    }

    [LongSimulationTheory]
    [InlineData(0.1)]
    [InlineData(0.5)]
    [InlineData(1)]
    public void Losses_that_come_in_bursts_make_false_alarms_where_traces_are_many(double variance)
    {
        List<string> cells = [];
        foreach (double rate in Rates)
        {
            int[] alarms = Simulation.FiringsAt(ScanRun.Threshold, new Traffic(rate) { Bursts = variance }, Months / 5, seed: 6_000_011);
            cells.Add($"{Simulation.AtMostOne(alarms):0 %}, {alarms.Average():0.0}");
            if (rate <= 1)
            {
                AssertFew(alarms);
            }
        }

        output.WriteLine($"| {variance} | {string.Join(" | ", cells)} |");
    }

    // Less one standard error of a share of 95 %.
    private static void AssertFew(int[] alarms) => Assert.InRange(Simulation.AtMostOne(alarms), 0.95 - Math.Sqrt(0.95 * 0.05 / alarms.Length), 1);

    // A median of 200 runs is known to some 3 percent, and the scan looks once a minute.
    private static void AssertWithinAQuarter(double scan, double cusum) => Assert.InRange(scan, 0, Math.Max(cusum + 1, 1.25 * 1.03 * cusum));
}
