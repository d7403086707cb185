using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting;

/// <summary>The outcomes of a workflow with an objective over all windows that end with a minute.</summary>
/// <param name="Objective">The objective.</param>
/// <param name="LastMinute">The minute, minutes since the Unix epoch.</param>
/// <param name="Windows">Sums by length of the window in minutes, <see cref="BurnWindow.Lengths"/>.</param>
public sealed record ObjectiveStanding(Objective Objective, long LastMinute, IReadOnlyDictionary<int, RequestSums> Windows)
{
    /// <summary>Failures of a window in multiples of what the objective allows; null without traces.</summary>
    public double? BurnRate(int minutes) => Windows[minutes] is { Any: true } sums ? sums.Loss / Objective.Budget : null;

    /// <summary>A window as a scan sees it.</summary>
    public WindowLoss LossOf(int minutes) => new(minutes, Windows[minutes].Effective, Windows[minutes].Loss);

    /// <summary>The figures for people.</summary>
    public ObjectiveReport ToReport()
    {
        RequestSums whole = Windows[Objective.WindowMinutes];
        double? burned = BurnRate(Objective.WindowMinutes);
        return new ObjectiveReport(
            Objective.Name,
            Objective.Target,
            Text(Objective.WindowMinutes),
            DateTime.UnixEpoch.AddMinutes(LastMinute + 1),
            whole.Any ? 1 - whole.Loss : null,
            Objective.Budget,
            1 - burned,
            [.. BurnWindow.Named(Objective).Select(minutes => new BurnRate(Text(minutes), BurnRate(minutes)))]);
    }

    /// <summary>A length as people write it: <c>5m</c>, <c>6h</c>, <c>30d</c>.</summary>
    public static string Text(int minutes) => minutes switch
    {
        _ when minutes % 1440 == 0 => $"{minutes / 1440}d",
        _ when minutes % 60 == 0 => $"{minutes / 60}h",
        _ => $"{minutes}m",
    };
}
