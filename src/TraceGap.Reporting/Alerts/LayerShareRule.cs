namespace TraceGap.Reporting.Alerts;

/// <summary>
/// Decides whether a layer takes a greater part of the time than in the week before, by the shortest of the windows of an hour, six hours and a day that has <see cref="MinTraces"/> requests. The
/// rise counts only beyond three standard errors: those of the window, whose minutes say how much they differ, and of what an hour of the week differs from the week.
/// </summary>
internal static class LayerShareRule
{
    /// <summary>Fewest requests of a window.</summary>
    public const long MinTraces = 100;

    /// <summary>Standard errors by which a rise must be beyond what is tolerated, or below it to be over.</summary>
    public const double StandardErrors = 3;

    private const int MinMinutes = 10;

    private static readonly int[] Lengths = [60, 360, ScanWindows.Longest];

    /// <summary>Evaluates.</summary>
    /// <param name="history">What is known of the workflow's times.</param>
    /// <param name="week">The week before.</param>
    /// <param name="tolerated">The rise that is tolerated, as a share.</param>
    /// <param name="position">Where the rule stands.</param>
    /// <param name="minute">The last minute.</param>
    public static RuleJudgement Evaluate(TimeHistory history, WeekTimes week, double tolerated, AlertPosition position, long minute)
    {
        long longest = minute + 1 - position.FromMinute;
        bool isFiring = position.Status is AlertStatus.Firing or AlertStatus.Stale;
        if (isFiring)
        {
            longest = minute - (position.FiredMinute ?? minute);
        }

        foreach (int length in Lengths.Where(length => length <= longest))
        {
            IReadOnlyList<MinuteTimes> minutes = history.Until(minute, length);
            long traces = minutes.Sum(static one => one.Traces);
            if (traces >= MinTraces && minutes.Count >= MinMinutes)
            {
                return Judge(minutes, week, tolerated, isFiring, new WindowLoss(length, traces, 0));
            }
        }

        return new RuleJudgement(longest >= Lengths[^1] ? AlertVerdict.TooFewTraces : AlertVerdict.NoTraffic);
    }

    private static RuleJudgement Judge(IReadOnlyList<MinuteTimes> minutes, WeekTimes week, double tolerated, bool isFiring, WindowLoss window)
    {
        (double rise, double error) = LayerRatio.All(minutes)
            .Select((ratio, layer) => (Rise: ratio.Share - week.Shares[layer], Error: Math.Sqrt((ratio.StandardError * ratio.StandardError) + (week.ShareDeviations[layer] * week.ShareDeviations[layer]))))
            .MaxBy(change => isFiring ? change.Rise + (StandardErrors * change.Error) : change.Rise - (StandardErrors * change.Error));
        double sure = rise - (StandardErrors * error);
        ScanCalibration calibration = new(tolerated, 0, 0, tolerated, 0);
        ScanFinding finding = new(window with { Loss = rise }, sure, sure > tolerated);
        return (isFiring && rise + (StandardErrors * error) < tolerated) ? new RuleJudgement(AlertVerdict.Recovered, finding, calibration)
            : finding.IsBeyondLimit ? new RuleJudgement(AlertVerdict.Fires, finding, calibration)
            : new RuleJudgement(AlertVerdict.Quiet);
    }
}
