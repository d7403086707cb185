using Tag = System.Collections.Generic.KeyValuePair<string, object?>;
using System.Diagnostics.Metrics;
using TraceGap.Reporting;

namespace TraceGap.Server.Telemetry.Workflows;

/// <summary>Gauges of what reports say about each workflow. A figure that has no data is absent.</summary>
internal static class WorkflowMetrics
{
    private const double MillisecondsPerSecond = 1000;

    private static readonly (string Name, string What, Func<ReliabilityReport, double?> Of)[] Reliabilities =
    [
        ("observed", "Share of traces that ended ok", static report => report.Observed.Value),
        ("observed.low", "Share of traces that ended ok, lower end of the 95 % interval", static report => report.Observed.Low),
        ("observed.high", "Share of traces that ended ok, upper end of the 95 % interval", static report => report.Observed.High),
        ("theoretical", "What the reliabilities of the steps multiply to", static report => report.Theoretical.Value),
        ("theoretical.low", "What the reliabilities of the steps multiply to, lower end of the 95 % interval", static report => report.Theoretical.Low),
        ("theoretical.high", "What the reliabilities of the steps multiply to, upper end of the 95 % interval", static report => report.Theoretical.High),
        ("divergence", "Observed minus theoretical reliability", static report => report.Divergence.Value),
        ("divergence.low", "Observed minus theoretical reliability, lower end of the 95 % interval", static report => report.Divergence.Low),
        ("divergence.high", "Observed minus theoretical reliability, upper end of the 95 % interval", static report => report.Divergence.High),
    ];

    /// <summary>Makes the instruments.</summary>
    public static void Add(Meter meter, WorkflowFigureSource source)
    {
        foreach ((string name, string what, Func<ReliabilityReport, double?> of) in Reliabilities)
        {
            Gauge($"tracegap.reliability.{name}", "1", what, report => [(of(report.Reliability), [])]);
        }

        Gauge("tracegap.reliability.decomposition", "1", "Terms that observed minus theoretical reliability per attempt is the sum of", static report => Terms(report.Reliability.Decomposition));
        Gauge("tracegap.workflow.traces", "{trace}", "Traces in the window by outcome", Outcomes);
        Gauge("tracegap.latency", "s", "End-to-end latency of ok and failed traces", static report =>
            Quantiles(report.Latency.P50, report.Latency.P95, report.Latency.P99));
        Gauge("tracegap.layer.critical", "s", "Time on the critical path per trace that has the layer", static report =>
            report.Layers.SelectMany(static layer => Quantiles(layer.CriticalMs.P50, layer.CriticalMs.P95, layer.CriticalMs.P99, new Tag("layer", layer.Layer))));
        Gauge("tracegap.layer.reliability", "1", "Share of the steps of a layer that did not fail of their own", static report =>
            report.Layers.Select(static layer => (layer.Reliability.Value, new[] { new Tag("layer", layer.Layer) })));
        meter.CreateObservableGauge(
            "tracegap.workflow.left_out",
            () => source.Current().Select(static figures => new Measurement<long>(figures.LeftOut, new Tag("window", figures.Window.Name))),
            "{workflow}",
            "Workflows with traces in the window that have no series here because others have more");

        void Gauge(string name, string unit, string what, Func<Report, IEnumerable<(double? Value, Tag[] Tags)>> read) =>
            meter.CreateObservableGauge(name, () => source.Current().SelectMany(figures => Read(figures, read)), unit, what);
    }

    private static IEnumerable<Measurement<double>> Read(WorkflowFigures figures, Func<Report, IEnumerable<(double? Value, Tag[] Tags)>> read) =>
        from report in figures.Reports
        from figure in read(report)
        let value = figure.Value
        where value.HasValue
        select new Measurement<double>(value.Value, [new Tag("workflow", report.Workflow), .. figure.Tags, new Tag("window", figures.Window.Name)]);

    private static (double? Value, Tag[] Tags)[] Terms(Decomposition terms) =>
    [
        (terms.Retries, [new Tag("term", "retries")]),
        (terms.Dependence, [new Tag("term", "dependence")]),
        (terms.Recovered, [new Tag("term", "recovered")]),
        (terms.Silent, [new Tag("term", "silent")]),
    ];

    private static (double? Value, Tag[] Tags)[] Outcomes(Report report) =>
    [
        (report.Traces.Ok, [new Tag("outcome", "ok")]),
        (report.Traces.Failed, [new Tag("outcome", "failed")]),
        (report.Traces.Cancelled, [new Tag("outcome", "cancelled")]),
        (report.Traces.Unknown, [new Tag("outcome", "unknown")]),
        (report.Traces.Open, [new Tag("outcome", "open")]),
    ];

    private static (double? Value, Tag[] Tags)[] Quantiles(double? p50, double? p95, double? p99, params Tag[] tags) =>
    [
        (p50 / MillisecondsPerSecond, [.. tags, new Tag("quantile", "0.5")]),
        (p95 / MillisecondsPerSecond, [.. tags, new Tag("quantile", "0.95")]),
        (p99 / MillisecondsPerSecond, [.. tags, new Tag("quantile", "0.99")]),
    ];
}
