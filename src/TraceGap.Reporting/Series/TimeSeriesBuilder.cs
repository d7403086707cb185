namespace TraceGap.Reporting;

/// <summary>Makes series of the cells of equal steps. Pure.</summary>
public static class TimeSeriesBuilder
{
    /// <summary>Builds the series.</summary>
    /// <param name="steps">One input a step, in order of time, each with start and end; at least one.</param>
    /// <param name="metrics">What is asked for.</param>
    public static TimeSeries Build(IReadOnlyList<ReportInput> steps, IReadOnlyList<SeriesMetric> metrics)
    {
        SeriesStep[] figures = [.. steps.Select(static step => new SeriesStep(step))];
        return new TimeSeries(
            new ReportWindow(EventTime.Utc(steps[0].FromUnixNanos), EventTime.Utc(steps[^1].ToUnixNanos)),
            steps[0].Workflow,
            (long)figures[0].Seconds,
            EventTime.Utc(steps[^1].AnalysedUntilUnixNanos),
            [.. steps.Select(static step => EventTime.Utc(step.FromUnixNanos) ?? default)],
            [.. figures.Select(static step => step.Counts.Ok + step.Counts.Failed)],
            [.. metrics.Select(metric => Series(metric, figures))]);
    }

    private static MetricSeries Series(SeriesMetric metric, SeriesStep[] steps)
    {
        Estimate[] values = Array.ConvertAll(steps, metric.Of);
        return new MetricSeries(
            metric.Name,
            Array.ConvertAll(values, static value => value.Value),
            metric.HasInterval ? Array.ConvertAll(values, static value => value.Low) : null,
            metric.HasInterval ? Array.ConvertAll(values, static value => value.High) : null);
    }
}
