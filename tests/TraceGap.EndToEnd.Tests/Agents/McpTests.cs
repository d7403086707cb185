using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.Reporting.Traces;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>An agent without a framework: the OpenAI client in a loop, and a tool on an MCP server in a process of its own.</summary>
public sealed class McpTests
{
    private const string Failures = "--fail ingress=0.04,retrieval=0.05,inference=0.06,tool_call=0.12,silent=0.05";

    private static readonly GoldenLayers Golden = GoldenLayers.Entry.And(
        ("POST /search", "retrieval"),
        ("chat gpt-4o-mini", "inference"),
        ("POST /v1/chat/completions", "inference"));

    [PeerFact(Peer.Agents)]
    public async Task Over_http_alone_calls_are_counted_and_errors_that_mcp_returns_as_values_are_lost_in_silence()
    {
        AgentRun run = await AgentRun.OfNodeAsync("mcp.js", $"--runs 40 --seed 1 {Failures}");

        // The server's own middleware hangs below its half of the call; the refused event stream (GET, 405) is part of the call and fails nothing.
        McpServerSpansAreOfTheToolCall(run);
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Layers("ingress", "retrieval", "inference");
        Assert.Equal((run.Truth.Layers["tool_call"].Steps, 0), run.Report.Layers.Where(static layer => layer.Layer == "tool_call").Select(static layer => (layer.Steps, layer.OwnFailures)).Single());
        Assert.Equal(
            run.Truth.FirstFailures["tool_call"] + run.Truth.FirstFailures["silent"],
            run.Report.Failures.Where(static failure => failure.Layer is null).Sum(static failure => failure.Traces));
    }

    [PeerFact(Peer.Agents)]
    public async Task With_openllmetry_errors_of_tools_are_seen_and_model_calls_that_were_never_exported_are_known_by_their_requests()
    {
        AgentRun run = await AgentRun.OfNodeAsync("mcp.js", $"--runs 40 --seed 2 --instrumentation openllmetry --faults 500,429 {Failures}");

        // The requests of the hand-shake and those of the tool are called alike; they are what hangs above them, and the server's spans with them.
        Golden.And(("mcp.client.session", "ingress"), ("initialize.mcp", "orchestration"), ("look_up_order.tool", "tool_call")).Hold(run with
        {
            Traces = [.. run.Traces.Select(static trace => trace with { Spans = [.. trace.Spans.Where(static span => span.Service == "mcp-agent" && !IsToMcp(span))] })],
        });
        Assert.All(run.Traces.SelectMany(static trace => trace.Spans.Where(IsToMcp)), static span => Assert.Contains(span.Layer, (string[])["ingress", "orchestration", "tool_call"]));
        Assert.All(run.Traces.SelectMany(static trace => trace.Spans.Where(span => span.Name == "POST" && trace.Spans.Any(outer => outer.SpanId == span.ParentSpanId && outer.Name == "look_up_order.tool"))), static span => Assert.Equal("tool_call", span.Layer));
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Layers("ingress", "retrieval", "inference", "tool_call");
        comparison.Failures();
    }

    private static bool IsToMcp(SpanEntry span) => span.Kind == "client" && span.Name is "POST" or "GET" && $"{span.Attributes["url.path"]}" == "/mcp";

    private static void McpServerSpansAreOfTheToolCall(AgentRun run)
    {
        Golden.And(("POST /mcp", "tool_call"), ("GET /mcp", "tool_call"), ("POST /orders", "tool_call")).Hold(run with
        {
            Traces = [.. run.Traces.Select(static trace => trace with { Spans = [.. trace.Spans.Where(static span => span.Service == "mcp-agent" || span.Kind != "internal")] })],
        });
        Assert.All(run.Traces.SelectMany(static trace => trace.Spans).Where(static span => span.Service == "mcp-tools"), static span => Assert.Equal("tool_call", span.Layer));
    }
}
