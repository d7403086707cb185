using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Latency against concurrency, out of rollups: by Little's law the mean number of requests in flight over a step is the time that the requests which ended in it took, divided by the step's
/// length. That is exact where little is in flight at the step's edges, so steps have to be several times as long as requests take (<see cref="StepMinutes"/>).
/// </summary>
public static class ConcurrencyBuilder
{
    private static readonly long[] Lengths = [1, 2, 5, 10, 15, 30, 60, 120, 240, 480, 1440];

    private const double StepsPerRequest = 4;

    // Levels are half a doubling apart.
    private const double LevelsPerDoubling = 2;

    /// <summary>What of the cells is looked at.</summary>
    public const RollupParts Parts = RollupParts.Durations;

    /// <summary>The length of steps for requests that take so long: at least four times that.</summary>
    /// <param name="meanMs">Mean latency in the window, ms; null without data.</param>
    /// <returns>Minutes.</returns>
    public static long StepMinutes(double? meanMs)
    {
        double least = StepsPerRequest * (meanMs ?? 0) / 60_000;
        int index = Array.FindIndex(Lengths, length => length >= least);
        return index < 0 ? Lengths[^1] : Lengths[index];
    }

    /// <summary>Mean latency, ms, by which steps are chosen; null without data.</summary>
    public static double? MeanMs(ReportInput input) => new SeriesStep(input).Latency.Mean;

    /// <summary>Builds the report.</summary>
    /// <param name="workflow">The workflow, or null for all.</param>
    /// <param name="steps">In order of time; at least one. A step that is not over should not be among them.</param>
    public static ConcurrencyReport Build(string? workflow, IReadOnlyList<LoadStep> steps)
    {
        LoadStep[] busy = [.. steps.Where(static step => step.InFlight > 0)];
        return new ConcurrencyReport(
            new ReportWindow(EventTime.Utc(steps[0].FromUnixNanos), EventTime.Utc(steps[^1].ToUnixNanos)),
            workflow,
            (long)SeriesStep.SecondsOf(steps[0].FromUnixNanos, steps[0].ToUnixNanos),
            busy.Length == 0 ? null : busy.Max(static step => step.InFlight),
            [.. busy.GroupBy(static step => (int)Math.Floor(LevelsPerDoubling * Math.Log2(step.InFlight!.Value))).OrderBy(static level => level.Key).Select(static level => Level([.. level]))],
            KneeFit.Of([.. busy.Select(static step => new LoadPoint(step.InFlight!.Value, step.Latency.Mean!.Value, step.Requests))]));
    }

    private static ConcurrencyLevel Level(LoadStep[] steps)
    {
        LatencyAttribution latency = new();
        foreach (LoadStep step in steps)
        {
            latency.Add(step.Latency);
        }

        return new ConcurrencyLevel(
            steps.Average(static step => step.InFlight!.Value),
            steps.Length,
            steps.Sum(static step => step.Requests),
            steps.Average(static step => step.RequestsPerSecond),
            latency.Mean!.Value,
            latency.Quantile(50),
            latency.Quantile(95),
            latency.Quantile(99));
    }
}
