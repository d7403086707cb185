using System.Globalization;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Telemetry;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Protocol.V1;
using TraceGap.Reporting;
using Decomposition = TraceGap.Reporting.Decomposition;
using Divergence = TraceGap.Reporting.Divergence;
using Estimate = TraceGap.Reporting.Estimate;
using LayerReport = TraceGap.Reporting.LayerReport;
using Report = TraceGap.Reporting.Report;
using StepReport = TraceGap.Reporting.StepReport;
using ReliabilityReport = TraceGap.Reporting.ReliabilityReport;
using ObservedReliability = TraceGap.Reporting.ObservedReliability;

namespace TraceGap.EndToEnd.Tests;

/// <summary>Whoever asks, and however, is told the same: the query API, gRPC, the command as JSON, CSV and table, and <c>/metrics</c>.</summary>
public sealed partial class SameTotalsTests : IDisposable
{
    private const int Runs = 2000;
    private const string Workflow = "shop/POST /ask";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-totals-").FullName;

    [Fact]
    public async Task The_api_the_command_metrics_and_grpc_tell_the_same_totals()
    {
        // Everything ends in whole minutes that are over, and an hour's window holds all of it however long the test takes.
        ulong end = ((ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 120) * 1_000_000_000;
        (List<List<EmittedSpan>> runs, FailFastTruth truth) = FailFastTraces.Generate(seed: 5, Runs, new FailFastScenario(SilentShare: 0.05, Retries: true), end);
        using ServerProcess server = await ServerProcess.StartAsync(Path.Combine(_folder, "data"));
        using RawGrpcClient grpc = new(server.OtlpGrpc);
        foreach (List<EmittedSpan>[] chunk in runs.Chunk(100))
        {
            await grpc.ExportAsync(SpanSource.Request(chunk.SelectMany(static run => run)));
        }

        string json = await UntilCompleteAsync(server);
        Report report = ReportJson.ReadReport(System.Text.Encoding.UTF8.GetBytes(json))!;
        Assert.Equal((Runs, truth.Ok, truth.Silent), (report.Traces.Total, report.Traces.Ok, report.Failures.Single(static failure => failure.Layer is null).Traces));

        Assert.Equal(ComparableReport(json), ComparableReport(await OverGrpcAsync(grpc)));
        Assert.Equal(ComparableReport(json), ComparableReport((await CommandAsync(server, "json")).Output));
        AssertCsv(report, (await CommandAsync(server, "csv")).Output);
        AssertTable(report, (await CommandAsync(server, "table")).Output);
        await AssertMetricsAsync(report, server);
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static async Task<string> UntilCompleteAsync(ServerProcess server)
    {
        string json = "";
        await Poll.UntilAsync(
            async client =>
            {
                json = await client.GetStringAsync(new Uri(server.Http, $"/api/v1/report?window=1h&workflow={Uri.EscapeDataString(Workflow)}"));
                return ReportJson.ReadReport(System.Text.Encoding.UTF8.GetBytes(json))!.Traces.Total == Runs;
            },
            () => json);
        return json;
    }

    private static async Task<string> OverGrpcAsync(RawGrpcClient grpc)
    {
        (int status, string message, byte[] reply) = await grpc.CallAsync("/tracegap.v1.ReportService/GetReport", new GetReportRequest { Window = "1h", Workflow = Workflow });
        Assert.True(status == 0, message);
        return new JsonFormatter(JsonFormatter.Settings.Default.WithFormatDefaultValues(true)).Format(Protocol.V1.Report.Parser.ParseFrom(reply));
    }

    private static async Task<CommandRun> CommandAsync(ServerProcess server, string format)
    {
        CommandRun run = await CommandRun.OfAsync("report", "--url", server.Http.AbsoluteUri, "--window", "1h", "--workflow", Workflow, "--format", format);
        Assert.Equal((0, ""), (run.ExitCode, run.Errors));
        return run;
    }

    // Protobuf leaves out what is null and writes 64-bit integers as strings; both are spellings. The window moves with the clock.
    private static SortedDictionary<string, string> ComparableReport(string json)
    {
        SortedDictionary<string, string> values = new(StringComparer.Ordinal);
        Collect("", JsonNode.Parse(json), values);
        foreach (string moving in values.Keys.Where(static path => path.StartsWith("/window/", StringComparison.Ordinal) || path == "/analysedUntil").ToArray())
        {
            values.Remove(moving);
        }

        return values;
    }

    private static void Collect(string path, JsonNode? node, SortedDictionary<string, string> values)
    {
        switch (node)
        {
            case JsonObject fields:
                foreach ((string name, JsonNode? value) in fields)
                {
                    Collect($"{path}/{name}", value, values);
                }

                break;
            case JsonArray elements:
                for (int i = 0; i < elements.Count; i++)
                {
                    Collect($"{path}/{i}", elements[i], values);
                }

                break;
            case JsonValue value:
                string text = value.GetValueKind() == JsonValueKind.String ? value.GetValue<string>() : value.ToJsonString();
                values[path] = double.TryParse(text, NumberStyles.Float, CultureInfo.InvariantCulture, out double number) ? number.ToString("R", CultureInfo.InvariantCulture) : text;
                break;
            default:
                break;
        }
    }

    private static void AssertCsv(Report report, string csv)
    {
        Assert.Contains($"\ntraces,,ok,{report.Traces.Ok}\n", csv, StringComparison.Ordinal);
        Assert.Contains($"\nspans,,,{report.Spans}\n", csv, StringComparison.Ordinal);
        foreach (LayerReport layer in report.Layers)
        {
            Assert.Contains($"\nlayers,{layer.Layer},steps,{layer.Steps}\n", csv, StringComparison.Ordinal);
            Assert.Contains($"\nlayers,{layer.Layer},ownFailures,{layer.OwnFailures}\n", csv, StringComparison.Ordinal);
        }
    }

    private static void AssertTable(Report report, string table)
    {
        Assert.Contains($"{Shown(report.Traces.Total)} traces: {Shown(report.Traces.Ok)} ok, {Shown(report.Traces.Failed)} failed · {Shown(report.Spans)} spans", table, StringComparison.Ordinal);
        foreach (LayerReport layer in report.Layers)
        {
            string failures = layer.OwnFailures == 0 ? "·" : Shown(layer.OwnFailures);
            Assert.Matches($@"(?m)^\W*{Regex.Escape(layer.Layer.Replace('_', ' '))} +{Shown(layer.Steps)} +{failures} ", table);
        }

        foreach (StepReport step in report.Steps.Where(static step => step.OwnFailures > 0))
        {
            Assert.Matches($@"(?m)^\W*{Regex.Escape(step.Operation)} .*? {Shown(step.Executions)} +{Shown(step.Attempts)} +{Shown(step.OwnFailures)} ", table);
        }
    }

    private static async Task AssertMetricsAsync(Report report, ServerProcess server)
    {
        MetricsReader metrics = null!;
        await Poll.UntilAsync(
            async client =>
            {
                using HttpRequestMessage request = new(HttpMethod.Get, new Uri(server.Http, "/metrics"));
                request.Headers.Accept.ParseAdd("application/openmetrics-text; version=1.0.0");
                using HttpResponseMessage response = await client.SendAsync(request);
                metrics = MetricsReader.Read(await response.Content.ReadAsStringAsync());
                return metrics[Series("workflow_traces", "1h", "outcome=\"ok\",")] == report.Traces.Ok;
            },
            () => string.Join('\n', metrics.Samples));

        ReliabilityReport reliability = report.Reliability;
        Assert.Equal(report.Traces.Failed, metrics[Series("workflow_traces", "1h", "outcome=\"failed\",")]);
        (ObservedReliability observed, Divergence divergence) = (reliability.Observed, reliability.Divergence);
        foreach ((string name, Estimate estimate) in new[]
        {
            ("observed", new Estimate(observed.Value, observed.Low, observed.High)),
            ("theoretical", reliability.Theoretical),
            ("divergence", new Estimate(divergence.Value, divergence.Low, divergence.High)),
        })
        {
            Assert.Equal(
                (estimate.Value!.Value, estimate.Low!.Value, estimate.High!.Value),
                (metrics[Series($"reliability_{name}_ratio", "1h")], metrics[Series($"reliability_{name}_low_ratio", "1h")], metrics[Series($"reliability_{name}_high_ratio", "1h")]));
        }

        Decomposition terms = reliability.Decomposition;
        foreach ((string term, double? value) in new[] { ("retries", terms.Retries), ("dependence", terms.Dependence), ("recovered", terms.Recovered), ("silent", terms.Silent) })
        {
            Assert.Equal(value!.Value, metrics[Series("reliability_decomposition_ratio", "1h", $"term=\"{term}\",")]);
        }

        foreach (LayerReport layer in report.Layers)
        {
            Assert.Equal(layer.Reliability.Value!.Value, metrics[Series("layer_reliability_ratio", "1h", $"layer=\"{layer.Layer}\",")]);
            Assert.Equal(layer.CriticalMs.P95!.Value / 1000, metrics[Series("layer_critical_seconds", "1h", $"layer=\"{layer.Layer}\",quantile=\"0.95\",")]);
            Assert.Equal(layer.OwnFailures, metrics.Samples.Where(sample => OwnFailures().Match(sample.Key) is { Success: true } match && match.Groups[1].Value == layer.Layer).Sum(static sample => sample.Value));
        }
    }

    private static string Series(string name, string window, string labels = "") => $"tracegap_{name}{{workflow=\"{Workflow}\",{labels}window=\"{window}\"}}";

    private static string Shown(long count) => count.ToString("N0", CultureInfo.InvariantCulture);

    [GeneratedRegex("""^tracegap_own_failures_total\{workflow="[^"]*",layer="([^"]*)",""")]
    private static partial Regex OwnFailures();
}
