namespace TraceGap.Reporting;

/// <summary>The interval of Wilson (1927) for a proportion whose variance was estimated, through the number of independent trials that would have that variance.</summary>
internal static class Wilson
{
    /// <summary>Quantile of the normal distribution for 95 %.</summary>
    public const double Z = 1.96;

    // Variances below this part of the binomial one are rounding.
    private const double Rounding = 1e-9;

    /// <summary>Independent trials that would give a proportion its variance.</summary>
    /// <param name="value">The proportion.</param>
    /// <param name="variance">Its estimated variance; 0 where no difference between traces was seen.</param>
    /// <param name="count">Trials, taken as independent where the variance is 0; more than 0.</param>
    public static double Trials(double value, double variance, double count)
    {
        value = Math.Clamp(value, 0, 1);
        double spread = value * (1 - value);
        return variance > Rounding * spread / count && spread > 0 ? spread / variance : count;
    }

    /// <summary>The estimate with its interval; see <see cref="Trials"/>.</summary>
    public static Estimate Interval(double value, double variance, double count) => Interval(value, Trials(value, variance, count));

    /// <summary>The estimate with its interval.</summary>
    /// <param name="value">The proportion.</param>
    /// <param name="trials">Independent trials; more than 0.</param>
    public static Estimate Interval(double value, double trials)
    {
        value = Math.Clamp(value, 0, 1);
        double z2 = Z * Z / trials;
        double middle = (value + (z2 / 2)) / (1 + z2);
        double half = Math.Sqrt((value * (1 - value) * z2) + (z2 * z2 / 4)) / (1 + z2);

        // An end that the formula puts on the value itself must not cross it by rounding.
        return new Estimate(value, Math.Clamp(middle - half, 0, value), Math.Clamp(middle + half, value, 1));
    }
}
