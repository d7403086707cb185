namespace TraceGap.Reporting;

/// <summary>Makes series of the cells of equal steps. Pure.</summary>
public static class TimeSeriesBuilder
{
    /// <summary>Builds the series.</summary>
    /// <param name="steps">One input a step, in order of time, each with start and end; at least one.</param>
    /// <param name="metrics">What is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, IReadOnlyList<SeriesMetric> metrics) => Build(steps, metrics, ValuesOf(steps, metrics));

    /// <summary>Builds the series of values that are known.</summary>
    /// <param name="steps">As above; their cells are not looked at.</param>
    /// <param name="metrics">As above.</param>
    /// <param name="values">Of every step, with the values of the metrics in their order.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, IReadOnlyList<SeriesMetric> metrics, IReadOnlyList<StepValues> values) => Build(
        steps,
        [.. values.Select(static step => step.Traces)],
        [.. metrics.Select((metric, number) => Series(metric.Name, of: null, [.. values.Select(step => step.Metrics[number])], metric.HasInterval))]);

    /// <summary>What steps are worth, each from its own cells alone.</summary>
    /// <param name="steps">As above, or none.</param>
    /// <param name="metrics">As above.</param>
    public static IReadOnlyList<StepValues> ValuesOf(IReadOnlyList<ReportInput> steps, IReadOnlyList<SeriesMetric> metrics) =>
        [.. steps.AsParallel().AsOrdered().Select(step => ValuesOf(new SeriesStep(step), metrics))];

    /// <summary>Builds a series for each workflow, layer or step: of the <see cref="SeriesGroups.Most"/> with most traces or steps.</summary>
    /// <param name="steps">As above.</param>
    /// <param name="groups">What is told apart, and what is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, SeriesGroups groups)
    {
        SeriesStep[] figures = [.. steps.AsParallel().AsOrdered().Select(static step => new SeriesStep(step))];
        return Build(steps, [.. figures.Select(TracesOf)], [.. groups.Of(figures)]);
    }

    private static TimeSeries Build(IReadOnlyList<ReportInput> steps, IReadOnlyList<long> traces, IReadOnlyList<MetricSeries> series) => new(
        new ReportWindow(EventTime.Utc(steps[0].FromUnixNanos), EventTime.Utc(steps[^1].ToUnixNanos)),
        steps[0].Workflow,
        (long)SeriesStep.SecondsOf(steps[0]),
        EventTime.Utc(steps[^1].AnalysedUntilUnixNanos),
        [.. steps.Select(static step => EventTime.Utc(step.FromUnixNanos) ?? default)],
        traces,
        series);

    private static StepValues ValuesOf(SeriesStep step, IReadOnlyList<SeriesMetric> metrics) => new(TracesOf(step), [.. metrics.Select(metric => metric.Of(step))]);

    private static long TracesOf(SeriesStep step) => step.Counts.Ok + step.Counts.Failed;

    // Steps have nothing to do with each other, and each is asked by one thread at a time.
    internal static Estimate[] Values<T>(T[] steps, Func<T, Estimate> of) => [.. steps.AsParallel().AsOrdered().Select(of)];

    internal static MetricSeries Series(string metric, string? of, Estimate[] values, bool hasInterval) => new(
        metric,
        of,
        Array.ConvertAll(values, static value => value.Value),
        hasInterval ? Array.ConvertAll(values, static value => value.Low) : null,
        hasInterval ? Array.ConvertAll(values, static value => value.High) : null);
}
