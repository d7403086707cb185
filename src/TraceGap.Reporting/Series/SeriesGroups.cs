using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Which of the parts of a window get series of their own, and of what.</summary>
public sealed class SeriesGroups
{
    /// <summary>Most parts in an answer.</summary>
    public const int Most = 200;

    private static readonly (string Name, bool HasInterval, Func<SeriesStep, StepKey, Estimate> Of)[] StepMetrics =
    [
        ("reliability", true, static (step, key) => step.Figures.Steps.Of(key).Rate.ToEstimate()),
        ("executions", false, static (step, key) => Value(step.Figures.Steps.Of(key).Executions)),
        ("ownFailures", false, static (step, key) => Value(step.Figures.Steps.Of(key).OwnFailures)),
        ("durationMs.p50", false, static (step, key) => Duration(step, key, 50)),
        ("durationMs.p95", false, static (step, key) => Duration(step, key, 95)),
        ("durationMs.p99", false, static (step, key) => Duration(step, key, 99)),
    ];

    private static readonly string[] LayerMetrics = ["reliability", "share", "criticalMs", "criticalMs.p95"];

    private readonly Func<SeriesStep[], IEnumerable<MetricSeries>> _of;

    private SeriesGroups(RollupParts parts, Func<SeriesStep[], IEnumerable<MetricSeries>> of)
    {
        Parts = parts;
        _of = of;
    }

    /// <summary>What of the cells the series are made of.</summary>
    public RollupParts Parts { get; }

    /// <summary>Reads what is asked for.</summary>
    /// <param name="by"><c>workflow</c>, <c>layer</c> or <c>step</c>.</param>
    /// <param name="metrics">Names of metrics.</param>
    /// <param name="groups">What is asked for.</param>
    /// <returns>What is wrong, naming the parameter; null if all is well.</returns>
    public static string? Read(string by, IReadOnlyList<string> metrics, out SeriesGroups groups)
    {
        (IEnumerable<string> known, Func<SeriesStep[], IEnumerable<MetricSeries>>? of) = by switch
        {
            "workflow" => (SeriesMetric.Names, steps => OfWorkflows(steps, metrics)),
            "layer" => (LayerMetrics, steps => OfLayers(steps, metrics)),
            "step" => (StepMetrics.Select(static metric => metric.Name), steps => OfSteps(steps, metrics)),
            _ => ((IEnumerable<string>)[], (Func<SeriesStep[], IEnumerable<MetricSeries>>?)null),
        };
        groups = new SeriesGroups(PartsOf(by, metrics), of ?? (static _ => []));
        if (of is null)
        {
            return $"by: \"{by}\" is none of workflow, layer, step";
        }

        string? unknown = metrics.FirstOrDefault(name => by == "workflow" ? !SeriesMetric.TryParse(name, out _) : !known.Contains(name));
        return metrics.Count == 0 || unknown is not null
            ? $"metric: {(unknown is null ? "say which, comma-separated," : $"\"{unknown}\" is none")} of {string.Join(", ", known)}"
            : null;
    }

    // Which layers there are, steps and path time say; which steps, records and durations.
    private static RollupParts PartsOf(string by, IReadOnlyList<string> metrics) => by switch
    {
        "layer" => metrics.Aggregate(
            RollupParts.Paths | RollupParts.Durations, static (parts, name) => parts | (name.StartsWith("criticalMs", StringComparison.Ordinal) ? RollupParts.Details : RollupParts.Counts)),
        "step" => RollupParts.Paths | RollupParts.Details,
        _ => metrics.Aggregate(RollupParts.Counts, static (parts, name) => parts | (SeriesMetric.TryParse(name, out SeriesMetric? metric) ? metric.Parts : RollupParts.Counts)),
    };

    /// <summary>The series.</summary>
    internal IEnumerable<MetricSeries> Of(SeriesStep[] steps) => _of(steps);

    private static IEnumerable<MetricSeries> OfWorkflows(SeriesStep[] steps, IReadOnlyList<string> metrics)
    {
        Dictionary<string, SeriesStep?[]> byWorkflow = [];
        for (int i = 0; i < steps.Length; i++)
        {
            foreach (string workflow in steps[i].Workflows)
            {
                byWorkflow.TryAdd(workflow, new SeriesStep?[steps.Length]);
                byWorkflow[workflow][i] = steps[i].Of(workflow);
            }
        }

        foreach ((string workflow, SeriesStep?[] own) in Largest(byWorkflow, static own => own.Sum(static step => step?.Counts.Total ?? 0), StringComparer.Ordinal))
        {
            foreach (string name in metrics)
            {
                SeriesMetric metric = SeriesMetric.TryParse(name, out SeriesMetric? known) ? known : throw new ArgumentException(name, nameof(metrics));
                yield return TimeSeriesBuilder.Series(metric.Name, workflow, TimeSeriesBuilder.Values(own, step => step is null ? Estimate.None : metric.Of(step)), metric.HasInterval);
            }
        }
    }

    private static IEnumerable<MetricSeries> OfLayers(SeriesStep[] steps, IReadOnlyList<string> metrics)
    {
        SumUp(steps);
        Dictionary<Layer, long> executions = Enumerable.Range(0, LayerNames.Count).Select(static layer => (Layer)layer)
            .Where(layer => steps.Any(step => step.Figures.Steps.Of(layer).Executions > 0 || step.Figures.Latency.LayerNanos(layer) > 0))
            .ToDictionary(static layer => layer, layer => steps.Sum(step => step.Figures.Steps.Of(layer).Executions));
        foreach ((Layer layer, _) in Largest(executions, static count => count, Comparer<Layer>.Default))
        {
            foreach (string name in metrics)
            {
                SeriesMetric metric = SeriesMetric.TryParse($"{name}.{LayerNames.Of(layer)}", out SeriesMetric? known) ? known : throw new ArgumentException(name, nameof(metrics));
                yield return TimeSeriesBuilder.Series(name, LayerNames.Of(layer), TimeSeriesBuilder.Values(steps, metric.Of), metric.HasInterval);
            }
        }
    }

    private static IEnumerable<MetricSeries> OfSteps(SeriesStep[] steps, IReadOnlyList<string> metrics)
    {
        SumUp(steps);
        Dictionary<StepKey, long> executions = [];
        foreach (SeriesStep step in steps)
        {
            foreach (StepKey key in step.Figures.Steps.Keys.Union(step.Figures.StepCells.Keys).ToArray())
            {
                executions[key] = executions.GetValueOrDefault(key) + step.Figures.Steps.Of(key).Executions;
            }
        }

        foreach ((StepKey key, _) in Largest(executions, static count => count, Comparer<StepKey>.Default))
        {
            foreach ((string name, bool hasInterval, Func<SeriesStep, StepKey, Estimate> of) in metrics.Select(static name => Array.Find(StepMetrics, metric => metric.Name == name)))
            {
                yield return TimeSeriesBuilder.Series(name, key.Text, Array.ConvertAll(steps, step => of(step, key)), hasInterval);
            }
        }
    }

    // What all series are made of, each step by itself.
    private static void SumUp(SeriesStep[] steps) => steps.AsParallel().ForAll(static step => _ = step.Figures);

    private static IEnumerable<KeyValuePair<TKey, TValue>> Largest<TKey, TValue>(Dictionary<TKey, TValue> groups, Func<TValue, long> size, IComparer<TKey> order)
        where TKey : notnull => groups.OrderByDescending(group => size(group.Value)).ThenBy(static group => group.Key, order).Take(Most);

    private static Estimate Duration(SeriesStep step, StepKey key, int percent) =>
        Value(step.Figures.StepCells.TryGetValue(key, out StepCell? cell) ? LatencyUnits.Milliseconds(cell.Durations, percent) : null);

    private static Estimate Value(double? value) => new(value, null, null);
}
