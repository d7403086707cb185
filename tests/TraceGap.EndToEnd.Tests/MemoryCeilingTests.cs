using System.Globalization;
using System.Net;
using System.Text.Json;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests;

/// <summary>Loads that are made to fill memory: the process stays below its ceiling, and every span is in the report.</summary>
public sealed class MemoryCeilingTests : IDisposable
{
    private const long Ceiling = 400L << 20;
    private const int SpansPerRequest = 500;
    private const int Unavailable = 14;
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    private static readonly long Start = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() * 1_000_000;

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tracegap-");

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public async Task Traces_that_never_end_go_to_the_store_early_and_come_back()
    {
        using ServerProcess server = await StartAsync();
        using RawGrpcClient client = new(server.OtlpGrpc);
        const int Requests = 120;
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
            await SendAsync(client, Children(number, $"text that is kept and is not like any other, {number}, {new string('x', 300)}")));
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) =>
            await SendAsync(client, Roots(number)));

        await AssertTracesAsync(server, Requests * SpansPerRequest, spansPerTrace: 2);
        Assert.InRange(server.PeakMemoryBytes, 1, Ceiling);
    }

    [Fact]
    public async Task More_large_requests_than_fit_in_memory_are_taken_one_after_the_other()
    {
        using ServerProcess server = await StartAsync();
        using RawGrpcClient client = new(server.OtlpGrpc);
        const int Requests = 48;
        ExportTraceServiceRequest[] requests = [.. Enumerable.Range(0, Requests).Select(static number => Roots(number, new string((char)('a' + (number % 26)), 15_000)))];
        await Task.WhenAll(requests.Select(request => SendAsync(client, request)));

        await AssertTracesAsync(server, Requests * SpansPerRequest, spansPerTrace: 1);
        Assert.InRange(server.PeakMemoryBytes, 1, Ceiling);
    }

    [Fact]
    public async Task A_trace_larger_than_memory_is_analysed_as_far_as_it_fits_and_kept_whole()
    {
        // What comes after the part with the root waits for one.
        using ServerProcess server = await StartAsync(idle: "2s");
        using RawGrpcClient client = new(server.OtlpGrpc);
        using HttpClient http = new();
        const int Requests = 600;
        await Parallel.ForEachAsync(Enumerable.Range(0, Requests), new ParallelOptions { MaxDegreeOfParallelism = 8 }, async (number, _) => await SendAsync(client, PartOfOne(number)));

        long analysed = 0;
        string apart = "";
        await Poll.UntilAsync(
            async _ =>
            {
                using JsonDocument report = JsonDocument.Parse(await http.GetStringAsync(new Uri(server.Http, "/api/v1/report?window=1d")));
                analysed = report.RootElement.GetProperty("spans").GetInt64();
                string metrics = await http.GetStringAsync(new Uri(server.Http, "/metrics"));
                apart = metrics.Split('\n').First(static line => line.StartsWith("tracegap_spans_late_total{", StringComparison.Ordinal) && line.Contains("\"apart\"", StringComparison.Ordinal));
                return analysed + double.Parse(apart.Split(' ')[1], CultureInfo.InvariantCulture) == Requests * SpansPerRequest;
            },
            () => $"{analysed} spans are in the report, {apart}");
        Assert.InRange(analysed, 10_000, Requests * SpansPerRequest / 2);
        Assert.InRange(server.PeakMemoryBytes, 1, Ceiling);
    }

    private Task<ServerProcess> StartAsync(string idle = "1h") => ServerProcess.StartAsync(
        _folder.FullName, ("MAXMEMORYBYTES", $"{Ceiling}"), ("MAXREQUESTBYTES", $"{8 << 20}"), ("ASSEMBLY__IDLETIMEOUT", idle), ("ASSEMBLY__QUIETPERIOD", "500ms"));

    private static async Task SendAsync(RawGrpcClient client, ExportTraceServiceRequest request)
    {
        while (true)
        {
            (int status, string message, _) = await client.CallAsync(Export, request);
            if (status == 0)
            {
                return;
            }

            Assert.True(status == Unavailable, $"{status}: {message}");
            await Task.Delay(TimeSpan.FromSeconds(1));
        }
    }

    private static async Task AssertTracesAsync(ServerProcess server, int traces, int spansPerTrace)
    {
        using HttpClient http = new();
        await Poll.UntilAsync(
            async _ =>
            {
                using JsonDocument report = JsonDocument.Parse(await http.GetStringAsync(new Uri(server.Http, "/api/v1/report?window=1d")));
                JsonElement counts = report.RootElement.GetProperty("traces");
                return counts.GetProperty("total").GetInt64() == traces && counts.GetProperty("open").GetInt64() == 0
                    && report.RootElement.GetProperty("spans").GetInt64() == (long)traces * spansPerTrace;
            },
            () => "the report does not have every trace");
    }

    private static ExportTraceServiceRequest Children(int number, string text) => Request(number, root: false, text);

    private static ExportTraceServiceRequest Roots(int number, string text = "") => Request(number, root: true, text);

    private static ExportTraceServiceRequest PartOfOne(int number)
    {
        ExportTraceServiceRequest request = Children(number, "");
        ulong id = (ulong)number * SpansPerRequest;
        foreach (Span span in request.ResourceSpans.SelectMany(static resource => resource.ScopeSpans).SelectMany(static scope => scope.Spans))
        {
            span.TraceId = SpanSource.Id(new Random(1), 16);
            span.SpanId = Google.Protobuf.ByteString.CopyFrom(BitConverter.GetBytes(++id));
            span.ParentSpanId = Google.Protobuf.ByteString.CopyFrom(BitConverter.GetBytes((id / 2) + 1));
        }

        if (number == 0)
        {
            request.ResourceSpans[0].ScopeSpans[0].Spans[0].ParentSpanId = Google.Protobuf.ByteString.Empty;
        }

        return request;
    }

    private static ExportTraceServiceRequest Request(int number, bool root, string text)
    {
        Random ids = new(number);
        List<EmittedSpan> spans = [];
        for (int i = 0; i < SpansPerRequest; i++)
        {
            Span span = new() { TraceId = SpanSource.Id(ids, 16), Name = "step", StartTimeUnixNano = (ulong)Start, EndTimeUnixNano = (ulong)Start + 1000 };
            Google.Protobuf.ByteString rootId = SpanSource.Id(ids, 8);
            span.SpanId = root ? rootId : SpanSource.Id(new Random(i), 8);
            span.ParentSpanId = root ? Google.Protobuf.ByteString.Empty : rootId;
            span.Attributes.Add(SpanSource.Text("gen_ai.agent.name", text + i));
            spans.Add(new EmittedSpan("load", span));
        }

        return SpanSource.Request(spans);
    }
}
