using System.Text;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Common.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Otlp;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.EndToEnd.Tests.Telemetry;

/// <summary>Secrets in every place where content travels: nowhere in the data folder by default, kept when that is switched on.</summary>
public sealed class PrivacyTests : IDisposable
{
    private const string TraceId = "0102030405060708090a0b0c0d0e0f10";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-privacy-").FullName;
    private readonly HttpClient _client = new();

    public void Dispose()
    {
        _client.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task By_default_no_content_reaches_the_disk()
    {
        string trace = await StoreAsync(KeepOptions.Default);

        Assert.DoesNotContain("secret-", trace, StringComparison.Ordinal);
        Assert.Contains("gen_ai.request.model", trace, StringComparison.Ordinal);
        Assert.All(Directory.GetFiles(DataFolder, "*", SearchOption.AllDirectories), file =>
        {
            byte[] bytes = File.ReadAllBytes(file);
            Assert.True(bytes.AsSpan().IndexOf("secret-"u8) < 0, $"{file} has a secret");
            Assert.True(bytes.AsSpan().IndexOf(Encoding.Unicode.GetBytes("secret-")) < 0, $"{file} has a secret");
        });
    }

    [Fact]
    public async Task Content_that_is_switched_on_is_kept_and_analyze_keeps_the_same()
    {
        string trace = await StoreAsync(new KeepOptions { Content = true, Attributes = ["deploy.*"] });

        Assert.All(
            ["secret-prompt", "secret-message", "secret-nested", "secret-argument", "secret-error", "secret-document", "secret-event-result"],
            secret => Assert.Contains(secret, trace, StringComparison.Ordinal));
        Assert.DoesNotContain("secret-unlisted", trace, StringComparison.Ordinal);

        string file = Path.Combine(_folder, "spans.pb");
        await File.WriteAllBytesAsync(file, Request().ToByteArray());
        string config = Path.Combine(_folder, "config.json");
        await File.WriteAllTextAsync(config, """{ "TraceGap": { "Keep": { "Content": true, "Attributes": "deploy.*" } } }""");
        CommandRun offline = await CommandRun.OfAsync("analyze", file, "--config", config, "--trace", TraceId, "--format", "json");
        Assert.Equal((0, trace), (offline.ExitCode, offline.Output.TrimEnd()));
    }

    private string DataFolder => Path.Combine(_folder, "data");

    /// <summary>Sends the secrets, waits until they are stored, and gives the trace as the query API tells it.</summary>
    private async Task<string> StoreAsync(KeepOptions keep)
    {
        ServerOptions options = new() { DataFolder = DataFolder, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0", Keep = keep };
        await using TraceGapServer server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance);
        using RawGrpcClient grpc = new(server.OtlpGrpc);
        await grpc.ExportAsync(Request());
        string trace = "";
        await Poll.UntilAsync(
            async _ =>
            {
                using HttpResponseMessage response = await _client.GetAsync(new Uri(server.Http, $"/api/v1/traces/{TraceId}"));
                trace = await response.Content.ReadAsStringAsync();
                return response.IsSuccessStatusCode;
            },
            () => "the trace did not come");
        return trace;
    }

    private static ExportTraceServiceRequest Request()
    {
        Span span = new()
        {
            TraceId = ByteString.CopyFrom(Convert.FromHexString(TraceId)), SpanId = ByteString.CopyFrom([1, 1, 1, 1, 1, 1, 1, 1]), Name = "chat m",
            StartTimeUnixNano = 1_795_182_357_000_000_000, EndTimeUnixNano = 1_795_182_358_000_000_000,
            Status = new Status { Code = Status.Types.StatusCode.Error, Message = "secret-status" },
            Attributes =
            {
                SpanSource.Text("gen_ai.operation.name", "chat"), SpanSource.Text("gen_ai.request.model", "m"), SpanSource.Text("gen_ai.prompt.0.content", "secret-prompt"),
                SpanSource.Text("gen_ai.tool.call.arguments", "{\"card\":\"secret-argument\"}"), SpanSource.Text("retrieval.documents.0.document.content", "secret-document"),
                SpanSource.Text("url.full", "https://u:secret-url@h/p?q=secret-url"), SpanSource.Text("my.own", "secret-unlisted"),
                Nested("input.value", "secret-nested"), Nested("my.nested", "secret-unlisted"),
            },
            Events =
            {
                Event("gen_ai.client.inference.operation.details", "gen_ai.input.messages", "secret-message"),
                Event("gen_ai.tool.message", "content", "secret-event-result"),
                Event("exception", "exception.message", "secret-error"), Event("log", "body", "secret-unlisted"),
            },
        };
        ExportTraceServiceRequest request = SpanSource.Request([new EmittedSpan("shop", span)]);
        request.ResourceSpans[0].Resource.Attributes.Add(SpanSource.Text("process.command_line", "run --key secret-unlisted"));
        request.ResourceSpans[0].ScopeSpans[0].Scope.Attributes.Add(SpanSource.Text("scope.own", "secret-unlisted"));
        return request;
    }

    private static Span.Types.Event Event(string name, string key, string value) => new() { Name = name, Attributes = { SpanSource.Text(key, value) } };

    private static KeyValue Nested(string key, string secret) => new()
    {
        Key = key,
        Value = new AnyValue
        {
            KvlistValue = new KeyValueList
            {
                Values = { new KeyValue { Key = "list", Value = new AnyValue { ArrayValue = new ArrayValue { Values = { new AnyValue { StringValue = secret } } } } } },
            },
        },
    };
}
