using System.Diagnostics.CodeAnalysis;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>A figure that can be asked for over time. Names are those of the report's fields.</summary>
public sealed class SeriesMetric
{
    private static readonly SeriesMetric[] Plain =
    [
        new("observed", RollupParts.Paths, static step => Estimate(step.Reliability.Observed)),
        new("theoretical", RollupParts.Paths, static step => step.Reliability.Theoretical),
        new("divergence", RollupParts.Paths, static step => Estimate(step.Reliability.Divergence)),
        new("theoreticalPerAttempt", RollupParts.Paths, static step => step.Reliability.TheoreticalPerAttempt),
        new("perStepMean", RollupParts.Paths, static step => step.Reliability.PerStepMean),
        new("coordinationGap", RollupParts.Paths, static step => step.Reliability.CoordinationGap),
        new("retries", RollupParts.Paths, static step => step.Reliability.Decomposition.Retries),
        new("dependence", RollupParts.Paths, static step => step.Reliability.Decomposition.Dependence),
        new("recovered", RollupParts.Paths, static step => step.Reliability.Decomposition.Recovered),
        new("silent", RollupParts.Paths, static step => step.Reliability.Decomposition.Silent),
        new("p50", RollupParts.Durations, static step => step.Latency.Quantile(50)),
        new("p90", RollupParts.Durations, static step => step.Latency.Quantile(90)),
        new("p95", RollupParts.Durations, static step => step.Latency.Quantile(95)),
        new("p99", RollupParts.Durations, static step => step.Latency.Quantile(99)),
        new("mean", RollupParts.Durations, static step => step.Latency.Mean),
        new("coordinationShare", RollupParts.Durations, static step => step.Latency.CoordinationShare),
        new("coveredShare", RollupParts.Durations | RollupParts.Details, static step => step.Latency.CoveredShare),
        new("inFlight", RollupParts.Durations, static step => step.InFlight),
        new("traces", RollupParts.Counts, static step => step.Counts.Total),
        new("ok", RollupParts.Counts, static step => step.Counts.Ok),
        new("failed", RollupParts.Counts, static step => step.Counts.Failed),
        new("spans", RollupParts.Details, static step => step.Figures.Spans),
    ];

    private static readonly (string Prefix, RollupParts Parts, Func<SeriesStep, Layer, Estimate> Of)[] ByLayer =
    [
        ("reliability.", RollupParts.Paths, static (step, layer) => step.Figures.Steps.Of(layer).Rate.ToEstimate()),
        ("share.", RollupParts.Durations, static (step, layer) => Value(step.Latency.ShareOf(step.Latency.LayerNanos(layer)))),
        ("criticalMs.", RollupParts.Details, static (step, layer) => Value(LatencyUnits.MeanMilliseconds(step.Figures.LayerCritical[(int)layer]))),
        ("criticalMs.p95.", RollupParts.Details, static (step, layer) => Value(LatencyUnits.Milliseconds(step.Figures.LayerCritical[(int)layer], 95))),
    ];

    private readonly Func<SeriesStep, Estimate> _of;

    private SeriesMetric(string name, RollupParts parts, Func<SeriesStep, Estimate> of)
    {
        Name = name;
        Parts = parts;
        HasInterval = true;
        _of = of;
    }

    private SeriesMetric(string name, RollupParts parts, Func<SeriesStep, double?> of)
    {
        Name = name;
        Parts = parts;
        _of = step => Value(of(step));
    }

    /// <summary>Names of all metrics; <c>LAYER</c> stands for the name of a layer.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Plain.Select(static metric => metric.Name), .. ByLayer.Select(static metric => $"{metric.Prefix}LAYER")];

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>What of the cells it is made of.</summary>
    public RollupParts Parts { get; }

    /// <summary>True if its values have intervals.</summary>
    public bool HasInterval { get; private init; }

    /// <summary>Finds a metric: a field of the report (<c>observed</c>, <c>p99</c>), or one of a layer (<c>share.inference</c>).</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out SeriesMetric? metric)
    {
        metric = Array.Find(Plain, plain => plain.Name == name);
        foreach ((string prefix, RollupParts parts, Func<SeriesStep, Layer, Estimate> of) in ByLayer)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && TryReadLayer(name[prefix.Length..], out Layer layer))
            {
                metric = new SeriesMetric(prefix + LayerNames.Of(layer), parts, step => of(step, layer)) { HasInterval = prefix == ByLayer[0].Prefix };
            }
        }

        return metric is not null;
    }

    /// <summary>Its value in a step.</summary>
    internal Estimate Of(SeriesStep step) => _of(step);

    // What has no layer is shown as one, though nobody can tag a span with it.
    private static bool TryReadLayer(string text, out Layer layer)
    {
        bool isNone = text == LayerNames.Of(Layer.Unattributed);
        layer = Layer.Unattributed;
        return isNone || LayerNames.TryParse(text, out layer);
    }

    private static Estimate Value(double? value) => new(value, null, null);

    private static Estimate Estimate(ObservedReliability observed) => new(observed.Value, observed.Low, observed.High);

    private static Estimate Estimate(Divergence divergence) => new(divergence.Value, divergence.Low, divergence.High);
}
