namespace TraceGap.Reporting;

/// <summary>
/// The ranks between which a quantile of the population lies with 95 %, whatever its distribution: as many of n values lie below it as a binomial says. Where n is too small for a bound on
/// one side, there is none.
/// </summary>
/// <param name="Low">Rank of the lower bound, from 1; 0 for none.</param>
/// <param name="High">Rank of the upper bound, up to n; n + 1 for none.</param>
internal readonly record struct OrderStatistics(int Low, int High)
{
    private const double Tail = 0.025;

    /// <summary>The ranks for a percentile of so many values.</summary>
    public static OrderStatistics Of(int count, int percent)
    {
        double[] probabilities = Binomial(count, percent / 100.0);
        int low = 0;
        for (double below = probabilities[0]; below <= Tail && low < count; below += probabilities[low])
        {
            low++;
        }

        int high = count + 1;
        for (double above = probabilities[count]; above <= Tail && high > 1; above += probabilities[high - 1])
        {
            high--;
        }

        return new OrderStatistics(low, high);
    }

    // From the mode outwards by the ratio of neighbours, so that nothing underflows that matters.
    private static double[] Binomial(int count, double p)
    {
        double[] probabilities = new double[count + 1];
        int mode = Math.Min(count, (int)((count + 1) * p));
        probabilities[mode] = 1;
        for (int k = mode; k > 0; k--)
        {
            probabilities[k - 1] = probabilities[k] * k * (1 - p) / ((count - k + 1) * p);
        }

        for (int k = mode; k < count; k++)
        {
            probabilities[k + 1] = probabilities[k] * (count - k) * p / ((k + 1) * (1 - p));
        }

        double sum = probabilities.Sum();
        return Array.ConvertAll(probabilities, probability => probability / sum);
    }
}
