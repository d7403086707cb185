using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>Many months of one kind of traffic, each with luck of its own.</summary>
internal static class Simulation
{
    private const int Day = 1440;
    private const int Month = 30 * Day;

    /// <summary>How often a rule fires in a month, by month, where the loss stays what it is.</summary>
    public static int[] FiringsAt(double loss, Traffic traffic, int months, int seed, AlertRule rule = AlertRule.Silent) => Each(
        months, seed, random => ScanRun.Firings(new SimulatedTraffic(random, traffic.Before + Month, traffic, _ => loss), traffic.Before, rule));

    /// <summary>Median minutes until the scan fires, and until the CUSUM that knows the loss does, where it goes from 1 to 7 points.</summary>
    public static (double Scan, double Cusum) MedianDelays(Traffic traffic, double limit, int runs, int seed)
    {
        (int Scan, int Cusum)[] delays = Each(runs, seed, random =>
        {
            SimulatedTraffic months = new(random, traffic.Before + (10 * Day), traffic, minute => minute < traffic.Before ? 0.01 : 0.07);
            return (Delay(ScanRun.First(months, traffic.Before, AlertStatus.Firing)), Delay(TunedCusum.First(months, limit, traffic.Before)));
            int Delay(int? fired) => (fired ?? months.Minutes) - traffic.Before + 1;
        });
        return (Quantile([.. delays.Select(static delay => delay.Scan)], 0.5), Quantile([.. delays.Select(static delay => delay.Cusum)], 0.5));
    }

    /// <summary>Runs in parallel; the result depends on the seed alone.</summary>
    public static T[] Each<T>(int count, int seed, Func<Random, T> run)
    {
        T[] results = new T[count];
        Parallel.For(0, count, new ParallelOptions { MaxDegreeOfParallelism = 2 }, i => results[i] = run(new Random(seed + (7919 * i))));
        return results;
    }

    public static int Quantile(IReadOnlyCollection<int> values, double share) => values.Order().ElementAt((int)(share * (values.Count - 1)));

    public static double AtMostOne(IReadOnlyCollection<int> firings) => firings.Count(static count => count <= 1) / (double)firings.Count;
}
