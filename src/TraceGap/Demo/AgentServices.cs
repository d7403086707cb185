using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace TraceGap.Demo;

/// <summary>
/// The five services of the demo, each with an activity source, a resource and an export pipeline of its own, as five processes would have.
/// </summary>
internal sealed class AgentServices : IDisposable
{
    public const string Gateway = "gateway";
    public const string Agents = "agents";
    public const string Models = "models";
    public const string Knowledge = "knowledge";
    public const string Crm = "crm";

    /// <summary>Spans that a service may have waiting; more than half a minute of them, so that none is dropped while the receiver is busy.</summary>
    private const int QueueSize = 1 << 19;
    private const int BatchSize = 512;
    private const int BatchDelayMilliseconds = 200;

    private static readonly string[] Names = [Gateway, Agents, Models, Knowledge, Crm];

    private readonly Dictionary<string, ActivitySource> _sources = [];
    private readonly List<TracerProvider> _providers = [];

    /// <summary>Starts the services.</summary>
    /// <param name="newProcessor">Makes the end of a service's export pipeline.</param>
    public AgentServices(Func<BaseProcessor<Activity>> newProcessor)
    {
        // Activity sources are found by name in the whole process; the number keeps two agent systems apart.
        string instance = Guid.NewGuid().ToString("n")[..8];
        foreach (string name in Names)
        {
            string source = $"TraceGap.Demo.{name}.{instance}";
            _sources.Add(name, new ActivitySource(source, "1.0.0"));
            _providers.Add(Sdk.CreateTracerProviderBuilder()
                .SetResourceBuilder(ResourceOf(name))
                .SetSampler(new AlwaysOnSampler())
                .AddSource(source)
                .AddProcessor(newProcessor())
                .Build());
        }
    }

    /// <summary>The end of a pipeline that sends over OTLP/gRPC through the SDK's own batching.</summary>
    public static BaseProcessor<Activity> Batched(BaseExporter<Activity> exporter) =>
        new BatchActivityExportProcessor(exporter, QueueSize, BatchDelayMilliseconds, maxExportBatchSize: BatchSize);

    /// <summary>Starts a span of a service below the current one.</summary>
    public Activity? Start(string service, string name, ActivityKind kind) => _sources[service].StartActivity(name, kind);

    /// <summary>Sends what is waiting.</summary>
    /// <returns>False if a service could not send all of it in time.</returns>
    public bool Flush(TimeSpan timeout)
    {
        bool flushed = true;
        foreach (TracerProvider provider in _providers)
        {
            flushed &= provider.ForceFlush((int)timeout.TotalMilliseconds);
        }

        return flushed;
    }

    public void Dispose()
    {
        _providers.ForEach(static provider => provider.Dispose());
        foreach (ActivitySource source in _sources.Values)
        {
            source.Dispose();
        }
    }

    private static ResourceBuilder ResourceOf(string service) => ResourceBuilder.CreateEmpty()
        .AddService(service, serviceVersion: "1.0.0", autoGenerateServiceInstanceId: false, serviceInstanceId: $"{service}-1")
        .AddAttributes([KeyValuePair.Create<string, object>("deployment.environment.name", "demo")]);
}
