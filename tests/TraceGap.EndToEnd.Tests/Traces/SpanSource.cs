using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;

namespace TraceGap.EndToEnd.Tests.Traces;

/// <summary>One span together with the service that emits it, so that any set of spans can be cut into requests in any way.</summary>
/// <param name="Service">Service name of its resource.</param>
/// <param name="Span">The span.</param>
internal sealed record EmittedSpan(string Service, Span Span);

/// <summary>Cuts spans into OTLP requests and makes the parts they are built from.</summary>
internal static class SpanSource
{
    /// <summary>One request with the spans in the order given, a resource for every run of one service.</summary>
    public static ExportTraceServiceRequest Request(IEnumerable<EmittedSpan> spans)
    {
        ExportTraceServiceRequest request = new();
        string? service = null;
        foreach (EmittedSpan emitted in spans)
        {
            if (emitted.Service != service)
            {
                service = emitted.Service;
                request.ResourceSpans.Add(new ResourceSpans
                {
                    Resource = new Resource { Attributes = { Text("service.name", service) } },
                    ScopeSpans = { new ScopeSpans { Scope = new InstrumentationScope { Name = "tests" } } },
                });
            }

            request.ResourceSpans[^1].ScopeSpans[0].Spans.Add(emitted.Span);
        }

        return request;
    }

    /// <summary>A text attribute.</summary>
    public static KeyValue Text(string key, string value) => new() { Key = key, Value = new AnyValue { StringValue = value } };

    /// <summary>An integer attribute.</summary>
    public static KeyValue Integer(string key, long value) => new() { Key = key, Value = new AnyValue { IntValue = value } };

    /// <summary>Random id bytes that are never all zero.</summary>
    public static ByteString Id(Random random, int length)
    {
        byte[] bytes = new byte[length];
        random.NextBytes(bytes);
        bytes[0] |= 1;
        return ByteString.CopyFrom(bytes);
    }
}
