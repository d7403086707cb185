namespace TraceGap.Reporting;

/// <summary>
/// What a variance that is estimated from the traces at hand misses where weights differ. If a few heavy traces carry half of the sum and none of them failed, the sum of Σw²·ψ² does not know how much one that fails would
/// weigh, and the interval is far too narrow: of 300 traces of which half have ten times the weight in effect, it held a truth of 97 % in three windows of four. So two ghosts of the largest weight, one that failed and one
/// that did not, have their say, the more the weights differ; where all are equal none.
/// </summary>
internal readonly struct UnequalWeights
{
    // Below it weights are equal but for rounding.
    private const double Rounding = 1e-9;

    private readonly double _inequality;

    private UnequalWeights(double inequality) => _inequality = inequality;

    /// <summary>True if ghosts have a say.</summary>
    public bool Any => _inequality > Rounding;

    /// <summary>1 − (mean weight / largest weight)²: what a ghost has more of Σw² than a trace of the mean weight, of its own.</summary>
    /// <param name="total">Σw.</param>
    /// <param name="count">Traces.</param>
    /// <param name="largest">The largest weight.</param>
    public static UnequalWeights Of(double total, double count, double largest)
    {
        double mean = count > 0 ? total / count : 0;
        return new UnequalWeights(largest > 0 ? 1 - Math.Min(1, mean / largest * (mean / largest)) : 0);
    }

    /// <summary>
    /// The largest weight of traces of which only sums are kept, about: 2s − w̄, with s = Σw²/Σw and w̄ = Σw/n. It is exact where all weigh the same, and where some have a weight far above that of the others and half of the
    /// sum it is theirs less the tenth part or so; never more than twice s.
    /// </summary>
    /// <param name="count">Traces.</param>
    /// <param name="weight">Σw.</param>
    /// <param name="squared">Σw².</param>
    public static double LargestOf(long count, double weight, double squared) => (2 * squared / weight) - (weight / count);

    /// <summary>Independent trials that an estimate is worth, at most those that it seems to be.</summary>
    /// <param name="trials">By its variance.</param>
    /// <param name="ghosted">By its variance with ghosts.</param>
    public double Trials(double trials, double ghosted) => Any && ghosted < trials ? 1 / (((1 - _inequality) / trials) + (_inequality / ghosted)) : trials;
}
