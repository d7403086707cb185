using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Logs.V1;
using OpenTelemetry.Proto.Logs.V1;
using OpenTelemetry.Proto.Resource.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Aggregation;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Server;
using TraceGap.Server.Configuration;
using static TraceGap.EndToEnd.Tests.Traces.SpanSource;

namespace TraceGap.EndToEnd.Tests;

/// <summary>What log records say about spans: before them, after them, twice, long after the trace was stored; served and from files alike.</summary>
public sealed class LogSignalsTests : IAsyncLifetime
{
    private const string ExportLogs = "/opentelemetry.proto.collector.logs.v1.LogsService/Export";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-logs-").FullName;
    private TraceGapServer _server = null!;

    public async Task InitializeAsync() => _server = await TraceGapServer.StartAsync(
        new ServerOptions
        {
            DataFolder = Path.Combine(_folder, "data"),
            OtlpGrpc = "127.0.0.1:0",
            OtlpHttp = "127.0.0.1:0",
            Http = "127.0.0.1:0",
            Assembly = new AssemblyOptions { Quiet = TimeSpan.FromMilliseconds(100), Idle = TimeSpan.FromMilliseconds(200), RootGrace = TimeSpan.FromMilliseconds(800) },
        },
        NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_late_log_record_revises_a_stored_trace_and_the_same_again_changes_nothing()
    {
        EmittedSpan answer = Answer(new Random(1));
        using RawGrpcClient client = new(_server.OtlpGrpc);
        await client.ExportAsync(Request([answer]));
        await UntilAsync(1, 0, revised: 0);

        ExportLogsServiceRequest logs = Logs(Record(answer.Span, "exception", ("exception.type", "ModelGone")));
        await ExportAsync(client, logs);
        await UntilAsync(0, 1, revised: 1);
        await ExportAsync(client, logs);

        JsonNode trace = (await GetAsync($"/api/v1/traces/{Convert.ToHexStringLower(answer.Span.TraceId.Span)}"))!;
        Assert.Equal("failed", trace["outcome"]!.GetValue<string>());
        Assert.Single(trace["spans"]!.AsArray());
        Assert.Contains("(exception logged)", trace["failure"]!.ToJsonString(), StringComparison.Ordinal);
        Assert.Contains("ModelGone", trace["failure"]!.ToJsonString(), StringComparison.Ordinal);

        // Stored and analysed after the record that came twice: by then that would have shown.
        await client.ExportAsync(Request([Answer(new Random(2))]));
        await UntilAsync(1, 1, revised: 1);
    }

    [Fact]
    public async Task A_log_record_that_comes_before_its_span_waits_for_it_and_alone_is_no_trace()
    {
        EmittedSpan answer = Answer(new Random(3));
        EmittedSpan never = Answer(new Random(4));
        using RawGrpcClient client = new(_server.OtlpGrpc);
        await ExportAsync(client, Logs(
            Record(answer.Span, "gen_ai.evaluation.result", ("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.label", "fail")),
            Record(never.Span, "exception", ("exception.type", "Gone"))));

        // A trace that came later and is stored tells that what came before is on its way. Whether the record is stored by then, so that its span revises, is chance.
        await client.ExportAsync(Request([Answer(new Random(5))]));
        await UntilAsync(1, 0, revised: 0);
        await client.ExportAsync(Request([answer]));
        await UntilAsync(1, 1, revised: null);

        JsonNode listed = (await GetAsync("/api/v1/traces?window=2h"))!;
        Assert.Equal(2, listed["traces"]!.AsArray().Count);
        string metrics = await new HttpClient().GetStringAsync(new Uri(_server.Http, "/metrics"));
        Assert.Contains("tracegap_log_records_total{use=\"signal\"} 2", metrics, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task In_any_order_and_repetition_the_report_is_that_of_analyze(int seed)
    {
        Random random = new(seed);
        List<EmittedSpan> spans = RandomTraces.Generate(seed, 40);
        LogRecord[] records =
        [
            .. spans.Where(_ => random.Next(4) == 0).Select(span => AnyRecord(random, span.Span)),
            .. Enumerable.Range(0, 5).Select(number => AnyRecord(random, Answer(new Random(100 + number)).Span)),
        ];
        string spanFile = Path.Combine(_folder, "spans.pb");
        string logFile = Path.Combine(_folder, "logs.pb");
        await File.WriteAllBytesAsync(spanFile, Request(spans).ToByteArray());
        await File.WriteAllBytesAsync(logFile, Logs(records).ToByteArray());
        CommandRun offline = await CommandRun.OfAsync("analyze", logFile, spanFile, "--format", "json");
        Assert.True(offline.ExitCode == 0, offline.Errors);
        CommandRun withoutLogs = await CommandRun.OfAsync("analyze", spanFile, "--format", "json");
        Assert.NotEqual(ReportText.Comparable(withoutLogs.Output), ReportText.Comparable(offline.Output));

        object[] order = [.. spans, .. records, .. spans.Where(_ => random.Next(6) == 0), .. records.Where(_ => random.Next(3) == 0)];
        random.Shuffle(order);
        using RawGrpcClient client = new(_server.OtlpGrpc);
        for (int sent = 0; sent < order.Length;)
        {
            object[] some = [.. order.Skip(sent).Take(random.Next(1, 80))];
            await client.ExportAsync(Request(some.OfType<EmittedSpan>()));
            await ExportAsync(client, Logs([.. some.OfType<LogRecord>()]));
            sent += some.Length;
            if (random.Next(3) == 0)
            {
                // Long enough for traces to be stored before the rest of what is said about them comes.
                await Task.Delay(300);
            }
        }

        const int MaxPolls = 200;
        string expected = ReportText.Comparable(offline.Output);
        string report = "";
        int polls = 0;
        await Poll.UntilAsync(
            async http =>
            {
                report = await http.GetStringAsync(new Uri(_server.Http, $"/api/v1/report?{ReportText.SameWindow(offline.Output)}"));
                return ReportText.Comparable(report) == expected || ++polls == MaxPolls;
            },
            () => "the server does not answer");
        Assert.Equal(expected, ReportText.Comparable(report));
    }

    private async Task UntilAsync(int ok, int failed, int? revised) => await Poll.UntilAsync(
        async http =>
        {
            JsonNode traces = JsonNode.Parse(await http.GetStringAsync(new Uri(_server.Http, "/api/v1/report?window=2h")))!["traces"]!;
            return (traces["total"]!.GetValue<int>(), traces["ok"]!.GetValue<int>(), traces["failed"]!.GetValue<int>()) == (ok + failed, ok, failed)
                && (revised is null || traces["revised"]!.GetValue<int>() == revised);
        },
        () => $"there are not {ok} ok, {failed} failed, {revised} revised traces");

    private async Task<JsonNode?> GetAsync(string path)
    {
        using HttpClient http = new();
        return JsonNode.Parse(await http.GetStringAsync(new Uri(_server.Http, path)));
    }

    private static async Task ExportAsync(RawGrpcClient client, ExportLogsServiceRequest request)
    {
        (int status, string message, byte[] reply) = await client.CallAsync(ExportLogs, request);
        Assert.True(status == 0, $"{status}: {message}");
        Assert.Empty(reply);
    }

    private static EmittedSpan Answer(Random random) => new("shop", new Span
    {
        TraceId = Id(random, 16),
        SpanId = Id(random, 8),
        Name = "answer",
        StartTimeUnixNano = RandomTraces.Start,
        EndTimeUnixNano = RandomTraces.Start + 1_000_000_000,
    });

    private static LogRecord AnyRecord(Random random, Span span) => random.Next(4) switch
    {
        0 => Record(span, "exception", ("exception.type", "ValueError")),
        1 => Record(span, "", ("exception.type", "KeyError"), ("exception.message", "timed out")),
        2 => Record(span, "gen_ai.evaluation.result", ("gen_ai.evaluation.name", "tone"), ("gen_ai.evaluation.score.label", random.Next(2) == 0 ? "fail" : "pass")),
        _ => Record(span, "gen_ai.client.operation.exception", ("exception.type", "RateLimitError")),
    };

    private static LogRecord Record(Span span, string eventName, params (string Key, string Value)[] attributes) => new()
    {
        TraceId = span.TraceId,
        SpanId = span.SpanId,
        TimeUnixNano = span.EndTimeUnixNano + 5_000_000_000,
        SeverityNumber = eventName.StartsWith("gen_ai.client", StringComparison.Ordinal) ? SeverityNumber.Warn : SeverityNumber.Error,
        EventName = eventName,
        Attributes = { attributes.Select(static each => Text(each.Key, each.Value)) },
    };

    private static ExportLogsServiceRequest Logs(params LogRecord[] records) => new()
    {
        ResourceLogs = { new ResourceLogs { Resource = new Resource { Attributes = { Text("service.name", "judge") } }, ScopeLogs = { new ScopeLogs { LogRecords = { records } } } } },
    };
}
