using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>The share of a layer in the time of many stretches, and how much they differ: a ratio of sums, its variance by the stretches' own residuals (Cochran, "Sampling Techniques", 6.3).</summary>
/// <param name="Share">Σ layer / Σ total.</param>
/// <param name="StandardError">Of the share, each stretch being one observation.</param>
/// <param name="Deviation">Standard deviation of a single stretch's share, stretches weighing as much as they have time.</param>
internal readonly record struct LayerRatio(double Share, double StandardError, double Deviation)
{
    /// <summary>All layers, by number.</summary>
    public static LayerRatio[] All(IReadOnlyList<MinuteTimes> stretches)
    {
        double total = stretches.Sum(static stretch => stretch.TotalMs);
        return [.. Enumerable.Range(0, LayerNames.Count).Select(layer => Of(stretches, layer, total))];
    }

    private static LayerRatio Of(IReadOnlyList<MinuteTimes> stretches, int layer, double total)
    {
        double share = total > 0 ? stretches.Sum(stretch => stretch.LayerMs[layer]) / total : 0;
        int count = stretches.Count;
        if (count < 2 || total <= 0)
        {
            return new LayerRatio(share, 1, 1);
        }

        double residuals = 0;
        double spread = 0;
        foreach (MinuteTimes stretch in stretches.Where(static stretch => stretch.TotalMs > 0))
        {
            double residual = stretch.LayerMs[layer] - (share * stretch.TotalMs);
            residuals += residual * residual;
            spread += residual * residual / stretch.TotalMs;
        }

        double correction = (double)count / (count - 1);
        return new LayerRatio(share, Math.Sqrt(residuals * correction) / total, Math.Sqrt(spread * correction / total));
    }
}
