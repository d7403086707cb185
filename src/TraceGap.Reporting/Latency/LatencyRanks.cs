using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Quantiles of binned durations, by rank ⌈q·n⌉ with q in whole percent, so that no rank depends on rounding.</summary>
internal static class LatencyRanks
{
    /// <summary>Reports are in milliseconds.</summary>
    public const double NanosPerMillisecond = 1e6;

    /// <summary>The rank of a percentile, 1..n.</summary>
    public static long Of(int percent, long count) => Math.Clamp((long)((((Int128)count * percent) + 99) / 100), 1, Math.Max(1, count));

    /// <summary>A percentile of a histogram: the geometric middle of its bin, ms; null without values.</summary>
    public static double? Milliseconds(LatencyHistogram histogram, int percent)
    {
        long rank = Of(percent, histogram.Count);
        foreach ((int bin, long count) in histogram.Counts)
        {
            rank -= count;
            if (rank <= 0)
            {
                return Middle(bin);
            }
        }

        return null;
    }

    /// <summary>The geometric middle of a bin, ms.</summary>
    public static double Middle(int bin) => LatencyBins.Middle(bin) / NanosPerMillisecond;
}
