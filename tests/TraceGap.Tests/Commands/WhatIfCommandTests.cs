using System.Globalization;
using System.Text;
using TraceGap.Commands;
using TraceGap.Reporting;
using TraceGap.Tests.Rendering;

namespace TraceGap.Tests.Commands;

public sealed class WhatIfCommandTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-whatif-").FullName;

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task Flags_become_the_question_and_the_answer_is_shown()
    {
        using CannedServer server = new(200, WhatIfJson.WriteUtf8(WhatIfViewTests.Answer));

        CommandRun run = await CommandRun.OfAsync(
            "whatif", "--url", server.Url, "--window", "30m", "--workflow", "w", "--sample", "50", "--scale", "inference=0.87", "--scale", "model:gpt-4o=0.5", "--scale", "step:a=b/execute_tool *=2",
            "--parallelize", "plan:research,lookup, price", "--remove", "check", "--retry", "tool_call=3", "--gate", "retrieval=0.9", "--fallback", "inference=0.95", "--fallback", "step:x");

        Assert.Equal(["/api/v1/whatif?window=30m&workflow=w&sample=50"], server.Asked);
        Assert.Null(WhatIfReader.Read(Encoding.UTF8.GetBytes(Assert.Single(server.Told)), out Aggregation.ReplayChanges changes));
        Assert.Equal([0.87m, 0.5m, 2m], changes.Scale.Select(static change => change.Factor));
        Assert.Equal((Aggregation.Layer.Inference, "gpt-4o", "a=b/execute_tool *"), (changes.Scale[0].Target.Layer, changes.Scale[1].Target.Model, changes.Scale[2].Target.Step));
        Assert.Equal(("plan", "research,lookup,price"), (changes.Parallelize[0].Parent, string.Join(',', changes.Parallelize[0].Children)));
        Assert.Equal(("check", 3, 0.9, 0.95, null), (changes.Remove[0].Step, changes.Retry[0].Attempts, changes.Gate[0].Catch, changes.Fallback[0].Reliability, changes.Fallback[1].Reliability));
        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Assert.Contains("gateway/POST /ask", run.Out, StringComparison.Ordinal);
        Assert.Contains("Taken for granted", run.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Json_is_the_servers_as_it_is()
    {
        byte[] json = WhatIfJson.WriteUtf8(WhatIfViewTests.Answer);
        using CannedServer server = new(200, json);

        Assert.Equal(Encoding.UTF8.GetString(json) + "\n", (await CommandRun.OfAsync("whatif", "--url", server.Url, "--format", "json")).Out);
    }

    [Theory]
    [InlineData(400, """{"title":"Bad Request","detail":"window: too long"}""", "400 window: too long")]
    [InlineData(200, "{}", "the answer is not of this version of TraceGap")]
    public async Task An_answer_that_is_none_is_told_in_one_line(int status, string body, string reason)
    {
        using CannedServer server = new(status, Encoding.UTF8.GetBytes(body));

        CommandRun run = await CommandRun.OfAsync("whatif", "--url", server.Url);

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Contains(reason, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(static character => character == '\n'));
    }

    [Theory]
    [InlineData("--scale 'inference' is not of the form WHAT=FACTOR.", "--scale", "inference")]
    [InlineData("--scale 'inference=fast' is not of the form WHAT=FACTOR.", "--scale", "inference=fast")]
    [InlineData("--parallelize 'plan' is not of the form PARENT:CHILD,CHILD.", "--parallelize", "plan")]
    [InlineData("--retry 'tool_call' is not of the form WHAT=N.", "--retry", "tool_call")]
    [InlineData("--gate 'retrieval' is not of the form WHAT=SHARE.", "--gate", "retrieval")]
    [InlineData("--fallback 'inference=never' is not of the form WHAT[=RELIABILITY].", "--fallback", "inference=never")]
    [InlineData("--sample is a whole number from 1 to 10000, not 0.", "--sample", "0")]
    [InlineData("Recorded spans are taken as a whole; --window is for a server.", "spans.jsonl", "--window", "1h")]
    public async Task A_flag_that_makes_no_sense_is_told_in_one_line(string message, params string[] args) => await AssertWrong($"tracegap whatif: {message}", args);

    [Theory]
    [InlineData("scale[0].layer: \"gpu\" is no layer", "--scale", "gpu=0.5")]
    [InlineData("scale[1].factor: must be above 0 and at most 100, not 0", "--scale", "inference=1", "--scale", "inference=0")]
    [InlineData("retry[0].attempts: must be from 2 to 10: tries in all, not -1", "--retry", "tool_call=2.5")]
    [InlineData("retry[0]: must have one of layer and step", "--retry", "model:x=2")]
    [InlineData("parallelize[0].children: must name at least one", "--parallelize", "plan:")]
    [InlineData("gate[0].catch: must be from 0 to 1, not 2", "--gate", "retrieval=2")]
    public async Task A_change_that_makes_no_sense_is_told_with_its_place_without_asking_a_server(string message, params string[] args) => await AssertWrong($"tracegap: {message}\n", args);

    [Fact]
    public async Task Recorded_spans_are_replayed_without_a_server()
    {
        string file = Path.Combine(_folder, "spans.jsonl");
        await File.WriteAllLinesAsync(file, Enumerable.Range(1, 40).Select(Line));

        CommandRun run = await CommandRun.OfAsync("whatif", file, "--scale", "inference=0.85", "--parallelize", "POST /ask:retrieve,lookup", "--retry", "tool_call=2", "--remove", "nothing");

        Assert.Equal(ExitCodes.Fine, run.ExitCode);
        Golden.Check("whatif-files.txt", run.Out);
        WhatIfReport half = WhatIfJson.ReadReport(Encoding.UTF8.GetBytes((await CommandRun.OfAsync("whatif", file, "--sample", "20", "--format", "json")).Out));
        Assert.Equal(new SampledTraces(20, 40), half.Sampled);
        Assert.Equal(half.Latency.Before, half.Latency.After);
    }

    [Fact]
    public async Task Files_without_spans_are_named()
    {
        string missing = Path.Combine(_folder, "nowhere.jsonl");

        CommandRun run = await CommandRun.OfAsync("whatif", missing, "--scale", "inference=2");

        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.EndsWith($"no span could be read from {missing}\n", run.Error, StringComparison.Ordinal);
    }

    private static async Task AssertWrong(string message, string[] args)
    {
        CommandRun run = await CommandRun.OfAsync(["whatif", "--url", "http://127.0.0.1:1", .. args]);

        Assert.Equal(ExitCodes.WrongUsage, run.ExitCode);
        Assert.StartsWith(message, run.Error, StringComparison.Ordinal);
        Assert.Equal(1, run.Error.Count(static character => character == '\n'));
    }

    // Retrieval 600 ms, model 250 ms, tool 150 ms; every trace a little longer than the one before; every fourth fails at its tool.
    private static string Line(int number)
    {
        bool fails = number % 4 == 0;
        return """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"agent"}}]},"scopeSpans":[{"spans":["""
            + Span(1, 0, "POST /ask", 2, 0, 1000, fails, ("http.request.method", "POST"), ("http.route", "/ask")) + ","
            + Span(2, 1, "retrieve", 1, 0, 600, false, ("tracegap.layer", "retrieval")) + ","
            + Span(3, 1, "chat m", 3, 600, 850, false, ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m")) + ","
            + Span(4, 1, "execute_tool lookup", 1, 850, 1000, fails, ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "lookup")) + "]}]}]}";

        string Span(int id, int parent, string name, int kind, int from, int to, bool failed, params (string Key, string Value)[] attributes) =>
            $$"""{"traceId":"{{number:x32}}","spanId":"{{id:x16}}","parentSpanId":"{{(parent == 0 ? "" : parent.ToString("x16", CultureInfo.InvariantCulture))}}","name":"{{name}}","kind":{{kind}},"""
            + $$""" "startTimeUnixNano":"{{Time(from)}}","endTimeUnixNano":"{{Time(to)}}","status":{"code":{{(failed ? 2 : 0)}}},"""
            + $$""" "attributes":[{{string.Join(',', attributes.Select(static pair => $$$"""{"key":"{{{pair.Key}}}","value":{"stringValue":"{{{pair.Value}}}"}}"""))}}]}""";

        string Time(int milliseconds) => (1_795_000_000_000_000_000 + (milliseconds * (1_000_000L + (number * 20_000L)))).ToString(CultureInfo.InvariantCulture);
    }
}
