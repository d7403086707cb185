using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting;

/// <summary>
/// A burn rate that somebody is told of, and the two windows that must show it: the long one that it is more than a moment, the short one that it still goes on (Google, "The Site Reliability
/// Workbook", chapter 5, "Multiwindow, Multi-Burn-Rate Alerts"). Lengths are those of the book for an objective of 30 days and in proportion for others.
/// </summary>
/// <param name="Factor">Failures in multiples of what the objective allows.</param>
/// <param name="LongMinutes">The long window.</param>
/// <param name="ShortMinutes">The short window, a twelfth of it.</param>
/// <param name="Loss">Share of failed traces beyond which both windows must lie.</param>
public readonly record struct BurnWindow(double Factor, int LongMinutes, int ShortMinutes, double Loss)
{
    private const int ShortParts = 12;
    private const int ShortestLong = 5;

    // Factor and long window at 30 days: two, five, ten and ten percent of the budget.
    private static readonly (double Factor, int Minutes)[] Fast = [(14.4, 60), (6, 360)];
    private static readonly (double Factor, int Minutes)[] Slow = [(3, 1440), (1, 4320)];

    /// <summary>The windows of a rule, highest burn rate first.</summary>
    public static BurnWindow[] Of(Objective objective, AlertRule rule) =>
        [.. (rule == AlertRule.SlowBurn ? Slow : Fast).Select(row => Of(objective, row.Factor, row.Minutes))];

    /// <summary>All lengths that an objective is looked at over, minutes, ascending: those of the rules, those of the scan that finds recovery, its own.</summary>
    public static int[] Lengths(Objective objective) =>
        [.. Named(objective).Concat(ScanWindows.Minutes).Append(objective.WindowMinutes).Where(length => length <= objective.WindowMinutes).Distinct().Order()];

    /// <summary>The lengths of the windows of the rules, ascending.</summary>
    public static int[] Named(Objective objective) =>
        [.. Fast.Concat(Slow).Select(row => Of(objective, row.Factor, row.Minutes)).SelectMany(static window => (int[])[window.ShortMinutes, window.LongMinutes]).Distinct().Order()];

    private static BurnWindow Of(Objective objective, double factor, int minutes)
    {
        int length = (int)Math.Max(ShortestLong, Math.Round((double)minutes * objective.WindowMinutes / Objective.DefaultWindowMinutes));
        int still = (int)Math.Max(1, Math.Round((double)length / ShortParts));

        // A loose objective cannot burn fourteen times as fast: beyond half of what can fail at all it is fast enough.
        return new BurnWindow(factor, length, still, Math.Min(factor * objective.Budget, (1 + objective.Budget) / 2));
    }
}
