namespace TraceGap.Reporting.Tests;

/// <summary>A mean of simulated figures, and how far chance may have moved it.</summary>
/// <param name="Value">The mean.</param>
/// <param name="Error">Three standard errors.</param>
internal readonly record struct Mean(double Value, double Error)
{
    public static Mean Of(IReadOnlyCollection<double> figures)
    {
        double mean = figures.Average();
        return new Mean(mean, 3 * Math.Sqrt(figures.Average(figure => (figure - mean) * (figure - mean)) / figures.Count));
    }

    public Mean MinusTruth(double truth) => this with { Value = Value - truth };
}
