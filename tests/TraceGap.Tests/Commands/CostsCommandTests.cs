using System.Text;
using TraceGap.Commands;
using TraceGap.Reporting;
using TraceGap.Tests.Rendering;

namespace TraceGap.Tests.Commands;

public sealed class CostsCommandTests : IDisposable
{
    private const string Prices = """{"Prices": {"Currency": "EUR", "m*": {"Input": 2, "Output": 10, "CachedInput": 0.5}}}""";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-costs-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Recorded_spans_cost_what_the_file_of_prices_says()
    {
        CommandRun run = await CommandRun.OfAsync("costs", Save("a.jsonl", Lines()), "--prices", Save("prices.json", Prices), "--format", "json");

        CostReport costs = ReportJson.ReadCosts(Encoding.UTF8.GetBytes(run.Out));
        Assert.Equal((ExitCodes.Fine, ""), (run.ExitCode, run.Error));

        // A call has 1,000 tokens in, of which 400 cached, and 50 out; the second one of the failed request repeats the first one's input.
        decimal call = ((600 * 2m) + (400 * 0.5m) + (50 * 10m)) / 1_000_000;
        Assert.Equal(("EUR", true, 3 * call), (costs.Currency, costs.Priced, costs.Cost.Total));
        Assert.Equal((3 * call, 2 * call, call), (costs.Cost.PerSuccess, costs.Cost.FailedRequests, costs.Cost.Repeated));
        RedundantWork again = Assert.Single(costs.Redundant);
        Assert.Equal(("agent/inference/chat m", "repeated", 1L, 1L, 20.0, 1000L, 50L), (again.Step, again.Kind, again.Traces, again.Count, again.Ms, again.InputTokens, again.OutputTokens));
    }

    [Fact]
    public async Task Without_prices_the_models_are_named_that_lack_one()
    {
        CommandRun run = await CommandRun.OfAsync("costs", Save("a.jsonl", Lines()));

        Assert.Contains("Without a price: m. Set Prices:MODEL:Input and Prices:MODEL:Output.", run.Out, StringComparison.Ordinal);
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
    }

    [Fact]
    public async Task Prices_may_stand_in_the_configuration_too()
    {
        string config = Save("config.json", $$"""{"TraceGap": {{Prices}}}""");
        string file = Save("a.jsonl", Lines());
        string expected = (await CommandRun.OfAsync("costs", file, "--prices", Save("prices.json", Prices), "--format", "csv")).Out;

        Assert.Contains("cost,,total,", expected, StringComparison.Ordinal);
        Assert.Equal(expected, (await CommandRun.OfAsync("costs", file, "--config", config, "--format", "csv")).Out);
        Assert.Equal(expected, (await CommandRun.OfAsync("costs", file, "--prices", config, "--format", "csv")).Out);
    }

    [Theory]
    [InlineData("{", "prices.json: ")]
    [InlineData("{}", "has no section Prices")]
    [InlineData("""{"Prices": {"m": {"Input": "cheap", "Output": 1}}}""", "Prices:m:Input: \"cheap\" is no price per million tokens")]
    [InlineData("""{"Prices": {"m": {"Input": 1}}}""", "Prices:m:Output is missing")]
    public async Task A_file_of_prices_that_cannot_be_used_is_wrong_usage(string prices, string reason)
    {
        CommandRun run = await CommandRun.OfAsync("costs", Save("a.jsonl", Lines()), "--prices", Save("prices.json", prices));

        Assert.Equal((ExitCodes.WrongUsage, ""), (run.ExitCode, run.Out));
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_nothing_can_be_read_the_files_are_named()
    {
        CommandRun run = await CommandRun.OfAsync("costs", Save("bad", "no json"));

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Contains("no span could be read from", run.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_is_asked_for_its_costs()
    {
        using CannedServer server = new(200, ReportJson.WriteUtf8(SampleReports.Costs));

        CommandRun table = await CommandRun.OfAsync("costs", "--url", server.Url, "--window", "30m", "--workflow", "gateway/POST /ask");
        CommandRun csv = await CommandRun.OfAsync("costs", "--url", server.Url, "--format", "csv");

        Assert.Equal(["/api/v1/costs?window=30m&workflow=gateway%2FPOST%20%2Fask", "/api/v1/costs?window=1h"], server.Asked);
        Assert.StartsWith("gateway/POST /ask\n", table.Out, StringComparison.Ordinal);
        Assert.StartsWith("section,name,metric,value\n", csv.Out, StringComparison.Ordinal);
    }

    private string Save(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    /// <summary>A request that went well with one call, and one that failed with two calls of one input.</summary>
    private static string Lines() => string.Join('\n',
        Line('a', failed: false, Call(1, 'a', "first")),
        Line('b', failed: true, Call(1, 'b', "second") + "," + Tool('b') + "," + Call(3, 'b', "second")));

    private static string Line(char trace, bool failed, string calls) =>
        $$$"""
        {"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"agent"}}]},"scopeSpans":[{"spans":[
        {"traceId":"{{{new string(trace, 32)}}}","spanId":"{{{new string('f', 16)}}}","name":"POST /ask","kind":2,"startTimeUnixNano":"1790000000000000001","endTimeUnixNano":"1790000001000000001",
        "status":{"code":{{{(failed ? 2 : 0)}}}}},{{{calls}}}]}]}]}
        """.ReplaceLineEndings("");

    private static string Call(int place, char trace, string input) => Span(
        place, trace, "chat m", $$$"""
        {"key":"gen_ai.operation.name","value":{"stringValue":"chat"}},{"key":"gen_ai.request.model","value":{"stringValue":"m"}},{"key":"gen_ai.input.messages","value":{"stringValue":"{{{input}}}"}},
        {"key":"gen_ai.usage.input_tokens","value":{"intValue":"1000"}},{"key":"gen_ai.usage.output_tokens","value":{"intValue":"50"}},
        {"key":"gen_ai.usage.cache_read.input_tokens","value":{"intValue":"400"}}
        """);

    private static string Tool(char trace) => Span(
        2, trace, "execute_tool t", """{"key":"gen_ai.operation.name","value":{"stringValue":"execute_tool"}},{"key":"gen_ai.tool.name","value":{"stringValue":"t"}}""");

    private static string Span(int place, char trace, string name, string attributes) =>
        $$$"""
        {"traceId":"{{{new string(trace, 32)}}}","spanId":"{{{new string((char)('0' + place), 16)}}}","parentSpanId":"{{{new string('f', 16)}}}","name":"{{{name}}}","kind":3,
        "startTimeUnixNano":"{{{1790000000000000001 + (place * 100_000_000L)}}}","endTimeUnixNano":"{{{1790000000020000001 + (place * 100_000_000L)}}}","attributes":[{{{attributes}}}]}
        """.ReplaceLineEndings("");
}
