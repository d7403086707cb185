namespace TraceGap.Reporting.Alerts;

/// <summary>
/// What a scan of one workflow measures losses with. A loss of variance σ² per trace is treated as a coin that falls on the wrong side with probability q, q(1 − q) = σ²; where no coin
/// varies so much, as a fair one thrown less often.
/// </summary>
/// <param name="Threshold">θ: the loss that is tolerated.</param>
/// <param name="Odds">q.</param>
/// <param name="Throws">Throws of the coin a trace: m / n.</param>
/// <param name="Limit">The score beyond which a window fires.</param>
/// <param name="RecoveryLimit">The score beyond which a window shows that a loss is over.</param>
public readonly record struct ScanCalibration(double Threshold, double Odds, double Throws, double Limit, double RecoveryLimit)
{
    // By losses a minute, found by simulation: docs/alerts.md has what it leads to. Where traces are many, more is asked of a recovery too, or a loss just above θ would come and go.
    private static readonly (double Rate, double Limit, double Recovery)[] Limits = [(0.002, 5.3, 5), (0.02, 8.6, 5), (0.2, 10.3, 8), (2, 10.7, 10)];

    /// <summary>By how much sampling raises the odds of a loss among the traces that are kept: 1 where it does not look at outcomes.</summary>
    public double Tilt { get; init; } = 1;

    /// <summary>For a share of traces that a sampler keeps by their outcome.</summary>
    /// <param name="threshold">θ, between 0 and 1.</param>
    /// <param name="tilt">Odds of a loss among kept traces over those among requests.</param>
    /// <param name="tracesPerMinute">How many traces are kept.</param>
    /// <param name="workflows">How many workflows are scanned.</param>
    public static ScanCalibration Tilted(double threshold, double tilt, double tracesPerMinute, int workflows)
    {
        double kept = Kept(threshold, tilt);
        return Of(kept, 0, tracesPerMinute, workflows) with { Threshold = threshold, Tilt = tilt };
    }

    /// <summary>Where a share of the requests is lost, the share of the kept traces.</summary>
    public double Kept(double share) => Kept(share, Tilt);

    private static double Kept(double share, double tilt) => tilt == 1 ? share : share * tilt / ((share * tilt) + 1 - share);

    /// <summary>Calibrates.</summary>
    /// <param name="threshold">θ, between 0 and 1.</param>
    /// <param name="variance">σ²: variance of the loss of one trace where the loss is θ.</param>
    /// <param name="tracesPerMinute">How many ok and failed traces there usually are.</param>
    /// <param name="workflows">How many workflows are scanned; the chance of a false alarm is shared among them.</param>
    public static ScanCalibration Of(double threshold, double variance, double tracesPerMinute, int workflows)
    {
        double fitting = Math.Max(variance, threshold * (1 - threshold));
        double odds = fitting > 0.25 ? 0.5 : 0.5 - Math.Sqrt(0.25 - fitting);
        double throws = fitting > 0.25 ? 0.25 / fitting : 1;
        (double limit, double recovery) = LimitsAt(odds * tracesPerMinute);
        return new ScanCalibration(threshold, odds, throws, limit + Math.Log(Math.Max(1, workflows)), recovery);
    }

    // Linear in the logarithm of the rate of losses.
    private static (double Limit, double Recovery) LimitsAt(double rate)
    {
        double at = Math.Log(Math.Clamp(rate, Limits[0].Rate, Limits[^1].Rate));
        int next = Array.FindIndex(Limits, 1, row => at <= Math.Log(row.Rate));
        (double Rate, double Limit, double Recovery) low = Limits[next - 1];
        (double Rate, double Limit, double Recovery) high = Limits[next];
        double part = (at - Math.Log(low.Rate)) / Math.Log(high.Rate / low.Rate);
        return (low.Limit + (part * (high.Limit - low.Limit)), low.Recovery + (part * (high.Recovery - low.Recovery)));
    }
}
