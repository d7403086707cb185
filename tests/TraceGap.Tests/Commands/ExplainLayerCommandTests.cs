using System.Text;
using System.Text.Json;
using TraceGap.Commands;
using TraceGap.Reporting;

namespace TraceGap.Tests.Commands;

public sealed class ExplainLayerCommandTests : IDisposable
{
    private const string TraceId = "4bf92f3577b34da6a3ce929d0e0e4736";
    private const string Rules = "rules:\n- name: ours\n  match: { attributes: { acme.stage: look* }, scope: test }\n  layer: tool_call\n- name: later\n  match: { present: acme.stage }\n  inherit: true\n";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-explain-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Spans_are_listed_by_name_with_who_decided_and_a_warning_with_rules_to_paste()
    {
        CommandRun run = await CommandRun.OfAsync("explain-layer", Save("a.jsonl", Lines()));

        Assert.Equal((ExitCodes.Fine, ""), (run.ExitCode, run.Error));
        Golden.Check("explain-layer.txt", run.Out);
    }

    [Theory]
    [InlineData("0000000000000002", "explain-layer-convention.txt")]
    [InlineData("0000000000000003", "explain-layer-inherited.txt")]
    [InlineData("0000000000000004", "explain-layer-rule.txt")]
    [InlineData("0000000000000005", "explain-layer-nothing.txt")]
    public async Task One_span_is_explained_with_all_that_was_looked_at(string span, string golden)
    {
        CommandRun run = await CommandRun.OfAsync("explain-layer", Save("a.jsonl", Lines()), "--span", span, "--rules", Save("rules.yaml", Rules));

        Assert.Equal((ExitCodes.Fine, ""), (run.ExitCode, run.Error));
        Golden.Check(golden, run.Out);
    }

    [Fact]
    public async Task Json_says_the_same()
    {
        string file = Save("a.jsonl", Lines());
        CoverageReport all = ReportJson.ReadCoverage(Encoding.UTF8.GetBytes((await CommandRun.OfAsync("explain-layer", file, "--format", "json")).Out));
        JsonElement one = JsonDocument.Parse((await CommandRun.OfAsync("explain-layer", file, "--trace", TraceId, "--span", "0000000000000003", "--format", "json")).Out).RootElement;

        Assert.Equal(5, all.Spans);
        Assert.Equal(("inference", "inherited", "0000000000000002"), (one.GetProperty("layer").GetString(), one.GetProperty("rule").GetString(), one.GetProperty("from").GetProperty("spanId").GetString()));
    }

    [Fact]
    public async Task A_trace_of_a_server_is_explained_by_what_the_server_shows()
    {
        string trace = (await CommandRun.OfAsync("analyze", Save("a.jsonl", Lines()), "--trace", TraceId, "--format", "json")).Out;
        using CannedServer server = new(200, Encoding.UTF8.GetBytes(trace));

        CommandRun all = await CommandRun.OfAsync("explain-layer", "--url", server.Url, "--trace", TraceId);
        CommandRun one = await CommandRun.OfAsync("explain-layer", "--url", server.Url, "--trace", TraceId, "--span", "0000000000000003");

        Assert.Equal([$"/api/v1/traces/{TraceId}", $"/api/v1/traces/{TraceId}"], server.Asked);
        Golden.Check("explain-layer-server.txt", all.Out + one.Out);
    }

    [Fact]
    public async Task A_span_that_is_not_there_is_named()
    {
        string file = Save("a.jsonl", Lines());

        CommandRun run = await CommandRun.OfAsync("explain-layer", file, "--span", "00000000000000ff");
        CommandRun other = await CommandRun.OfAsync("explain-layer", file, "--trace", new string('7', 32));

        Assert.Equal((ExitCodes.Unreadable, "tracegap: there is no span 00000000000000ff\n"), (run.ExitCode, run.Error));
        Assert.Equal((ExitCodes.Unreadable, $"tracegap: no span of trace {new string('7', 32)} was read\n"), (other.ExitCode, other.Error));
    }

    [Theory]
    [InlineData("explain-layer")]
    [InlineData("analyze")]
    [InlineData("coverage")]
    public async Task Every_mistake_of_a_rule_file_is_told_in_a_line_of_its_own(string command)
    {
        string rules = Save("bad.yaml", "rules:\n- name: a\n  match: { kind: cleint }\n  layer: retreival\n");

        CommandRun run = await CommandRun.OfAsync(command, Save("a.jsonl", Lines()), "--rules", rules);

        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.Equal(
            [
                $"tracegap: {rules}:3:18: unknown kind 'cleint'; did you mean 'client'? Kinds are internal, server, client, producer, consumer",
                $"tracegap: {rules}:4:10: unknown layer 'retreival'; did you mean 'retrieval'? Layers are ingress, retrieval, orchestration, inference, tool_call, assembly",
            ],
            run.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries));
    }

    [Fact]
    public async Task Coverage_of_recorded_spans_changes_with_the_rules()
    {
        string file = Save("a.jsonl", Lines());

        Golden.Check("coverage.txt", (await CommandRun.OfAsync("coverage", file)).Out);
        Assert.Contains("rule ours", (await CommandRun.OfAsync("coverage", file, "--rules", Save("rules.yaml", Rules))).Out, StringComparison.Ordinal);
        Assert.Contains("Without a layer", (await CommandRun.OfAsync("analyze", file)).Out, StringComparison.Ordinal);
    }

    private static string Lines()
    {
        const long Start = 1_795_000_000_000_000_000;
        string root = Span("0000000000000001", "", "POST /ask", 2, 0, 40);
        string chat = Span("0000000000000002", "0000000000000001", "chat m", 3, 1, 18, "gen_ai.operation.name", "chat", "gen_ai.request.model", "m");
        string transport = Span("0000000000000003", "0000000000000002", "POST", 3, 2, 17);
        string ours = Span("0000000000000004", "0000000000000002", "lookup 7", 1, 18, 30, "acme.stage", "look-up");
        string lost = Span("0000000000000005", "00000000000000aa", "summarise 12", 1, 31, 39);
        return "{\"resourceSpans\":[{\"resource\":{\"attributes\":[" + Attribute("service.name", "agent") + "]},\"scopeSpans\":[{\"scope\":{\"name\":\"test\"},\"spans\":["
            + string.Join(',', root, chat, transport, ours, lost) + "]}]}]}";

        string Span(string id, string parent, string name, int kind, long fromMs, long toMs, params string[] attributes) =>
            $$"""{"traceId":"{{TraceId}}","spanId":"{{id}}","parentSpanId":"{{parent}}","name":"{{name}}","kind":{{kind}},"""
            + $$""" "startTimeUnixNano":"{{Start + (fromMs * 1_000_000)}}","endTimeUnixNano":"{{Start + (toMs * 1_000_000)}}","""
            + $$""" "attributes":[{{string.Join(',', attributes.Chunk(2).Select(static pair => Attribute(pair[0], pair[1])))}}]}""";
    }

    private static string Attribute(string key, string value) => $$$"""{"key":"{{{key}}}","value":{"stringValue":"{{{value}}}"}}""";

    private string Save(string name, string text)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, text);
        return path;
    }
}
