using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>By how much the 99th percentile changed: a ratio of whole bins.</summary>
public static class P99Ratio
{
    private const double Share = 0.99;

    /// <summary>The ratio, and its 95 % interval by the ranks between which the percentile of the window lies (binomial, by the normal approximation); the week before has so many traces that its own counts for little.</summary>
    /// <param name="window">Cells of the window.</param>
    /// <param name="before">Cells of the week before.</param>
    public static Estimate Of(IEnumerable<RollupCell> window, IEnumerable<RollupCell> before)
    {
        LatencyHistogram now = Sum(window);
        double? known = Sum(before).Percentile(99);
        double half = Wilson.Z * Math.Sqrt(now.Count * Share * (1 - Share));
        double rank = now.Count * Share;
        return new Estimate(now.Percentile(99) / known, At(now, Math.Floor(rank - half)) / known, At(now, Math.Ceiling(rank + half) + 1) / known);
    }

    private static LatencyHistogram Sum(IEnumerable<RollupCell> cells)
    {
        LatencyHistogram sum = new();
        foreach ((int bin, DurationBin times) in cells.SelectMany(static cell => cell.Durations))
        {
            sum.AddBin(bin, times.Count, times.SumNanos);
        }

        return sum;
    }

    private static double? At(LatencyHistogram histogram, double rank)
    {
        double left = Math.Clamp(rank, 1, Math.Max(1, histogram.Count));
        foreach ((int bin, long count) in histogram.Counts)
        {
            left -= count;
            if (left <= 0)
            {
                return LatencyBins.Middle(bin);
            }
        }

        return null;
    }
}
