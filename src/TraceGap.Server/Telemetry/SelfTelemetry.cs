using System.Diagnostics;
using System.Diagnostics.Metrics;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceGap.Aggregation;
using TraceGap.Server.Alerts;
using TraceGap.Server.Calls;
using TraceGap.Server.Ingest;
using TraceGap.Server.Objectives;
using TraceGap.Server.Otlp;
using TraceGap.Server.Security;
using TraceGap.Server.Telemetry.OpenMetrics;
using TraceGap.Server.Telemetry.Workflows;
using TraceGap.Storage;

namespace TraceGap.Server.Telemetry;

/// <summary>What a server tells about itself: the instruments of all its parts, <c>/metrics</c>, and export over OTLP where the environment asks for it.</summary>
internal sealed class SelfTelemetry : IDisposable
{
    /// <summary>Name of the meter and of the activity source.</summary>
    public const string Name = "TraceGap";

    /// <summary>Name of the meter of what reports say about workflows.</summary>
    public const string WorkflowsName = "TraceGap.Workflows";

    private const string ServiceName = "tracegap";

    private static readonly string? Version = typeof(SelfTelemetry).Assembly.GetName().Version?.ToString(3);

    private static readonly string OwnFailuresFamily = MetricName.Family(IngestMetrics.OwnFailuresName, unit: "");

    private readonly Meter _meter = new(Name, Version);
    private readonly Meter _workflows = new(WorkflowsName, Version);
    private readonly ActivitySource _activities = new(Name, Version);
    private readonly MetricsCollector _collector;
    private readonly List<IDisposable> _exports = [];

    /// <summary>Makes the instruments and starts to export.</summary>
    public SelfTelemetry(TelemetryEnvironment environment)
    {
        _collector = new MetricsCollector(instrument => instrument.Meter == _meter || instrument.Meter == _workflows || RuntimeMetrics.Shows(instrument));
        Requests = new RequestMetrics(_meter);
        Otlp = new OtlpMetrics(_meter);
        Ingest = new IngestMetrics(_meter);
        Alerts = new AlertMetrics(_meter);
        Queries = new QueryTracing(_activities);
        if (environment.Traces is OtlpDestination traces)
        {
            _exports.Add(ExportTraces(traces));
        }

        if (environment.Metrics is OtlpDestination metrics)
        {
            _exports.Add(ExportMetrics(metrics));
            _exports.Add(ExportWorkflows(metrics));
        }
    }

    /// <summary>OTLP requests.</summary>
    public RequestMetrics Requests { get; }

    /// <summary>What was decoded.</summary>
    public OtlpMetrics Otlp { get; }

    /// <summary>What the pipeline did.</summary>
    public IngestMetrics Ingest { get; }

    /// <summary>What fires and what was told.</summary>
    public AlertMetrics Alerts { get; }

    /// <summary>Spans of queries.</summary>
    public QueryTracing Queries { get; }

    /// <summary>Adds the gauges over the parts of a server.</summary>
    public void Observe(IngestPipeline pipeline, TraceStore store, InFlightBudget budget, ServerSecurity security, TimeProvider time)
    {
        LevelMetrics.Add(_meter, pipeline, store, budget, security, time);
        WorkflowFigureSource figures = new(query => store.ReadRollups(query).Cells, () => Math.Min(pipeline.EarliestInFlightUnixNanos, UnixNanos(time)), time);
        WorkflowMetrics.Add(_workflows, figures);
    }

    /// <summary>Adds the gauges over objectives.</summary>
    public void Observe(ObjectiveLedger objectives) => ObjectiveMetrics.Add(_workflows, objectives);

    /// <summary>A span of something that the server does by itself and rarely; null if nobody listens.</summary>
    public Activity? StartActivity(string name) => _activities.StartActivity(name);

    /// <summary>The text for a scraper.</summary>
    public string Scrape(MetricsFormat format) => MetricsText.Write(_collector.Collect(Exemplar), format);

    /// <summary>Sends what is waiting and stops.</summary>
    public void Dispose()
    {
        _exports.ForEach(static export => export.Dispose());
        _collector.Dispose();
        _activities.Dispose();
        _workflows.Dispose();
        _meter.Dispose();
    }

    private static TracerProvider ExportTraces(OtlpDestination destination) => Sdk.CreateTracerProviderBuilder()
        .ConfigureResource(Describe)
        .AddSource(Name)
        .AddOtlpExporter(destination.Apply)
        .Build();

    private static MeterProvider ExportMetrics(OtlpDestination destination) => Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(Describe)
        .AddMeter(Name, RuntimeMetrics.MeterName)
        .AddView(static instrument => instrument.Meter.Name == Name || RuntimeMetrics.Shows(instrument) ? null : MetricStreamConfiguration.Drop)
        .AddOtlpExporter(destination.Apply)
        .Build();

    // Gauges have no temporality, but with "cumulative" the SDK keeps a place for every workflow that it ever saw.
    private static MeterProvider ExportWorkflows(OtlpDestination destination) => Sdk.CreateMeterProviderBuilder()
        .ConfigureResource(Describe)
        .AddMeter(WorkflowsName)
        .AddView(static instrument => new MetricStreamConfiguration { CardinalityLimit = MostSeries(instrument) })
        .AddOtlpExporter((options, reader) =>
        {
            destination.Apply(options);
            reader.TemporalityPreference = MetricReaderTemporalityPreference.Delta;
        })
        .Build();

    private static int MostSeries(Instrument instrument)
    {
        const int PerWorkflow = 5;
        const int Quantiles = 3;
        int most = WorkflowFigureSource.MostWorkflows * FigureWindow.All.Count;
        return most * (instrument.Name.StartsWith("tracegap.layer.", StringComparison.Ordinal) ? LayerNames.Count * Quantiles : PerWorkflow);
    }

    private static void Describe(ResourceBuilder resource) =>
        resource.Clear().AddService(ServiceName, serviceVersion: Version).AddTelemetrySdk().AddEnvironmentVariableDetector();

    private MetricExemplar? Exemplar(string family, MetricSeries series)
    {
        if (family != OwnFailuresFamily)
        {
            return null;
        }

        OwnFailureSeries? counted = Ingest.OwnFailures.Find(new OwnFailureKey(series.Labels[0].Value, series.Labels[1].Value, series.Labels[2].Value));
        return counted is null ? null : new MetricExemplar(counted.LastTraceId.ToString(), counted.LastUnixNanos / 1e9);
    }

    private static long UnixNanos(TimeProvider time) => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;
}
