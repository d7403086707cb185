using System.Diagnostics;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using SpanKind = TraceGap.Otlp.SpanKind;

namespace TraceGap.EndToEnd.Tests.Peers;

public sealed class DotNetExporterTests
{
    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task Spans_of_the_dotnet_sdk_arrive(OtlpExportProtocol protocol)
    {
        await using PeerServer server = await PeerServer.StartAsync();
        using ActivitySource source = new("tracegap.peer");
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder()
            .ConfigureResource(resource => resource.AddService("dotnet-peer"))
            .AddSource(source.Name)
            .AddOtlpExporter(options =>
            {
                options.Endpoint = new Uri(protocol == OtlpExportProtocol.Grpc ? $"http://{server.Address}" : $"http://{server.HttpAddress}/v1/traces");
                options.Protocol = protocol;
            })
            .Build();
        for (int index = 0; index < 100; index++)
        {
            using Activity? activity = source.StartActivity($"step {index}", ActivityKind.Client);
            activity!.SetTag("tracegap.layer", "retrieval");
        }

        // A flush waits until the batch is taken from the queue, a shutdown until it is sent.
        Assert.True(provider.Shutdown());

        Assert.Equal(Enumerable.Range(0, 100).Select(index => $"step {index}"), server.Sink.Spans.Select(span => span.Name));
        Assert.All(server.Sink.Spans, span => Assert.Equal(("dotnet-peer", SpanKind.Client), (span.Resource.ServiceName, span.Kind)));
    }
}
