using System.Diagnostics;
using Microsoft.Extensions.Logging;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Logs;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceGap.Otlp;
using SpanKind = TraceGap.Otlp.SpanKind;

namespace TraceGap.EndToEnd.Tests.Peers;

public sealed partial class DotNetExporterTests
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

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc)]
    [InlineData(OtlpExportProtocol.HttpProtobuf)]
    public async Task An_exception_that_is_logged_with_the_dotnet_sdk_is_one_of_its_span(OtlpExportProtocol protocol)
    {
        await using PeerServer server = await PeerServer.StartAsync();
        using ActivitySource source = new("tracegap.logging.peer");
        using TracerProvider provider = Sdk.CreateTracerProviderBuilder().AddSource(source.Name).Build();
        ActivitySpanId spanId;
        using (ILoggerFactory loggers = LoggerFactory.Create(logging => logging.AddOpenTelemetry(otel => otel
            .SetResourceBuilder(ResourceBuilder.CreateEmpty().AddService("dotnet-peer"))
            .AddOtlpExporter(options =>
            {
                options.Endpoint = new Uri(protocol == OtlpExportProtocol.Grpc ? $"http://{server.Address}" : $"http://{server.HttpAddress}/v1/logs");
                options.Protocol = protocol;
            }))))
        {
            ILogger logger = loggers.CreateLogger("agent");
            using Activity activity = source.StartActivity("answer")!;
            spanId = activity.SpanId;
            LogAnswering(logger);
            LogFailure(logger, new InvalidOperationException("no answer"));
        }

        SpanRecord signal = Assert.Single(server.Sink.Spans);
        Assert.Equal((SpanKind.Signal, spanId.ToHexString(), "dotnet-peer"), (signal.Kind, signal.ParentSpanId.ToString(), signal.Resource.ServiceName));
        Assert.Equal(("InvalidOperationException", SpanFacts.ExceptionEvent | SpanFacts.LoggedAsError), (signal.ExceptionType?.Split('.')[^1], signal.Facts));
    }

    [LoggerMessage(1, LogLevel.Information, "Answering")]
    private static partial void LogAnswering(ILogger logger);

    [LoggerMessage(2, LogLevel.Error, "It failed")]
    private static partial void LogFailure(ILogger logger, Exception exception);
}
