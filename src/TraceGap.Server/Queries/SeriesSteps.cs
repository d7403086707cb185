using TraceGap.Reporting;

namespace TraceGap.Server.Queries;

/// <summary>Reads what a series is made of: metrics, and how long its steps are.</summary>
internal static class SeriesSteps
{
    /// <summary>Most steps of an answer.</summary>
    private const long MostSteps = 1500;

    /// <summary>Steps of an answer that does not say how long they shall be, at most.</summary>
    private const long UsualSteps = 120;

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

    /// <summary>The length of steps, minutes; by default the shortest that gives no more than 120.</summary>
    /// <returns>What is wrong with it; null if all is well.</returns>
    public static string? ReadStep(string? text, EventWindow window, out long minutes)
    {
        minutes = Lengths.FirstOrDefault(length => Minutes(window) <= UsualSteps * length, Rounded(Minutes(window), UsualSteps));
        if (text is null)
        {
            return null;
        }

        if (!WindowText.TryParseDuration(text, out long nanos) || nanos % EventWindow.MinuteNanos != 0)
        {
            return $"step: \"{text}\" is no length in whole minutes; write 1m, 15m or 1h";
        }

        minutes = nanos / EventWindow.MinuteNanos;
        return Minutes(window) > MostSteps * minutes ? $"step: {text} gives more than {MostSteps} steps; take at least {Shortest(window)}m" : null;
    }

    /// <summary>The shortest steps that an answer over a window may have, minutes.</summary>
    public static long Shortest(EventWindow window) => Math.Max(1, (Minutes(window) + MostSteps - 1) / MostSteps);

    private static long Minutes(EventWindow window) => window.ToMinute - window.FromMinute;

    // Whole days.
    private static long Rounded(long minutes, long steps) => ((minutes / steps / Lengths[^1]) + 1) * Lengths[^1];
}
