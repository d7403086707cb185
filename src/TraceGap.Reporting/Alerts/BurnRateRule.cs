namespace TraceGap.Reporting.Alerts;

/// <summary>
/// Decides whether an error budget is spent too fast. It fires where, over a long window and over a short one with the same end, the burn rate is above the factor of <see cref="BurnWindow"/>, and
/// the long window has lost <see cref="LossScan.LeastLost"/> requests beyond what the budget allows and shows by <c>n · kl(loss ‖ budget)</c> above the limit that the objective is really missed:
/// with few requests one or two failures make any burn rate and show nothing. It is over where a window that began after the alert shows a loss below half that of the rule's lowest factor, and
/// no less than the budget, or where the long window of that factor lies all behind the alert and kept the objective: a loss that stays just above a factor does not come and go.
/// </summary>
public static class BurnRateRule
{
    /// <summary>The score beyond which a window shows that an objective is missed, for one workflow; found by simulation, docs/alerts.md has what it leads to.</summary>
    public const double Limit = 8;

    // Fewer failures than this that a window would have at the factor, and having none says little (e^−3).
    private const double LeastExpected = 3;

    /// <summary>Evaluates.</summary>
    /// <param name="standing">The outcomes of the workflow.</param>
    /// <param name="rule"><see cref="AlertRule.BurnRate"/> or <see cref="AlertRule.SlowBurn"/>.</param>
    /// <param name="position">Where the rule stands.</param>
    /// <param name="minute">The last minute.</param>
    /// <param name="workflows">How many workflows have objectives; the chance of a false alarm is shared among them.</param>
    public static RuleJudgement Evaluate(ObjectiveStanding standing, AlertRule rule, AlertPosition position, long minute, int workflows)
    {
        BurnWindow[] windows = BurnWindow.Of(standing.Objective, rule);
        double limit = Limit + Math.Log(Math.Max(1, workflows));
        if (position.Status is AlertStatus.Firing or AlertStatus.Stale
            && Recovery(standing, windows[^1], minute - (position.FiredMinute ?? minute)) is ScanFinding recovery
            && Worst(standing, windows, limit, recovery.Window.Minutes) is null)
        {
            return new RuleJudgement(AlertVerdict.Recovered, recovery);
        }

        return Worst(standing, windows, limit, minute + 1 - position.FromMinute) is (BurnWindow window, ScanFinding finding)
            ? new RuleJudgement(AlertVerdict.Fires, finding, new ScanCalibration(window.Loss, standing.Objective.Budget, 1, limit, 0))
            : new RuleJudgement(AlertVerdict.Quiet);
    }

    private static (BurnWindow Window, ScanFinding Finding)? Worst(ObjectiveStanding standing, BurnWindow[] windows, double limit, long longest)
    {
        double budget = standing.Objective.Budget;
        foreach (BurnWindow window in windows)
        {
            WindowLoss loss = standing.LossOf(window.LongMinutes);
            if (window.LongMinutes <= longest && loss.Loss > window.Loss && standing.LossOf(window.ShortMinutes).Loss > window.Loss
                && loss.Traces * (loss.Loss - budget) >= LossScan.LeastLost
                && loss.Traces * LossScan.Divergence(loss.Loss, budget) is double score && score > limit)
            {
                return (window, new ScanFinding(loss, score, true));
            }
        }

        return null;
    }

    private static ScanFinding? Recovery(ObjectiveStanding standing, BurnWindow lowest, long longest)
    {
        WindowLoss[] windows = [.. ScanWindows.Minutes.Select(standing.LossOf)];
        double low = Math.Max(standing.Objective.Budget, lowest.Loss / 2);
        ScanCalibration calibration = ScanCalibration.Of(low, 0, windows[^1].Traces / ScanWindows.Longest, 1);
        if (LossScan.Recovery(windows, calibration, longest) is ScanFinding shown)
        {
            return shown;
        }

        WindowLoss whole = standing.LossOf(lowest.LongMinutes);
        return lowest.LongMinutes <= longest && whole.Loss <= standing.Objective.Budget && whole.Traces * low >= LeastExpected
            ? new ScanFinding(whole, 0, true)
            : null;
    }
}
