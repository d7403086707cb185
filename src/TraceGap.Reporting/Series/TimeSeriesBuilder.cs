namespace TraceGap.Reporting;

/// <summary>Makes series of the cells of equal steps. Pure.</summary>
public static class TimeSeriesBuilder
{
    /// <summary>Builds the series.</summary>
    /// <param name="steps">One input a step, in order of time, each with start and end; at least one.</param>
    /// <param name="metrics">What is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, IReadOnlyList<SeriesMetric> metrics) => Build(steps, figures => metrics.Select(metric => Series(metric, figures)));

    /// <summary>Builds a series for each workflow, layer or step: of the <see cref="SeriesGroups.Most"/> with most traces or steps.</summary>
    /// <param name="steps">As above.</param>
    /// <param name="groups">What is told apart, and what is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, SeriesGroups groups) => Build(steps, groups.Of);

    private static TimeSeries Build(IReadOnlyList<ReportInput> steps, Func<SeriesStep[], IEnumerable<MetricSeries>> series)
    {
        SeriesStep[] figures = [.. steps.AsParallel().AsOrdered().Select(static step => new SeriesStep(step))];
        return new TimeSeries(
            new ReportWindow(EventTime.Utc(steps[0].FromUnixNanos), EventTime.Utc(steps[^1].ToUnixNanos)),
            steps[0].Workflow,
            (long)figures[0].Seconds,
            EventTime.Utc(steps[^1].AnalysedUntilUnixNanos),
            [.. steps.Select(static step => EventTime.Utc(step.FromUnixNanos) ?? default)],
            [.. figures.Select(static step => step.Counts.Ok + step.Counts.Failed)],
            [.. series(figures)]);
    }

    private static MetricSeries Series(SeriesMetric metric, SeriesStep[] steps) => Series(metric.Name, of: null, Values(steps, metric.Of), metric.HasInterval);

    // Steps have nothing to do with each other, and each is asked by one thread at a time.
    internal static Estimate[] Values<T>(T[] steps, Func<T, Estimate> of) => [.. steps.AsParallel().AsOrdered().Select(of)];

    internal static MetricSeries Series(string metric, string? of, Estimate[] values, bool hasInterval) => new(
        metric,
        of,
        Array.ConvertAll(values, static value => value.Value),
        hasInterval ? Array.ConvertAll(values, static value => value.Low) : null,
        hasInterval ? Array.ConvertAll(values, static value => value.High) : null);
}
