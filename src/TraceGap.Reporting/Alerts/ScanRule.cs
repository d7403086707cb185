namespace TraceGap.Reporting.Alerts;

/// <summary>Evaluates the scan for a rule: the verdict, and the window that it rests on.</summary>
public static class ScanRule
{
    /// <summary>Evaluates.</summary>
    /// <param name="windows">Losses of all windows that end with <paramref name="minute"/>, shortest first.</param>
    /// <param name="calibration">What they are measured with; null if too little is known for that.</param>
    /// <param name="position">Where the rule stands.</param>
    /// <param name="minute">The last minute.</param>
    /// <returns>The verdict, and its window: that with the highest score if it fires, that which shows recovery if it is over, else null.</returns>
    public static (AlertVerdict Verdict, ScanFinding? Finding) Evaluate(ReadOnlySpan<WindowLoss> windows, ScanCalibration? calibration, AlertPosition position, long minute)
    {
        if (calibration is not ScanCalibration measure)
        {
            return (AlertVerdict.TooFewTraces, null);
        }

        if (position.Status is AlertStatus.Firing or AlertStatus.Stale
            && LossScan.Recovery(windows, measure, minute - (position.FiredMinute ?? minute)) is ScanFinding recovery
            && LossScan.Worst(windows, measure, recovery.Window.Minutes) is not { IsBeyondLimit: true })
        {
            return (AlertVerdict.Recovered, recovery);
        }

        ScanFinding? worst = LossScan.Worst(windows, measure, minute + 1 - position.FromMinute);
        return worst is { IsBeyondLimit: true } ? (AlertVerdict.Fires, worst) : (AlertVerdict.Quiet, null);
    }
}
