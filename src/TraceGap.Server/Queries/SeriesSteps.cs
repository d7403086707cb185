using TraceGap.Reporting;

namespace TraceGap.Server.Queries;

/// <summary>Reads what a series is made of: metrics, and how long its steps are.</summary>
internal static class SeriesSteps
{
    /// <summary>Most steps of an answer; and where workflows, layers or steps are told apart.</summary>
    private const long MostSteps = 1500;
    private const long MostStepsOfGroups = 120;

    /// <summary>Steps of an answer that does not say how long they shall be, at most; likewise.</summary>
    private const long UsualSteps = 120;
    private const long UsualStepsOfGroups = 40;

    /// <summary>
    /// In longer windows steps that nobody chose are whole hours: these are stored as such, and cost a fraction of what their minutes do.
    /// </summary>
    private const long MostMinutesInMinutes = 12 * 60;
    private const long Hour = 60;

    // Divide a day, so that days begin with a step.
    private static readonly long[] Lengths = [1, 2, 5, 10, 15, 30, 60, 120, 180, 240, 360, 720, 1440];

    /// <summary>Metrics by name, separated by commas.</summary>
    /// <returns>What is wrong with them; null if all is well.</returns>
    public static string? ReadMetrics(string? text, out IReadOnlyList<SeriesMetric> metrics)
    {
        List<SeriesMetric> read = [];
        metrics = read;
        foreach (string name in (text ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries))
        {
            if (!SeriesMetric.TryParse(name, out SeriesMetric? metric))
            {
                return $"metric: \"{name}\" is none of {string.Join(", ", SeriesMetric.Names)}";
            }

            read.Add(metric);
        }

        return read.Count == 0 ? $"metric: say which, comma-separated, of {string.Join(", ", SeriesMetric.Names)}" : null;
    }

    /// <summary>Metrics by name, separated by commas, for each workflow, layer or step.</summary>
    /// <returns>What is wrong with them; null if all is well.</returns>
    public static string? ReadGroups(string by, string? metrics, out SeriesGroups groups) =>
        SeriesGroups.Read(by, (metrics ?? "").Split(',', StringSplitOptions.TrimEntries | StringSplitOptions.RemoveEmptyEntries), out groups);

    /// <summary>The length of steps, minutes; by default the shortest that gives no more than 120, or 40, and whole hours over more than half a day.</summary>
    /// <returns>What is wrong with it; null if all is well.</returns>
    public static string? ReadStep(string? text, EventWindow window, bool ofGroups, out long minutes)
    {
        (long usual, long most) = ofGroups ? (UsualStepsOfGroups, MostStepsOfGroups) : (UsualSteps, MostSteps);
        long least = Minutes(window) > MostMinutesInMinutes ? Hour : 1;
        minutes = Lengths.FirstOrDefault(length => length >= least && Minutes(window) <= usual * length, Rounded(Minutes(window), usual));
        if (text is null)
        {
            return null;
        }

        if (!WindowText.TryParseDuration(text, out long nanos) || nanos % EventWindow.MinuteNanos != 0)
        {
            return $"step: \"{text}\" is no length in whole minutes; write 1m, 15m or 1h";
        }

        minutes = nanos / EventWindow.MinuteNanos;
        return Minutes(window) > most * minutes ? $"step: {text} gives more than {most} steps; take at least {Shortest(window, most)}m" : null;
    }

    /// <summary>The shortest steps that an answer over a window may have, minutes.</summary>
    public static long Shortest(EventWindow window) => Shortest(window, MostSteps);

    private static long Shortest(EventWindow window, long most) => Math.Max(1, (Minutes(window) + most - 1) / most);

    private static long Minutes(EventWindow window) => window.ToMinute - window.FromMinute;

    // Whole days.
    private static long Rounded(long minutes, long steps) => ((minutes / steps / Lengths[^1]) + 1) * Lengths[^1];
}
