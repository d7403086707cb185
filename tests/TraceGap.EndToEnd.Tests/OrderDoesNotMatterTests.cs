using System.Net.Sockets;
using System.Text.Json.Nodes;
using FsCheck;
using FsCheck.Fluent;
using Google.Protobuf;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.Aggregation;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.EndToEnd.Tests;

/// <summary>
/// The one invariant of the whole system: a report depends on the set of distinct spans that were acknowledged, not on order, batching, duplication, lateness, restarts or
/// crashes, and equals the offline analysis of the same spans, byte for byte.
/// </summary>
public sealed class OrderDoesNotMatterTests
{
    private static readonly (string, string)[] ShortPeriods =
    [
        ("ASSEMBLY__QUIETPERIOD", "100ms"), ("ASSEMBLY__IDLETIMEOUT", "200ms"), ("ASSEMBLY__ROOTGRACE", "800ms"),
    ];

    /// <summary>A running server and how to end it.</summary>
    private sealed record Running(Uri OtlpGrpc, Uri Http, Func<Task> EndAsync);

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public async Task Shuffled_repeated_late_and_killed_in_between_the_report_is_that_of_analyze(int seed) => await CompareAsync(seed, traces: 150, StartProcessAsync);

    [Fact]
    public void For_any_set_of_traces_restarts_in_between_change_nothing() =>
        Prop.ForAll(Gen.Choose(0, int.MaxValue).ToArbitrary(), static seed => CompareAsync(seed, traces: 1 + (seed % 60), StartInProcessAsync).GetAwaiter().GetResult())
            .Check(Config.QuickThrowOnFailure.WithMaxTest(12));

    [Fact]
    public async Task A_repeated_span_that_looks_like_a_root_does_not_keep_an_open_trace_open()
    {
        Random random = new(5);
        ByteString traceId = SpanSource.Id(random, 16);
        EmittedSpan[] orphans =
        [
            .. Enumerable.Range(0, 2).Select(index => new EmittedSpan("shop", new Span
            {
                TraceId = traceId,
                SpanId = SpanSource.Id(random, 8),
                ParentSpanId = SpanSource.Id(random, 8),
                Name = "POST /ask",
                Kind = Span.Types.SpanKind.Server,
                StartTimeUnixNano = RandomTraces.Start + (ulong)index,
                EndTimeUnixNano = RandomTraces.Start + 1_000_000_000,
            })),
        ];
        string data = Directory.CreateTempSubdirectory("tracegap-open-").FullName;
        Running server = await StartInProcessAsync(data);
        try
        {
            using RawGrpcClient client = new(server.OtlpGrpc);
            await client.ExportAsync(SpanSource.Request(orphans));
            await UntilAsync("open", 1);
            await client.ExportAsync(SpanSource.Request([orphans[0]]));
            await UntilAsync("unknown", 1);
        }
        finally
        {
            await server.EndAsync();
            Directory.Delete(data, recursive: true);
        }

        Task UntilAsync(string outcome, int count) => Poll.UntilAsync(
            async http => JsonNode.Parse(await http.GetStringAsync(new Uri(server.Http, "/api/v1/report?window=2h")))!["traces"]![outcome]!.GetValue<int>() == count,
            () => $"the trace did not become {outcome}");
    }

    private static async Task CompareAsync(int seed, int traces, Func<string, Task<Running>> startAsync)
    {
        List<EmittedSpan> spans = RandomTraces.Generate(seed, traces);
        if (spans.Count == 0)
        {
            // The only trace lost its only span: nothing to send, and analyze rightly calls the file unreadable.
            return;
        }

        string folder = Directory.CreateTempSubdirectory("tracegap-order-").FullName;
        string file = Path.Combine(folder, "spans.pb");
        await File.WriteAllBytesAsync(file, SpanSource.Request(spans).ToByteArray());
        CommandRun offline = await CommandRun.OfAsync("analyze", file, "--format", "json");
        Assert.True(offline.ExitCode == 0, offline.Errors);

        CommandRun offlineCosts = await CommandRun.OfAsync("costs", file, "--format", "json");
        Assert.True(offlineCosts.ExitCode == 0, offlineCosts.Errors);

        (string online, string costs) = await ServeAsync(new Random(seed), spans, Path.Combine(folder, "data"), offline.Output, startAsync);

        Assert.Equal(ReportText.Comparable(offline.Output), ReportText.Comparable(online));
        Assert.Equal(ReportText.WithoutWindow(offlineCosts.Output), ReportText.WithoutWindow(costs));
        Directory.Delete(folder, recursive: true);
    }

    private static async Task<(string Report, string Costs)> ServeAsync(
        Random random, List<EmittedSpan> spans, string data, string expected, Func<string, Task<Running>> startAsync)
    {
        EmittedSpan[] order = [.. spans, .. spans.Where(_ => random.Next(5) == 0)];
        random.Shuffle(order);
        Running server = await startAsync(data);
        try
        {
            for (int sent = 0; sent < order.Length;)
            {
                int count = Math.Min(random.Next(1, 120), order.Length - sent);
                using (RawGrpcClient client = new(server.OtlpGrpc))
                {
                    await client.ExportAsync(SpanSource.Request(order.AsSpan(sent, count).ToArray()));
                }

                sent += count;
                if (random.Next(4) == 0)
                {
                    // Long enough for traces to be analysed before the rest of them comes.
                    await Task.Delay(400);
                }

                if (random.Next(6) == 0)
                {
                    // The request that is under way is sent again in full, as exporters do: whatever of it was kept must not count twice.
                    ExportTraceServiceRequest underWay = SpanSource.Request(order.AsSpan(sent, Math.Min(200, order.Length - sent)).ToArray());
                    await EndDuringAsync(server, underWay);
                    server = await startAsync(data);
                }
            }

            string report = await SettledReportAsync(server, expected);
            using HttpClient http = new();
            return (report, await http.GetStringAsync(new Uri(server.Http, $"/api/v1/costs?{ReportText.SameWindow(expected)}")));
        }
        finally
        {
            await server.EndAsync();
        }
    }

    private static async Task EndDuringAsync(Running server, ExportTraceServiceRequest request)
    {
        using RawGrpcClient client = new(server.OtlpGrpc);
        Task<(int, string, byte[])> answer = client.CallAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", request);
        await server.EndAsync();
        try
        {
            await answer;
        }
        catch (Exception gone) when (gone is HttpRequestException or SocketException)
        {
            // The client lets a socket error through unwrapped if the server ends while it connects.
        }
    }

    /// <summary>Waits for the report that is expected; gives up with the one there is.</summary>
    private static async Task<string> SettledReportAsync(Running server, string expected)
    {
        const int MaxPolls = 200;
        string report = "";
        string comparable = ReportText.Comparable(expected);
        int polls = 0;
        await Poll.UntilAsync(
            async client =>
            {
                report = await client.GetStringAsync(new Uri(server.Http, $"/api/v1/report?{ReportText.SameWindow(expected)}"));
                return ReportText.Comparable(report) == comparable || ++polls == MaxPolls;
            },
            () => "the server does not answer");
        return report;
    }

    private static async Task<Running> StartProcessAsync(string data)
    {
        ServerProcess process = await ServerProcess.StartAsync(data, ShortPeriods);
        return new Running(process.OtlpGrpc, process.Http, () =>
        {
            process.Dispose();
            return Task.CompletedTask;
        });
    }

    private static async Task<Running> StartInProcessAsync(string data)
    {
        ServerOptions options = new()
        {
            DataFolder = data,
            OtlpGrpc = "127.0.0.1:0",
            OtlpHttp = "127.0.0.1:0",
            Http = "127.0.0.1:0",
            Assembly = new AssemblyOptions
            {
                Quiet = TimeSpan.FromMilliseconds(100),
                Idle = TimeSpan.FromMilliseconds(200),
                RootGrace = TimeSpan.FromMilliseconds(800),
            },
        };
        TraceGapServer server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance);
        return new Running(server.OtlpGrpc, server.Http, () => server.DisposeAsync().AsTask());
    }
}
