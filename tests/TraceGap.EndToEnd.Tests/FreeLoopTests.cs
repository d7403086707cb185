using System.Text.Json.Nodes;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Durability;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests;

/// <summary>
/// An agent that calls its tools in whatever order it likes gives nearly every run a path of its own. Beyond 4,096 of them an hour the paths are those of a sample, and the report is still one of the spans alone: the
/// same from a server that was killed in between as from the offline analysis, with exact counts.
/// </summary>
public sealed class FreeLoopTests
{
    private const int Runs = 9_000;
    private const int RunsOfRequest = 50;
    private const int Tools = 9;
    private const double ToolReliability = 0.99;
    private const ulong Millisecond = 1_000_000;

    [Fact]
    public async Task Where_every_run_has_a_path_of_its_own_the_report_is_that_of_analyze_and_its_counts_are_exact()
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-loops-").FullName;
        (EmittedSpan[][] runs, int failed, int calls) = Generate(new Random(11));
        ExportTraceServiceRequest[] requests = [.. runs.Chunk(RunsOfRequest).Select(static chunk => SpanSource.Request(chunk.SelectMany(static run => run)))];
        string file = Path.Combine(folder, "spans.pb");
        await File.WriteAllBytesAsync(file, SpanSource.Request(runs.SelectMany(static run => run)).ToByteArray());
        CommandRun offline = await CommandRun.OfAsync("analyze", file, "--format", "json");
        Assert.True(offline.ExitCode == 0, offline.Errors);
        JsonNode expected = JsonNode.Parse(offline.Output)!;
        Assert.Equal((Runs, failed), (expected["traces"]!["total"]!.GetValue<int>(), expected["traces"]!["failed"]!.GetValue<int>()));
        Assert.Equal(calls, expected["layers"]!.AsArray().Single(static layer => layer!["layer"]!.GetValue<string>() == "tool_call")!["steps"]!.GetValue<int>());
        Assert.InRange(expected["reliability"]!["pathSample"]!.GetValue<int>(), 1_000, Runs - 1);

        string data = Path.Combine(folder, "data");
        await using (ResendingLoad load = new(requests))
        {
            using (ServerProcess killed = await ServerProcess.StartAsync(data, ("ASSEMBLY__QUIETPERIOD", "100ms")))
            {
                load.Server = killed.OtlpGrpc;
                load.SendUpTo(requests.Length / 2);
                await load.UntilAcknowledgedAsync(requests.Length / 3);
                load.Server = null;
            }

            using ServerProcess server = await ServerProcess.StartAsync(data, ("ASSEMBLY__QUIETPERIOD", "100ms"));
            load.Server = server.OtlpGrpc;
            load.SendUpTo(requests.Length);
            await load.UntilAcknowledgedAsync(requests.Length);
            await new SentSpans(requests, offline.Output).AssertReportedByAsync(server.Http);
        }

        Directory.Delete(folder, recursive: true);
    }

    private static (EmittedSpan[][] Runs, int Failed, int Calls) Generate(Random random)
    {
        (int failed, int calls) = (0, 0);
        EmittedSpan[][] runs = new EmittedSpan[Runs][];
        for (int i = 0; i < Runs; i++)
        {
            List<EmittedSpan> spans = [];
            ByteString traceId = SpanSource.Id(random, 16);
            ByteString root = SpanSource.Id(random, 8);
            ulong start = RandomTraces.Start + ((ulong)random.Next(0, 50 * 60_000) * Millisecond);
            bool isFailed = false;
            int length = random.Next(3, 8);
            for (int call = 0; call < length && !isFailed; call++)
            {
                isFailed = random.NextDouble() >= ToolReliability;
                calls++;
                string tool = $"{(char)('a' + random.Next(Tools))}-tool";
                spans.Add(new EmittedSpan("shop", new Span
                {
                    TraceId = traceId,
                    SpanId = SpanSource.Id(random, 8),
                    ParentSpanId = root,
                    Name = $"execute_tool {tool}",
                    StartTimeUnixNano = start + ((ulong)(10 * call) * Millisecond),
                    EndTimeUnixNano = start + ((ulong)((10 * call) + 5) * Millisecond),
                    Status = isFailed ? new Status { Code = Status.Types.StatusCode.Error } : new Status(),
                    Attributes = { SpanSource.Text("gen_ai.operation.name", "execute_tool"), SpanSource.Text("gen_ai.tool.name", tool) },
                }));
            }

            failed += isFailed ? 1 : 0;
            spans.Add(new EmittedSpan("shop", new Span
            {
                TraceId = traceId,
                SpanId = root,
                Name = "POST /ask",
                Kind = Span.Types.SpanKind.Server,
                StartTimeUnixNano = start,
                EndTimeUnixNano = start + (100 * Millisecond),
                Status = isFailed ? new Status { Code = Status.Types.StatusCode.Error } : new Status(),
            }));
            runs[i] = [.. spans];
        }

        return (runs, failed, calls);
    }
}
