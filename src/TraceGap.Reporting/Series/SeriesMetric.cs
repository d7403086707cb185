using System.Diagnostics.CodeAnalysis;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>A figure that can be asked for over time. Names are those of the report's fields.</summary>
public sealed class SeriesMetric
{
    private static readonly SeriesMetric[] Plain =
    [
        new("observed", static step => Estimate(step.Reliability.Observed)),
        new("theoretical", static step => step.Reliability.Theoretical),
        new("divergence", static step => Estimate(step.Reliability.Divergence)),
        new("theoreticalPerAttempt", static step => step.Reliability.TheoreticalPerAttempt),
        new("perStepMean", static step => step.Reliability.PerStepMean),
        new("coordinationGap", static step => step.Reliability.CoordinationGap),
        new("retries", static step => step.Reliability.Decomposition.Retries),
        new("dependence", static step => step.Reliability.Decomposition.Dependence),
        new("recovered", static step => step.Reliability.Decomposition.Recovered),
        new("silent", static step => step.Reliability.Decomposition.Silent),
        new("p50", static step => step.Latency.P50),
        new("p90", static step => step.Latency.P90),
        new("p95", static step => step.Latency.P95),
        new("p99", static step => step.Latency.P99),
        new("mean", static step => step.Latency.Mean),
        new("coordinationShare", static step => step.Latency.CoordinationShare),
        new("coveredShare", static step => step.Latency.CoveredShare),
        new("inFlight", static step => step.InFlight),
        new("traces", static step => step.Counts.Total),
        new("ok", static step => step.Counts.Ok),
        new("failed", static step => step.Counts.Failed),
        new("spans", static step => step.Figures.Spans),
    ];

    private static readonly (string Prefix, Func<SeriesStep, Layer, Estimate> Of)[] ByLayer =
    [
        ("reliability.", static (step, layer) => step.Figures.Steps.Of(layer).Rate.ToEstimate()),
        ("share.", static (step, layer) => Value(step.Figures.Latency.ShareOf(step.Figures.Latency.LayerNanos(layer)))),
        ("criticalMs.", static (step, layer) => Value(LatencyUnits.MeanMilliseconds(step.Figures.LayerCritical[(int)layer]))),
        ("criticalMs.p95.", static (step, layer) => Value(LatencyUnits.Milliseconds(step.Figures.LayerCritical[(int)layer], 95))),
    ];

    private readonly Func<SeriesStep, Estimate> _of;

    private SeriesMetric(string name, Func<SeriesStep, Estimate> of)
    {
        Name = name;
        HasInterval = true;
        _of = of;
    }

    private SeriesMetric(string name, Func<SeriesStep, double?> of)
    {
        Name = name;
        _of = step => Value(of(step));
    }

    /// <summary>Names of all metrics; <c>LAYER</c> stands for the name of a layer.</summary>
    public static IReadOnlyList<string> Names { get; } = [.. Plain.Select(static metric => metric.Name), .. ByLayer.Select(static metric => $"{metric.Prefix}LAYER")];

    /// <summary>The name.</summary>
    public string Name { get; }

    /// <summary>True if its values have intervals.</summary>
    public bool HasInterval { get; private init; }

    /// <summary>Finds a metric: a field of the report (<c>observed</c>, <c>p99</c>), or one of a layer (<c>share.inference</c>).</summary>
    public static bool TryParse(string name, [NotNullWhen(true)] out SeriesMetric? metric)
    {
        metric = Array.Find(Plain, plain => plain.Name == name);
        foreach ((string prefix, Func<SeriesStep, Layer, Estimate> of) in ByLayer)
        {
            if (name.StartsWith(prefix, StringComparison.Ordinal) && LayerNames.TryParse(name[prefix.Length..], out Layer layer))
            {
                metric = new SeriesMetric(prefix + LayerNames.Of(layer), step => of(step, layer)) { HasInterval = prefix == ByLayer[0].Prefix };
            }
        }

        return metric is not null;
    }

    /// <summary>Its value in a step.</summary>
    internal Estimate Of(SeriesStep step) => _of(step);

    private static Estimate Value(double? value) => new(value, null, null);

    private static Estimate Estimate(ObservedReliability observed) => new(observed.Value, observed.Low, observed.High);

    private static Estimate Estimate(Divergence divergence) => new(divergence.Value, divergence.Low, divergence.High);
}
