namespace TraceGap.Reporting.Alerts;

/// <summary>The rules that compare with the week before: what they scan, and with what.</summary>
internal static class ChangeRules
{
    private const double LeastShift = 0.01;
    private const double StandardErrors = 2;

    /// <summary>
    /// The scan for divergence with θ = δ of the week + max(1 point, 2 standard errors). Losses are told from that of the week, so that it also works where recovery makes δ negative, and the least
    /// number of lost requests is of those beyond the week's.
    /// </summary>
    public static RuleJudgement Shift(ReadOnlySpan<WindowLoss> diverged, WorkflowBaseline baseline, WeekBaseline week, AlertPosition position, long minute, int workflows)
    {
        double rise = Math.Max(LeastShift, StandardErrors * week.StandardError);
        double threshold = week.Loss + rise;
        double variance = baseline.Variance - ((baseline.Loss - threshold) * (1 - baseline.Loss - threshold));
        ScanCalibration calibration = ScanCalibration.Of(rise, variance, baseline.TracesPerMinute, workflows);
        WindowLoss[] windows = new WindowLoss[diverged.Length];
        for (int i = 0; i < windows.Length; i++)
        {
            windows[i] = diverged[i] with { Loss = diverged[i].Loss - week.Loss, Lost = diverged[i].Lost - (diverged[i].Traces * week.Loss) };
        }

        (AlertVerdict verdict, ScanFinding? finding) = ScanRule.Evaluate(windows, calibration, position, minute);
        return new RuleJudgement(verdict, finding, calibration with { Threshold = threshold });
    }

    /// <summary>
    /// The scan for requests that take more than so many times the week's 99th percentile. Where p99 has risen by that factor they are one in a hundred; so the share is scanned for more than
    /// that, with the variance that the hours of the week show.
    /// </summary>
    public static RuleJudgement P99(ReadOnlySpan<WindowLoss> slow, WeekTimes week, double tracesPerMinute, AlertPosition position, long minute, int workflows)
    {
        ScanCalibration calibration = ScanCalibration.Of(WeekTimes.SlowShare, week.SlowVariance, tracesPerMinute, workflows);
        (AlertVerdict verdict, ScanFinding? finding) = ScanRule.Evaluate(slow, calibration, position, minute);
        return new RuleJudgement(verdict, finding, calibration);
    }
}
