using TraceGap.Reporting.Alerts;
using Xunit.Abstractions;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>The calibration of the scan over hundreds of months; what it prints is in docs/alerts.md. Minutes of computing, hence only where TRACEGAP_LONG_SIMULATION is 1.</summary>
public sealed class LongSimulationTests(ITestOutputHelper output)
{
    private const int Day = 1440;
    private const int Month = 30 * Day;

    [LongSimulationFact]
    public void At_the_threshold_there_is_at_most_one_false_alarm_in_95_percent_of_months()
    {
        foreach (double rate in (double[])[0.1, 1, 10, 100, 1000])
        {
            int[] alarms = Months(400, (random, _) => ScanRun.Firings(
                new SimulatedTraffic(random, Day + Month, _ => rate, _ => ScanRun.Threshold), ScanRun.Calibration(rate), Day).Count);
            double within = alarms.Count(static count => count <= 1) / (double)alarms.Length;
            output.WriteLine($"{rate} a minute: none in {alarms.Count(static count => count == 0) / (double)alarms.Length:P1}, at most one in {within:P1}, mean {alarms.Average():0.000}, most {alarms.Max()}");
        }
    }

    [LongSimulationFact]
    public void A_loss_just_above_the_threshold_does_not_flap()
    {
        foreach (double loss in (double[])[0.021, 0.022, 0.023, 0.025, 0.03])
        {
            foreach (double rate in (double[])[1, 10, 100, 1000])
            {
                int[] alarms = Months(100, (random, _) => ScanRun.Firings(
                    new SimulatedTraffic(random, Day + Month, _ => rate, _ => loss), ScanRun.Calibration(rate), Day).Count);
                output.WriteLine($"loss {loss}, {rate} a minute: mean {alarms.Average():0.00}, 95 % {Quantile(alarms, 0.95)}, most {alarms.Max()}");
            }
        }
    }

    [LongSimulationFact]
    public void The_median_delay_is_that_of_a_tuned_cusum_within_a_quarter()
    {
        foreach (double rate in (double[])[1, 10, 100, 1000])
        {
            ScanCalibration calibration = ScanRun.Calibration(rate);
            double limit = TunedCusum.LimitFor(rate);
            double[] scan = Delays(rate, traffic => ScanRun.First(traffic, calibration, Day, AlertStatus.Firing));
            double[] cusum = Delays(rate, traffic => TunedCusum.First(traffic, limit, Day));
            output.WriteLine($"{rate} a minute: scan {scan[scan.Length / 2]} minutes, cusum {cusum[cusum.Length / 2]}, mean {scan.Average():0.0} and {cusum.Average():0.0}, limit {limit:0.0}");
        }
    }

    [LongSimulationFact]
    public void How_long_it_takes_to_resolve()
    {
        foreach (double rate in (double[])[1, 10, 100, 1000])
        {
            foreach (int lasting in (int[])[60, 360])
            {
                int length = lasting;
                double[] times = [.. Months(60, (random, _) =>
                {
                    SimulatedTraffic traffic = new(random, 3 * Month / 10, _ => rate, minute => minute >= Day && minute < Day + length ? 0.07 : 0.01);
                    int? resolved = ScanRun.First(traffic, ScanRun.Calibration(rate), Day, AlertStatus.Resolved);
                    return resolved is int at ? at - Day - length : -1;
                }).Where(static time => time != -1).Select(static time => (double)time).Order()];
                if (times.Length > 0)
                {
                    output.WriteLine($"{rate} a minute, 7 % for {lasting} minutes: resolved {times.Length} of 60, {times[times.Length / 2]} minutes after, most {times[^1]}");
                }
            }
        }
    }

    private static double[] Delays(double rate, Func<SimulatedTraffic, int?> first) => [.. Months(400, (random, _) =>
    {
        SimulatedTraffic traffic = new(random, Day + (Month / 3), _ => rate, minute => minute < Day ? 0.01 : 0.07);
        return (first(traffic) ?? traffic.Minutes) - Day + 1;
    }).Select(static delay => (double)delay).Order()];

    private static int[] Months(int count, Func<Random, int, int> month)
    {
        int[] results = new int[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => results[i] = month(new Random(7919 * (i + 1)), i));
        return results;
    }

    private static int Quantile(int[] values, double share) => values.Order().ElementAt((int)(share * (values.Length - 1)));
}
