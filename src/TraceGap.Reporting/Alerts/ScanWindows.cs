namespace TraceGap.Reporting.Alerts;

/// <summary>The windows that a scan looks at, all of which end with the minute that is evaluated.</summary>
public static class ScanWindows
{
    /// <summary>The longest, minutes: a day.</summary>
    public const int Longest = 1440;

    /// <summary>Lengths in minutes, ascending: neighbours are so close that a loss of any length fills most of some window, and there are few of them.</summary>
    public static IReadOnlyList<int> Minutes { get; } = [1, 2, 3, 5, 8, 13, 21, 34, 55, 89, 144, 233, 377, 610, 987, Longest];
}

/// <summary>What a window lost.</summary>
/// <param name="Minutes">Its length.</param>
/// <param name="Traces">Ok and failed traces; with unequal sampling weights the number of equal ones that say as much, (Σw)²/Σw².</param>
/// <param name="Loss">Share that was lost, δ: −divergence, or the share of silent failures. 0 without traces.</param>
/// <param name="Lost">How many traces that is; with unequal weights counted likewise, so that one trace that stands for many is one.</param>
public readonly record struct WindowLoss(int Minutes, double Traces, double Loss, double Lost)
{
    /// <summary>A window whose traces have one weight.</summary>
    public WindowLoss(int minutes, double traces, double loss)
        : this(minutes, traces, loss, traces * loss)
    {
    }
}
