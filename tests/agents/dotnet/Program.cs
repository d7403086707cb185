// A RAG agent on Microsoft.Extensions.AI with its OpenTelemetry, on the loopback services of the Node agents. Same arguments; prints its truth.
using System.Text.Json;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;
using TraceGap.DotNetAgent;

AgentOptions options = AgentOptions.Parse(args[1..]);
using LoopbackServices services = await LoopbackServices.StartAsync(options, script: args[0]);
SpanCount spans = new();

// The OpenAI client has spans of its own, if it is asked to before it is made.
AppContext.SetSwitch("OpenAI.Experimental.EnableOpenTelemetry", options.IsDouble);
IReadOnlyList<RunBook> books;
using (Sdk.CreateTracerProviderBuilder()
    .ConfigureResource(static resource => resource.AddService("dotnet-agent"))
    .AddAspNetCoreInstrumentation()
    .AddHttpClientInstrumentation(static http => http.FilterHttpRequestMessage = static request => request.RequestUri?.AbsolutePath != AgentHost.Path)
    .AddSource("Experimental.Microsoft.Extensions.AI", "OpenAI.*")
    .AddProcessor(spans)
    .AddOtlpExporter(otlp =>
    {
        otlp.Endpoint = new Uri(options.Otlp, "/v1/traces");
        otlp.Protocol = OtlpExportProtocol.HttpProtobuf;
        otlp.BatchExportProcessorOptions.MaxQueueSize = 100_000;
        otlp.BatchExportProcessorOptions.ScheduledDelayMilliseconds = 200;
    })
    .Build())
{
    using Agent agent = new(options, services.At);
    books = await new AgentHost(options, agent).RunAsync();
}

Console.WriteLine(JsonSerializer.Serialize(Truth.Of(books, spans.Count, await services.StopAsync())));
