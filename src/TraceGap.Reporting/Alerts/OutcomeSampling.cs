namespace TraceGap.Reporting.Alerts;

/// <summary>
/// Weights of a sampler that looks at outcomes, failed runs all kept and few of the others, say. Of the traces that it keeps others are lost than of the requests: where a share θ of requests
/// is lost, the odds of a kept trace are θ/(1 − θ) · <see cref="Tilt"/>, and the numbers of kept traces of the two kinds are what varies.
/// </summary>
/// <param name="Lost">Mean weight of a silent failure, Σw²/Σw.</param>
/// <param name="Others">Mean weight of the other traces.</param>
public readonly record struct OutcomeSampling(double Lost, double Others)
{
    // Within, sampling is taken to have nothing to do with outcomes: weights differ by chance too.
    private const double Indifferent = 2;

    /// <summary>By how much the odds of a loss are greater among kept traces.</summary>
    public double Tilt => Others / Lost;

    /// <summary>Whether outcomes make a difference.</summary>
    public bool IsTilted => Tilt is > Indifferent or < 1 / Indifferent;
}
