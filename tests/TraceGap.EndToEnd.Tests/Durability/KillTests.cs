using System.Text.Json.Nodes;
using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A server that is killed again and again, at start-up and under load, loses nothing that it acknowledged and counts nothing twice.</summary>
public sealed class KillTests
{
    private const int Kills = 50;
    private const int RequestsPerKill = 25;

    private static readonly (string, string)[] ShortPeriods =
    [
        ("ASSEMBLY__QUIETPERIOD", "100ms"), ("ASSEMBLY__IDLETIMEOUT", "200ms"), ("ASSEMBLY__ROOTGRACE", "800ms"),
    ];

    [Fact]
    public async Task Killed_fifty_times_under_load_the_report_is_the_truth_to_the_span()
    {
        Random random = new(50);
        (List<List<EmittedSpan>> runs, FailFastTruth truth) = FailFastTraces.Generate(seed: 51, 1_200, new FailFastScenario(SilentShare: 0.05), RandomTraces.Start + 300_000_000_000);
        List<EmittedSpan> spans = [.. RandomTraces.Generate(seed: 50, 900), .. runs.SelectMany(static run => run).Select(static emitted => emitted with { Service = "bank" })];
        SentSpans sent = await SentSpans.OfAsync(random, spans, mostSpansPerRequest: 24);
        string data = Directory.CreateTempSubdirectory("tracegap-kill-").FullName;
        await using ResendingLoad load = new(sent.Requests);
        for (int round = 1; round <= Kills; round++)
        {
            using ServerProcess server = ServerProcess.Launch(data, ShortPeriods);
            if (random.Next(5) == 0)
            {
                await Task.Delay(random.Next(400));
                server.Kill();
                continue;
            }

            await server.UntilListeningAsync();
            load.Server = server.OtlpGrpc;
            load.SendUpTo(round * RequestsPerKill);
            await Task.Delay(random.Next(600));
            load.Server = null;
            server.Kill();
        }

        using ServerProcess last = await ServerProcess.StartAsync(data, ShortPeriods);
        load.Server = last.OtlpGrpc;
        load.SendUpTo(sent.Requests.Count);
        await load.UntilAcknowledgedAsync(sent.Requests.Count);
        await sent.AssertReportedByAsync(last.Http);
        await AssertTruthAsync(last, sent, spans, truth);
        Directory.Delete(data, recursive: true);
    }

    [Fact]
    public async Task A_folder_that_another_process_serves_is_refused_by_name()
    {
        string data = Directory.CreateTempSubdirectory("tracegap-twice-").FullName;
        using ServerProcess first = await ServerProcess.StartAsync(data);

        CommandRun second = await CommandRun.OfAsync(
            "serve", "--data", data, "--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--http", "127.0.0.1:0");

        Assert.Equal(3, second.ExitCode);
        Assert.Contains(Path.Combine(data, "tracegap.lock"), second.Errors, StringComparison.Ordinal);
        Assert.Contains("another process", second.Errors, StringComparison.Ordinal);
        first.Kill();
        using ServerProcess third = await ServerProcess.StartAsync(data);
        Assert.False(third.HasExited);
    }

    private static async Task AssertTruthAsync(ServerProcess server, SentSpans sent, List<EmittedSpan> spans, FailFastTruth truth)
    {
        using HttpClient client = new();
        string window = ReportText.SameWindow(sent.Report);
        JsonNode all = JsonNode.Parse(await client.GetStringAsync(new Uri(server.Http, $"/api/v1/report?{window}")))!;
        Assert.Equal(spans.Select(static emitted => IdOf(emitted.Span)).Distinct().Count(), all["spans"]!.GetValue<int>());

        string workflow = Uri.EscapeDataString("bank/POST /ask");
        JsonNode bank = JsonNode.Parse(await client.GetStringAsync(new Uri(server.Http, $"/api/v1/report?{window}&workflow={workflow}")))!;
        Assert.Equal((truth.Traces, truth.Ok), (bank["traces"]!["total"]!.GetValue<int>(), bank["traces"]!["ok"]!.GetValue<int>()));
        Dictionary<string, (int, int, int)> steps = bank["steps"]!.AsArray().ToDictionary(
            static step => step!["operation"]!.GetValue<string>(),
            static step => (step!["executions"]!.GetValue<int>(), step["attempts"]!.GetValue<int>(), step["ownFailures"]!.GetValue<int>()));
        foreach ((string operation, (int, int, int) counts) in truth.Steps)
        {
            Assert.Equal((operation, counts), (operation, steps[operation]));
        }
    }

    private static (ByteString, ByteString) IdOf(Span span) => (span.TraceId, span.SpanId);
}
