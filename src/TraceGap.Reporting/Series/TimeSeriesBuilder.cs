namespace TraceGap.Reporting;

/// <summary>Makes series of the cells of equal steps. Pure.</summary>
public static class TimeSeriesBuilder
{
    /// <summary>Builds the series.</summary>
    /// <param name="steps">One input a step, in order of time, each with start and end; at least one.</param>
    /// <param name="metrics">What is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, IReadOnlyList<SeriesMetric> metrics) =>
        Build(steps[0].Workflow, steps[^1].AnalysedUntilUnixNanos, metrics, [.. steps.AsParallel().AsOrdered().Select(step => ValuesOf(step, metrics))]);

    /// <summary>Builds the series of values that are known.</summary>
    /// <param name="workflow">The workflow, or null for all.</param>
    /// <param name="analysedUntilUnixNanos">Event time up to which all that arrived is analysed, ns; null if unknown.</param>
    /// <param name="metrics">What is asked for.</param>
    /// <param name="values">Of every step, in order of time; at least one.</param>
    public static TimeSeries Build(string? workflow, long? analysedUntilUnixNanos, IReadOnlyList<SeriesMetric> metrics, IReadOnlyList<StepValues> values) => Build(
        workflow,
        analysedUntilUnixNanos,
        [.. values.Select(static step => (step.FromUnixNanos, step.ToUnixNanos))],
        [.. values.Select(static step => step.Traces)],
        [.. metrics.Select((metric, number) => Series(metric.Name, of: null, [.. values.Select(step => step.Metrics[number])], metric.HasInterval))]);

    /// <summary>What a step is worth; from its own cells alone, but for how far they are analysed.</summary>
    /// <param name="step">The step, with start and end.</param>
    /// <param name="metrics">What is asked for.</param>
    public static StepValues ValuesOf(ReportInput step, IReadOnlyList<SeriesMetric> metrics)
    {
        SeriesStep figures = new(step);
        return new StepValues(step.FromUnixNanos, step.ToUnixNanos, TracesOf(figures), [.. metrics.Select(metric => metric.Of(figures))]);
    }

    /// <summary>Builds a series for each workflow, layer or step: of the <see cref="SeriesGroups.Most"/> with most traces or steps.</summary>
    /// <param name="steps">As above.</param>
    /// <param name="groups">What is told apart, and what is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, SeriesGroups groups)
    {
        SeriesStep[] figures = [.. steps.AsParallel().AsOrdered().Select(static step => new SeriesStep(step))];
        return Build(
            steps[0].Workflow,
            steps[^1].AnalysedUntilUnixNanos,
            [.. steps.Select(static step => (step.FromUnixNanos, step.ToUnixNanos))],
            [.. figures.Select(TracesOf)],
            [.. groups.Of(figures)]);
    }

    private static TimeSeries Build(
        string? workflow, long? analysedUntilUnixNanos, IReadOnlyList<(long? FromUnixNanos, long? ToUnixNanos)> steps, IReadOnlyList<long> traces, IReadOnlyList<MetricSeries> series) => new(
        new ReportWindow(EventTime.Utc(steps[0].FromUnixNanos), EventTime.Utc(steps[^1].ToUnixNanos)),
        workflow,
        (long)SeriesStep.SecondsOf(steps[0].FromUnixNanos, steps[0].ToUnixNanos),
        EventTime.Utc(analysedUntilUnixNanos),
        [.. steps.Select(static step => EventTime.Utc(step.FromUnixNanos) ?? default)],
        traces,
        series);

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
