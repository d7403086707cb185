using System.Diagnostics;
using System.IO.Compression;
using System.Net.Http.Headers;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.EndToEnd.Tests.Telemetry;

/// <summary>What <c>/metrics</c> says after requests whose numbers are known.</summary>
public sealed class MetricsTests : IAsyncLifetime
{
    private const string Workflow = "say \"x\" \\";

    private readonly string _data = Directory.CreateTempSubdirectory("tracegap-metrics-").FullName;
    private readonly HttpClient _client = new();
    private TraceGapServer _server = null!;

    public async Task InitializeAsync() => _server = await TraceGapServer.StartAsync(
        new ServerOptions { DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0" }, NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task Every_request_span_and_trace_is_counted_once_and_where_it_belongs()
    {
        ExportTraceServiceRequest request = Requests(ok: 9, failed: 1);
        byte[] plain = request.ToByteArray();
        byte[] compressed = Gzip(plain);
        using RawGrpcClient grpc = new(_server.OtlpGrpc);
        await grpc.ExportAsync(request);
        Assert.Equal(200, await PostAsync(compressed, "gzip"));
        Assert.Equal(400, await PostAsync([1, 2, 3], null));

        MetricsReader metrics = await ScrapeUntilAsync(read => read["tracegap_traces_committed_total"] == 10 && read["tracegap_spans_in_flight"] == 0);

        Assert.Equal(1, metrics["""tracegap_otlp_requests_total{transport="grpc",code="OK"}"""]);
        Assert.Equal(1, metrics["""tracegap_otlp_requests_total{transport="http",code="200"}"""]);
        Assert.Equal(1, metrics["""tracegap_otlp_requests_total{transport="http",code="400"}"""]);
        Assert.Equal(plain.Length, metrics["""tracegap_otlp_request_wire_bytes_total{transport="grpc"}"""]);
        Assert.Equal(compressed.Length + 3, metrics["""tracegap_otlp_request_wire_bytes_total{transport="http"}"""]);
        Assert.Equal(plain.Length + 3, metrics["""tracegap_otlp_request_decompressed_bytes_total{transport="http"}"""]);
        Assert.Equal((40, 40, 20), (metrics["tracegap_spans_received_total"], metrics["tracegap_spans_accepted_total"], metrics["tracegap_spans_duplicate_total"]));
        Assert.Equal(20, metrics["""tracegap_attributes_cut_total{kind="content"}"""]);
        Assert.Equal(2, metrics["tracegap_append_duration_seconds_count"]);
        Assert.Equal(10, metrics["""tracegap_ingest_freshness_seconds_bucket{le="+Inf"}"""]);
        Assert.Equal(10, metrics["tracegap_commit_traces_sum"]);
        Assert.Equal((0, 0, 1), (metrics["tracegap_spans_late_total{kept=\"reopened\"}"], metrics["tracegap_ingest_lag_seconds"], metrics["tracegap_ready"]));
        Assert.True(metrics["tracegap_storage_free_bytes"] > 0 && metrics["tracegap_storage_database_bytes"] > 0);
        Assert.True(metrics["dotnet_process_memory_working_set_bytes"] > 0);
    }

    [Fact]
    public async Task What_reports_say_is_shown_by_workflow_and_window_and_own_failures_name_a_trace()
    {
        using RawGrpcClient grpc = new(_server.OtlpGrpc);
        ExportTraceServiceRequest request = Requests(ok: 9, failed: 1);
        await grpc.ExportAsync(request);
        const string Labels = """workflow="shop/say \"x\" \\" """;
        string observed = $$"""tracegap_reliability_observed_ratio{{{Labels.Trim()}},window="1h"}""";

        MetricsReader metrics = await ScrapeUntilAsync(read => read.Samples.ContainsKey(observed));

        Assert.Equal(0.9, metrics[observed], 9);
        Assert.Equal(9, metrics[$$"""tracegap_workflow_traces{{{Labels.Trim()}},outcome="ok",window="1h"}"""]);
        Assert.Equal(1, metrics[$$"""tracegap_latency_seconds{{{Labels.Trim()}},quantile="0.5",window="5m"}"""], 0.03);
        Assert.Equal(0.9, metrics[$$"""tracegap_layer_reliability_ratio{{{Labels.Trim()}},layer="inference",window="1d"}"""], 9);
        string failures = $$"""tracegap_own_failures_total{{{Labels.Trim()}},layer="inference",error_type="timeout"}""";
        Assert.Equal(1, metrics[failures]);
        Span failed = request.ResourceSpans.SelectMany(resource => resource.ScopeSpans[0].Spans).First(span => span.Status?.Code == Status.Types.StatusCode.Error);
        Assert.Equal(Convert.ToHexStringLower(failed.TraceId.Span), metrics.Exemplars[failures]);
    }

    [Fact]
    public async Task Late_spans_reopen_a_trace_and_count_as_late()
    {
        using RawGrpcClient grpc = new(_server.OtlpGrpc);
        ExportTraceServiceRequest request = Requests(ok: 1, failed: 0);
        await grpc.ExportAsync(request);
        await ScrapeUntilAsync(read => read["tracegap_traces_committed_total"] == 1);
        request.ResourceSpans[0].ScopeSpans[0].Spans[1].SpanId = SpanSource.Id(new Random(7), 8);
        await grpc.ExportAsync(request);

        MetricsReader metrics = await ScrapeUntilAsync(read => read["tracegap_traces_revised_total"] == 1);

        Assert.Equal((2, 1, 1), (metrics["tracegap_traces_committed_total"], metrics["tracegap_spans_late_total{kept=\"reopened\"}"], metrics["tracegap_spans_duplicate_total"]));
    }

    [PeerFact(Peer.Prometheus)]
    public async Task Prometheus_and_the_reference_parser_of_openmetrics_find_nothing_wrong()
    {
        using RawGrpcClient grpc = new(_server.OtlpGrpc);
        await grpc.ExportAsync(Requests(ok: 9, failed: 1));
        await ScrapeUntilAsync(read => read.Exemplars.Count == 1 && read.Samples.Keys.Any(name => name.StartsWith("tracegap_layer_critical_seconds", StringComparison.Ordinal)));

        string text = await _client.GetStringAsync(new Uri(_server.Http, "/metrics"));
        Assert.Equal("", await RunAsync(PeerPaths.Promtool, text, "check", "metrics"));
        const string Parse = "import sys; from prometheus_client.openmetrics.parser import text_fd_to_metric_families as read; print(sum(len(f.samples) for f in read(sys.stdin)))";
        string open = await OpenMetricsAsync();
        Assert.Equal($"{MetricsReader.Read(open).Samples.Count}\n", await RunAsync(PeerPaths.Python, open, "-c", Parse));
    }

    /// <summary>Traces of a root and one model call, which ended two minutes ago.</summary>
    private static ExportTraceServiceRequest Requests(int ok, int failed)
    {
        Random random = new(42);
        ulong end = ((ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 120) * 1_000_000_000;
        return SpanSource.Request(Enumerable.Range(0, ok + failed).SelectMany(index => Trace(random, end, index >= ok)));
    }

    private static EmittedSpan[] Trace(Random random, ulong end, bool failed)
    {
        Span root = new()
        {
            TraceId = SpanSource.Id(random, 16), SpanId = SpanSource.Id(random, 8), Name = "ask", Kind = Span.Types.SpanKind.Server,
            StartTimeUnixNano = end - 1_000_000_000, EndTimeUnixNano = end,
            Attributes = { SpanSource.Text("gen_ai.workflow.name", Workflow), SpanSource.Text("gen_ai.input.messages", "hello") },
        };
        Span call = new()
        {
            TraceId = root.TraceId, SpanId = SpanSource.Id(random, 8), ParentSpanId = root.SpanId, Name = "chat m", Kind = Span.Types.SpanKind.Client,
            StartTimeUnixNano = end - 900_000_000, EndTimeUnixNano = end - 100_000_000,
            Attributes = { SpanSource.Text("gen_ai.operation.name", "chat") },
        };
        if (failed)
        {
            root.Status = call.Status = new Status { Code = Status.Types.StatusCode.Error };
            call.Attributes.Add(SpanSource.Text("error.type", "timeout"));
        }

        return [new EmittedSpan("shop", root), new EmittedSpan("shop", call)];
    }

    private async Task<MetricsReader> ScrapeUntilAsync(Func<MetricsReader, bool> condition)
    {
        MetricsReader? metrics = null;
        await Poll.UntilAsync(
            async _ => condition(metrics = MetricsReader.Read(await OpenMetricsAsync())),
            () => string.Join('\n', metrics!.Samples));
        return metrics!;
    }

    private async Task<string> OpenMetricsAsync()
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_server.Http, "/metrics"));
        request.Headers.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");
        using HttpResponseMessage response = await _client.SendAsync(request);
        Assert.Equal("application/openmetrics-text; version=1.0.0; charset=utf-8", response.Content.Headers.ContentType!.ToString());
        return await response.Content.ReadAsStringAsync();
    }

    private async Task<int> PostAsync(byte[] body, string? encoding)
    {
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        if (encoding is not null)
        {
            content.Headers.ContentEncoding.Add(encoding);
        }

        using HttpResponseMessage response = await _client.PostAsync(new Uri(_server.OtlpHttp, "/v1/traces"), content);
        return (int)response.StatusCode;
    }

    private static byte[] Gzip(byte[] bytes)
    {
        using MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(bytes);
        }

        return compressed.ToArray();
    }

    private static async Task<string> RunAsync(string program, string input, params string[] arguments)
    {
        ProcessStartInfo start = new(program, arguments) { RedirectStandardInput = true, RedirectStandardOutput = true, RedirectStandardError = true };
        using Process process = Process.Start(start)!;
        Task<string> output = process.StandardOutput.ReadToEndAsync();
        Task<string> errors = process.StandardError.ReadToEndAsync();
        await process.StandardInput.WriteAsync(input);
        process.StandardInput.Close();
        await process.WaitForExitAsync();
        return await output + await errors;
    }
}
