using System.IO.Compression;
using System.Text;
using TraceGap.Commands;
using TraceGap.Reporting;

namespace TraceGap.Tests.Commands;

public sealed class AnalyzeCommandTests : IDisposable
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-analyze-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task The_report_of_recorded_lines_is_that_of_their_spans()
    {
        CommandRun run = await CommandRun.OfAsync("analyze", Save("a.jsonl", Line()), "--format", "json");

        Report report = ReportJson.ReadReport(Encoding.UTF8.GetBytes(run.Out));
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Equal((1, 1, 0), (report.Traces.Total, report.Traces.Failed, report.Traces.Ok));
        Assert.Equal(3, report.Spans);
        Assert.Equal(["agent/inference/chat m", "agent/ingress/POST /ask", "agent/tool_call/execute_tool t"], report.Steps.Select(static step => step.Step).Order(StringComparer.Ordinal));
        Assert.Equal(new DateTime(2026, 11, 18, 11, 6, 0, DateTimeKind.Utc), report.Window.From);
        Assert.Equal(new DateTime(2026, 11, 18, 11, 7, 0, DateTimeKind.Utc), report.Window.To);
        Assert.Empty(run.Error);
    }

    [Fact]
    public async Task A_file_its_gzip_the_standard_input_and_the_same_file_twice_give_the_same_bytes()
    {
        byte[] line = Encoding.UTF8.GetBytes(Line());
        string expected = (await CommandRun.OfAsync("analyze", Save("a.jsonl", Line()), "--format", "json")).Out;
        string zipped = Path.Combine(_folder, "a.jsonl.gz");
        await using (GZipStream gzip = new(File.Create(zipped), CompressionLevel.Optimal))
        {
            await gzip.WriteAsync(line);
        }

        Assert.Equal(expected, (await CommandRun.OfAsync("analyze", zipped, "--format", "json")).Out);
        Assert.Equal(expected, (await CommandRun.WithInputAsync(line, "analyze", "-", "--format", "json")).Out);
        Assert.Equal(expected, (await CommandRun.OfAsync("analyze", zipped, Path.Combine(_folder, "a.jsonl"), "--format", "json")).Out);
    }

    [Fact]
    public async Task Bad_lines_are_named_and_the_rest_is_read()
    {
        string file = Save("mixed.jsonl", "{\"resourceSpans\": 7}", Line(), "{oops");

        CommandRun run = await CommandRun.OfAsync("analyze", file);

        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Contains("1 trace: 0 ok, 1 failed · 3 spans", run.Out, StringComparison.Ordinal);
        Assert.Contains($"tracegap: {file}: line 1: ", run.Error, StringComparison.Ordinal);
        Assert.Contains($"tracegap: {file}: line 3: ", run.Error, StringComparison.Ordinal);
        Assert.Equal(2, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task One_missing_file_is_named_and_the_others_are_read()
    {
        string missing = Path.Combine(_folder, "nowhere.jsonl");

        CommandRun run = await CommandRun.OfAsync("analyze", missing, Save("a.jsonl", Line()));

        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Equal($"tracegap: {missing}: no such file\n", run.Error);
    }

    [Theory]
    [InlineData("")]
    [InlineData("no json at all")]
    [InlineData("{\"resourceSpans\":[]}")]
    public async Task Where_nothing_can_be_read_the_file_is_named(string content)
    {
        string file = Save("bad", content);

        CommandRun run = await CommandRun.OfAsync("analyze", file);

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.EndsWith($"tracegap: no span could be read from {file}\n", run.Error, StringComparison.Ordinal);
        Assert.Empty(run.Out);
    }

    [Fact]
    public async Task A_file_of_another_kind_is_not_told_line_by_line()
    {
        CommandRun run = await CommandRun.OfAsync("analyze", Save("bad.jsonl", [.. Enumerable.Repeat("{oops", 1000)]));

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Contains("995 more of this kind", run.Error, StringComparison.Ordinal);
        Assert.Equal(7, run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Length);
    }

    [Fact]
    public async Task A_trace_is_shown_as_a_tree_with_layers_and_verdicts()
    {
        CommandRun run = await CommandRun.OfAsync("analyze", Save("a.jsonl", Line()), "--trace", TraceId.ToUpperInvariant());

        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Golden.Check("analyze-trace.txt", run.Out);
    }

    [Fact]
    public async Task A_trace_that_is_not_there_is_named()
    {
        string other = new('7', 32);

        CommandRun run = await CommandRun.OfAsync("analyze", Save("a.jsonl", Line()), "--trace", other);

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Equal($"tracegap: no span of trace {other} was read\n", run.Error);
    }

    [Fact]
    public async Task Only_the_workflow_that_is_asked_for_counts()
    {
        string file = Save("a.jsonl", Line());

        Assert.Contains("no traces", (await CommandRun.OfAsync("analyze", file, "--workflow", "other")).Out, StringComparison.Ordinal);
        Assert.Contains("agent/POST /ask", (await CommandRun.OfAsync("analyze", file, "--workflow", "agent/POST /ask")).Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_objective_of_the_configuration_is_held_against_what_was_recorded_and_fails_only_where_asked()
    {
        string file = Save("a.jsonl", Line());
        string config = Save("tracegap.json", """{ "TraceGap": { "Objectives": { "answers": { "Match": "agent/*", "Reliability": "0.9", "Window": "7d" } } } }""");
        string[] asked = ["analyze", file, "--config", config, "--workflow", "agent/POST /ask", "--format", "json"];

        CommandRun run = await CommandRun.OfAsync(asked);

        ObjectiveReport objective = ReportJson.ReadReport(Encoding.UTF8.GetBytes(run.Out)).Objective!;
        Assert.Equal(("answers", 0.9, "7d", 0), (objective.Name, objective.Target, objective.Window, objective.Observed));
        Assert.Equal(-9, objective.ErrorBudgetRemaining!.Value, 9);
        Assert.Equal(new DateTime(2026, 11, 18, 11, 7, 0, DateTimeKind.Utc), objective.Until);
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Equal(ExitCodes.BadNews, (await CommandRun.OfAsync([.. asked, "--fail-if-objective-missed"])).ExitCode);
        Assert.Equal(ExitCodes.Fine, (await CommandRun.OfAsync([.. asked, "--fail-if-diverged"])).ExitCode);
        Assert.Null(ReportJson.ReadReport(Encoding.UTF8.GetBytes((await CommandRun.OfAsync("analyze", file, "--config", config, "--format", "json")).Out)).Objective);
    }

    [Fact]
    public async Task Recorded_spans_that_diverge_fail_where_asked()
    {
        // A hundred and twenty good runs, and as many that failed with no step to blame.
        string file = Save("silent.jsonl", [.. Enumerable.Range(0, 240).Select(static i => Run(i, failed: i % 2 == 0))]);

        Assert.Equal(ExitCodes.BadNews, (await CommandRun.OfAsync("analyze", file, "--fail-if-diverged")).ExitCode);
        Assert.Equal(ExitCodes.Fine, (await CommandRun.OfAsync("analyze", file)).ExitCode);
    }

    private static string Run(int number, bool failed) => Line()
        .Replace(TraceId, number.ToString("x32", System.Globalization.CultureInfo.InvariantCulture).Replace('0', 'a'), StringComparison.Ordinal)
        .Replace("\"code\":2", "\"code\":0", StringComparison.Ordinal)
        .Replace("{\"key\":\"error.type\",\"value\":{\"stringValue\":\"timeout\"}}", Attribute("x", "y"), StringComparison.Ordinal)
        .Replace(Attribute("http.request.method", "POST"), Attribute("http.request.method", "POST") + "," + Attribute("tracegap.outcome", failed ? "failed" : "ok"), StringComparison.Ordinal);

    private static string Line()
    {
        const long Start = 1_795_000_000_000_000_000;
        string root = Span("0000000000000001", "", "POST /ask", 2, 0, 20, "2", "http.request.method", "POST");
        string chat = Span("0000000000000002", "0000000000000001", "chat m", 3, 1, 8, "0", "gen_ai.operation.name", "chat", "gen_ai.request.model", "m");
        string tool = Span("0000000000000003", "0000000000000001", "execute_tool t", 1, 9, 19, "2", "gen_ai.operation.name", "execute_tool", "gen_ai.tool.name", "t", "error.type", "timeout");
        return "{\"resourceSpans\":[{\"resource\":{\"attributes\":[" + Attribute("service.name", "agent") + "]},\"scopeSpans\":[{\"scope\":{\"name\":\"test\"},\"spans\":["
            + string.Join(',', root, chat, tool) + "]}]}]}";

        string Span(string id, string parent, string name, int kind, long fromMs, long toMs, string status, params string[] attributes) =>
            $$"""{"traceId":"{{TraceId}}","spanId":"{{id}}","parentSpanId":"{{parent}}","name":"{{name}}","kind":{{kind}},"""
            + $$""" "startTimeUnixNano":"{{Start + (fromMs * 1_000_000)}}","endTimeUnixNano":"{{Start + (toMs * 1_000_000)}}","status":{"code":{{status}}},"""
            + $$""" "attributes":[{{string.Join(',', attributes.Chunk(2).Select(static pair => Attribute(pair[0], pair[1])))}}]}""";
    }

    private static string Attribute(string key, string value) => $$$"""{"key":"{{{key}}}","value":{"stringValue":"{{{value}}}"}}""";

    private string Save(string name, params string[] lines)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, string.Join('\n', lines));
        return path;
    }
}
