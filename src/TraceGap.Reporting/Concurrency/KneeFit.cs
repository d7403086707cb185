using System.Runtime.InteropServices;

namespace TraceGap.Reporting;

/// <summary>Mean latency of a step against its requests in flight.</summary>
/// <param name="InFlight">Mean number of requests in flight, above 0.</param>
/// <param name="MeanMs">Mean latency, ms, above 0.</param>
/// <param name="Traces">Traces that it is the mean of.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LoadPoint(double InFlight, double MeanMs, long Traces);

/// <summary>
/// Finds where requests begin to queue. The bounds of a closed system (Denning and Buzen, "The Operational Analysis of Queueing Network Models", 1978): with N requests in flight latency is
/// at least R₀, and at least N / X where X is what the bottleneck gets done. So latency is R₀ up to the knee K = R₀·X and R₀·N / K beyond; K and R₀ are fitted to the logarithms by least squares.
/// </summary>
internal static class KneeFit
{
    // Fewer steps beyond the knee, or less growth, could be chance.
    private const int FewestBeyond = 5;
    private const double LeastGrowth = 1.25;

    // The knee must leave no more than this part of the variance that a constant leaves.
    private const double MostUnexplained = 0.5;

    /// <summary>The knee; null if latency does not grow with the requests in flight.</summary>
    public static ConcurrencyKnee? Of(IReadOnlyList<LoadPoint> points)
    {
        LoadPoint[] sorted = [.. points.OrderBy(static point => point.InFlight)];
        if (sorted.Length < 2 * FewestBeyond)
        {
            return null;
        }

        double constant = Fit(sorted, double.PositiveInfinity).Error;
        (double Error, double LogBase, double Knee) best = (double.PositiveInfinity, 0, 0);
        foreach (double knee in Candidates(sorted))
        {
            (double error, double logBase) = Fit(sorted, knee);
            best = error < best.Error ? (error, logBase, knee) : best;
        }

        int beyond = sorted.Count(point => point.InFlight > best.Knee);
        return best.Error <= MostUnexplained * constant && beyond >= FewestBeyond && sorted[^1].InFlight >= LeastGrowth * best.Knee
            ? new ConcurrencyKnee(best.Knee, Math.Exp(best.LogBase), best.Knee / Math.Exp(best.LogBase) * 1e3, beyond)
            : null;
    }

    /// <summary>Between the smallest and the largest number in flight, 1 % apart.</summary>
    private static IEnumerable<double> Candidates(LoadPoint[] sorted)
    {
        for (double knee = sorted[0].InFlight; knee < sorted[^1].InFlight; knee *= 1.01)
        {
            yield return knee;
        }
    }

    /// <returns>Weighted sum of squares that is left, and the logarithm of the base latency that leaves it.</returns>
    private static (double Error, double LogBase) Fit(LoadPoint[] points, double knee)
    {
        double weight = 0;
        double sum = 0;
        double squares = 0;
        foreach (LoadPoint point in points)
        {
            double rest = Math.Log(point.MeanMs) - Math.Log(Math.Max(1, point.InFlight / knee));
            weight += point.Traces;
            sum += point.Traces * rest;
            squares += point.Traces * rest * rest;
        }

        return (squares - (sum * sum / weight), sum / weight);
    }
}
