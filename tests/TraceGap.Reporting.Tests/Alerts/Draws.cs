namespace TraceGap.Reporting.Tests.Alerts;

/// <summary>Numbers of events, drawn whole instead of event by event.</summary>
internal static class Draws
{
    // Beyond, only how many traces there are is drawn, and the normal distribution is off by less than that matters for a share of them.
    private const double Many = 100;

    /// <summary>Poisson: exact up to a mean of 100, from there on the rounded normal distribution.</summary>
    public static int Poisson(Random random, double mean)
    {
        if (mean > Many)
        {
            return (int)Math.Max(0, Math.Round(mean + (Math.Sqrt(mean) * Normal(random))));
        }

        if (mean <= 0)
        {
            return 0;
        }

        double limit = Math.Exp(-mean);
        double product = random.NextDouble();
        int count = 0;
        while (product > limit)
        {
            product *= random.NextDouble();
            count++;
        }

        return count;
    }

    /// <summary>Gamma with mean 1 and a variance (Marsaglia and Tsang 2000).</summary>
    public static double Gamma(Random random, double variance)
    {
        double shape = 1 / variance;
        double boost = shape < 1 ? Math.Pow(1 - random.NextDouble(), variance) : 1;
        double d = (shape < 1 ? shape + 1 : shape) - (1.0 / 3);
        double c = 1 / Math.Sqrt(9 * d);
        while (true)
        {
            double x = Normal(random);
            double v = Math.Pow(1 + (c * x), 3);
            if (v > 0 && Math.Log(1 - random.NextDouble()) < (0.5 * x * x) + d - (d * v) + (d * Math.Log(v)))
            {
                return d * v * boost * variance;
            }
        }
    }

    private static double Normal(Random random) => Math.Sqrt(-2 * Math.Log(1 - random.NextDouble())) * Math.Cos(2 * Math.PI * random.NextDouble());
}
