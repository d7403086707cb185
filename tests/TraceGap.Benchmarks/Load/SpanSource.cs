using Google.Protobuf;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;

namespace TraceGap.Benchmarks.Load;

/// <summary>A process and an instrumentation in it: spans of one source stand together in a request.</summary>
/// <param name="resource">Number of the resource; sources of one resource follow each other.</param>
/// <param name="resourceMessage">The resource as a field of ResourceSpans.</param>
/// <param name="scopeMessage">The scope as a field of ScopeSpans.</param>
internal sealed class SpanSource(int resource, byte[] resourceMessage, byte[] scopeMessage)
{
    public int Resource { get; } = resource;

    public byte[] ResourceMessage { get; } = resourceMessage;

    public byte[] ScopeMessage { get; } = scopeMessage;

    /// <summary>The sources of one resource.</summary>
    public static IEnumerable<SpanSource> OfService(int resource, string service, params string[] scopes)
    {
        Resource message = new();
        Add("service.name", service);
        Add("service.version", "2.14.3");
        Add("service.namespace", "assistants");
        Add("service.instance.id", $"{service}-7d9f8b6c5d-x2k4{resource}");
        Add("deployment.environment.name", "production");
        Add("telemetry.sdk.language", "python");
        Add("telemetry.sdk.name", "opentelemetry");
        Add("telemetry.sdk.version", "1.38.0");
        Add("host.name", $"ip-10-0-17-{30 + resource}.eu-central-1.compute.internal");
        Add("os.type", "linux");
        Add("k8s.pod.name", $"{service}-7d9f8b6c5d-x2k4{resource}");
        Add("k8s.namespace.name", "assistants");
        byte[] field = ProtoField.Of(1, message.ToByteArray());
        return scopes.Select(scope =>
            new SpanSource(resource, field, ProtoField.Of(1, new InstrumentationScope { Name = scope, Version = "0.59b0" }.ToByteArray())));

        void Add(string key, string value) => message.Attributes.Add(new KeyValue { Key = key, Value = new() { StringValue = value } });
    }
}
