using System.Globalization;

namespace TraceGap.Benchmarks.Figures;

/// <summary>A figure over several rounds.</summary>
/// <param name="Median">The figure to quote.</param>
/// <param name="Low">The smallest.</param>
/// <param name="High">The largest.</param>
internal readonly record struct Spread(double Median, double Low, double High)
{
    /// <summary>The spread of the rounds' figures.</summary>
    public static Spread Of(IEnumerable<double> rounds)
    {
        double[] sorted = [.. rounds.Order()];
        int middle = sorted.Length / 2;
        double median = sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Spread(median, sorted[0], sorted[^1]);
    }

    /// <summary>Median and, in brackets, smallest and largest.</summary>
    public string Text(string format = "0.00") => string.Create(
        CultureInfo.InvariantCulture, $"{Median.ToString(format)} ({Low.ToString(format)}–{High.ToString(format)})");
}
