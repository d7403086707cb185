using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>
/// Weights that take the bias out of a ratio of weighted sums: w·(1 + w/Σw) in place of w, which is the estimator of Beale (1962). Equal weights stay in proportion. It is not what reports
/// show, for the counts that they show would not have the ratio that they show; it tells that bias from any other.
/// </summary>
internal static class BealeWeights
{
    // Fixed point 2^−16; scaled up so that rounding is nothing.
    private const double Scale = 1 << 20;

    public static Dictionary<OutcomeRecord, OutcomeWeight> Of(Dictionary<OutcomeRecord, OutcomeWeight> table)
    {
        double total = table.Values.Sum(static weight => (double)weight.Weight);
        return table.ToDictionary(static entry => entry.Key, entry =>
        {
            double factor = Scale * (1 + ((double)entry.Value.WeightSquared / (double)entry.Value.Weight / total));
            return new OutcomeWeight(entry.Value.Count, (Int128)((double)entry.Value.Weight * factor), (Int128)((double)entry.Value.WeightSquared * factor * factor));
        });
    }
}
