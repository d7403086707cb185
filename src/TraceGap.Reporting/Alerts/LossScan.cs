namespace TraceGap.Reporting.Alerts;

/// <summary>
/// Decides whether a loss is beyond what is tolerated, by the window-limited generalised likelihood ratio (Lai, "Information bounds and quick detection of parameter changes", 1998): each
/// window w is scored by how much better its own loss δ explains it than θ does,
/// <code>S(w) = m · kl(q + δ − θ ‖ q),   kl(a‖b) = a·ln(a/b) + (1 − a)·ln((1 − a)/(1 − b))</code>
/// and the highest score counts. Short windows find great losses at once, long ones find small losses in time; none has to be chosen.
/// </summary>
public static class LossScan
{
    /// <summary>Fewest traces that a window must have lost: one error pages nobody.</summary>
    public const double LeastLost = 5;

    /// <summary>The window with the highest score for a loss beyond θ; null if none has one.</summary>
    /// <param name="windows">The windows, shortest first.</param>
    /// <param name="calibration">What they are measured with.</param>
    /// <param name="longest">Only windows up to this length, minutes.</param>
    public static ScanFinding? Worst(ReadOnlySpan<WindowLoss> windows, in ScanCalibration calibration, long longest)
    {
        ScanFinding? worst = null;
        foreach (WindowLoss window in windows)
        {
            if (window.Minutes <= longest && window.Loss > calibration.Threshold && window.Lost >= LeastLost)
            {
                double score = Score(window, calibration);
                worst = worst is null || score > worst.Score ? new ScanFinding(window, score, score > calibration.Limit) : worst;
            }
        }

        return worst;
    }

    /// <summary>The shortest window that shows that the loss is below θ again; null if none does.</summary>
    /// <param name="windows">The windows, shortest first.</param>
    /// <param name="calibration">What they are measured with.</param>
    /// <param name="longest">Only windows up to this length, minutes.</param>
    public static ScanFinding? Recovery(ReadOnlySpan<WindowLoss> windows, in ScanCalibration calibration, long longest)
    {
        foreach (WindowLoss window in windows)
        {
            double score = window.Minutes <= longest && window.Loss < calibration.Threshold ? Score(window, calibration) : 0;
            if (score > calibration.RecoveryLimit)
            {
                return new ScanFinding(window, score, true);
            }
        }

        return null;
    }

    // What varies more than any coin is a sum of many things, not one coin: its tails are nearer to those of the normal distribution, 2d² in place of kl(½ + d ‖ ½).
    private static double Score(in WindowLoss window, in ScanCalibration calibration)
    {
        double beyond = calibration.Kept(window.Loss) - calibration.Kept(calibration.Threshold);
        double perThrow = calibration.Throws < 1 ? 2 * beyond * beyond : Divergence(Math.Clamp(calibration.Odds + beyond, 0, 1), calibration.Odds);
        return window.Traces * calibration.Throws * perThrow;
    }

    /// <summary>Kullback-Leibler divergence of two coins; 0·ln 0 is 0.</summary>
    internal static double Divergence(double a, double b) =>
        (a > 0 ? a * Math.Log(a / b) : 0) + (a < 1 ? (1 - a) * Math.Log((1 - a) / (1 - b)) : 0);
}

/// <summary>What a scan found.</summary>
/// <param name="Window">The window.</param>
/// <param name="Score">Its score.</param>
/// <param name="IsBeyondLimit">Whether the score is beyond the limit.</param>
public sealed record ScanFinding(WindowLoss Window, double Score, bool IsBeyondLimit);
