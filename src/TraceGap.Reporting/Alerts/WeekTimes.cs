using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>How long the requests of a week took, and how much its hours differ in that.</summary>
/// <param name="P99Bin">The bin of <see cref="LatencyBins"/> that has the 99th percentile.</param>
/// <param name="SlowVariance">Variance of the share of requests beyond that bin, per request, as the hours of the week show it: at least what independent requests would have.</param>
/// <param name="Shares">Share of each layer, by number.</param>
/// <param name="ShareDeviations">Standard deviation of the hours' shares, by number of layer.</param>
public sealed record WeekTimes(int P99Bin, double SlowVariance, IReadOnlyList<double> Shares, IReadOnlyList<double> ShareDeviations)
{
    /// <summary>Share of requests that are beyond the 99th percentile.</summary>
    public const double SlowShare = 0.01;

    private const int MinHours = 10;

    /// <summary>Measures.</summary>
    /// <param name="hours">The cells of the workflow in each hour.</param>
    /// <returns>Null if too few requests or hours have durations.</returns>
    public static WeekTimes? Of(IReadOnlyList<IReadOnlyList<RollupCell>> hours)
    {
        LatencyHistogram all = new();
        foreach ((int bin, DurationBin traces) in hours.SelectMany(static hour => hour).SelectMany(static cell => cell.Durations))
        {
            all.AddBin(bin, traces.Count, traces.SumNanos);
        }

        if (all.Count < WeekBaseline.MinTraces || all.SumNanos == 0)
        {
            return null;
        }

        int p99 = BinOf(all, 99);
        MinuteTimes[] times = [.. hours.Select(hour => MinuteTimes.Of(hour, p99)).Where(static hour => hour.Traces > 0)];
        return times.Length < MinHours ? null : new WeekTimes(p99, SlowVarianceOf(times), [.. LayerRatio.All(times).Select(static ratio => ratio.Share)], [.. LayerRatio.All(times).Select(static ratio => ratio.Deviation)]);
    }

    /// <summary>The bin beyond which a request is slow that may take so many times as long as the 99th percentile: that far above its bin.</summary>
    public int SlowBin(double factor) => P99Bin == LatencyBins.Zero ? 0 : P99Bin + (int)Math.Ceiling(Math.Log2(factor) * (1 << LatencyBins.Scale));

    private static int BinOf(LatencyHistogram histogram, int percent)
    {
        long rank = LatencyHistogram.Rank(percent, histogram.Count);
        foreach ((int bin, long count) in histogram.Counts)
        {
            rank -= count;
            if (rank <= 0)
            {
                return bin;
            }
        }

        return LatencyBins.Zero;
    }

    // Slow requests come together. As many hours as the week has say by how much more their number varies than that of independent ones.
    private static double SlowVarianceOf(MinuteTimes[] hours)
    {
        double traces = hours.Sum(static hour => (double)hour.Traces);
        double share = hours.Sum(static hour => (double)hour.Slow) / traces;
        double squares = hours.Sum(hour => Math.Pow(hour.Slow - (share * hour.Traces), 2));
        return Math.Max(SlowShare * (1 - SlowShare), squares / traces * hours.Length / (hours.Length - 1));
    }
}
