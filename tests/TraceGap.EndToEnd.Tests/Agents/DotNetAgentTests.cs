using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>A RAG agent on Microsoft.Extensions.AI, with its OpenTelemetry around the real OpenAI client.</summary>
public sealed class DotNetAgentTests
{
    private static readonly GoldenLayers Golden = new(
        ("POST /ask", "ingress"),
        ("embeddings text-embedding-3-small", "retrieval"),
        ("chat gpt-4o-mini", "inference"),
        ("execute_tool look_up_order", "tool_call"),
        // The loop around model and tool is no step and has the layer of what it lies in: here the entry, there being no agent.
        ("orchestrate_tools", "ingress"));

    [PeerFact(Peer.Agents)]
    public async Task A_tool_loop_is_counted_to_the_last_step_and_a_tool_error_that_the_model_is_told_of_is_recovered()
    {
        AgentRun run = await RunAsync("--runs 60 --seed 1 --fail ingress=0.04,retrieval=0.05,inference=0.05,tool_call=0.15,silent=0.05");

        Golden.Hold(WithoutTransport(run));
        Assert.True(run.Truth.Recovered > 0);
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task Spans_of_the_openai_client_inside_those_of_the_chat_client_change_no_count()
    {
        AgentRun run = await RunAsync("--runs 40 --seed 4 --instrumentation double --fail ingress=0.04,retrieval=0.05,inference=0.1,tool_call=0.15");

        // Both call their span alike; the inner one has a parent of its name.
        Golden.Hold(WithoutTransport(run));
        Assert.Contains(run.Traces, static trace => trace.Spans.Any(span => span.Name == "chat gpt-4o-mini" && trace.Spans.Any(outer => outer.SpanId == span.ParentSpanId && outer.Name == span.Name)));
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task Streams_are_counted_alike()
    {
        AgentRun run = await RunAsync("--runs 40 --seed 2 --stream --fail inference=0.1,tool_call=0.1");

        Golden.Hold(WithoutTransport(run));
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task What_the_client_library_tries_again_is_seen_in_its_requests()
    {
        AgentRun run = await RunAsync("--runs 30 --seed 3 --concurrency 10 --retry client --attempts 2 --fail inference=0.1 --faults 500,429");

        Assert.True(run.Truth.ModelCalls.Chat > run.Truth.Operations["chat gpt-4o-mini"].Steps);
        Assert.Equal(run.Truth.ModelCalls.Chat, Assert.Single(run.Report.Steps, static step => step.Layer == "inference").Attempts);
        new TruthComparison(run).EndToEnd();
        new TruthComparison(run).Layers("ingress", "retrieval", "inference", "tool_call");
    }

    private static void AssertAll(AgentRun run)
    {
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Operations(static name => name);
        comparison.Failures();
    }

    // HttpClient's spans are called POST and carry whole URLs; each lies inside a span that the list names, or is the search.
    private static AgentRun WithoutTransport(AgentRun run)
    {
        Assert.All(
            run.Traces.SelectMany(static trace => trace.Spans).Where(static span => span.Name == "POST"),
            static span => Assert.Contains(span.Layer, (string[])["retrieval", "inference", "tool_call"]));
        return run with { Traces = [.. run.Traces.Select(static trace => trace with { Spans = [.. trace.Spans.Where(static span => span.Name != "POST")] })] };
    }

    private static Task<AgentRun> RunAsync(string arguments)
    {
        Assert.True(PeerPaths.Problem(Peer.Agents) is null, PeerPaths.Problem(Peer.Agents));
        string built = Path.GetRelativePath(Path.Combine(PeerPaths.Root, "tests", "TraceGap.EndToEnd.Tests"), AppContext.BaseDirectory);
        string agent = Path.Combine(PeerPaths.Root, "tests", "agents", "dotnet", built, "TraceGap.DotNetAgent.dll");
        return AgentRun.OfAsync("dotnet", [agent, Path.Combine(PeerPaths.AgentsFolder, "loopback", "serve.js")], arguments);
    }
}
