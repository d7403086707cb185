namespace TraceGap.Reporting.Alerts;

/// <summary>Sums over the ok and failed traces of a window, or of a minute, in sampling weights.</summary>
/// <param name="Weight">Σw.</param>
/// <param name="Squares">Σw².</param>
/// <param name="Silent">Σw of silent failures.</param>
/// <param name="SilentSquares">Σw² of those.</param>
/// <param name="Failed">Σw of failed traces.</param>
/// <param name="FailedSquares">Σw² of those.</param>
/// <param name="Diverged">−divergence · Σw; of windows only, for it does not add over minutes.</param>
/// <param name="SampleSquares">What Σw² has to be more by for what needs paths, where these are those of a sample: a divergence is known only as well as its traces tell it.</param>
internal readonly record struct WindowSums(double Weight, double Squares, double Silent, double SilentSquares, double Failed, double FailedSquares, double Diverged = 0, double SampleSquares = 0)
{
    public static WindowSums operator +(in WindowSums a, in WindowSums b) => new(
        a.Weight + b.Weight,
        a.Squares + b.Squares,
        a.Silent + b.Silent,
        a.SilentSquares + b.SilentSquares,
        a.Failed + b.Failed,
        a.FailedSquares + b.FailedSquares,
        a.Diverged + b.Diverged,
        a.SampleSquares + b.SampleSquares);

    /// <summary>With traces of one kind more.</summary>
    public WindowSums With(double weight, double squares, bool failed, bool silent) => this + new WindowSums(
        weight, squares, silent ? weight : 0, silent ? squares : 0, failed ? weight : 0, failed ? squares : 0);

    /// <summary>What the window lost in silence.</summary>
    /// <param name="minutes">Its length.</param>
    /// <param name="sampling">How outcomes are sampled; null if they have nothing to do with it.</param>
    public WindowLoss SilentLoss(int minutes, OutcomeSampling? sampling)
    {
        if (Weight <= 0)
        {
            return new WindowLoss(minutes, 0, 0);
        }

        double lost = Number(Silent, SilentSquares);
        double traces = Number(Weight, Squares);
        if (sampling is OutcomeSampling known)
        {
            // No more than there are, should weights be others than they were.
            double others = Weight - Silent;
            traces = Math.Min(Silent / known.Lost, lost) + Math.Min(others / known.Others, Number(others, Squares - SilentSquares));
        }

        return new WindowLoss(minutes, traces, Silent / Weight, lost);
    }

    /// <summary>What it lost by divergence: no more traces than failed.</summary>
    public WindowLoss DivergedLoss(int minutes)
    {
        double traces = Number(Weight, Squares + SampleSquares);
        return Weight > 0 ? new WindowLoss(minutes, traces, Diverged / Weight, Math.Min(traces * Diverged / Weight, Number(Failed, FailedSquares))) : new WindowLoss(minutes, 0, 0);
    }

    // As many traces of one weight vary as much.
    private static double Number(double weight, double squares) => weight > 0 && squares > 0 ? weight * weight / squares : 0;
}
