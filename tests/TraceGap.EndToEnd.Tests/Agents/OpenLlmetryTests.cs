using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>
/// The agent on LangGraph with OpenLLMetry's instrumentation of LangChain. It makes none of its spans current and gives none a parent, so all of them hang side by side below the HTTP entry, and it
/// calls every node <c>workflow RunnableSequence</c>.
/// </summary>
public sealed class OpenLlmetryTests
{
    private static readonly GoldenLayers Golden = GoldenLayers.Entry.And(
        ("workflow CompiledStateGraph", "orchestration"),
        ("workflow RunnableSequence", "ingress"),
        ("chat gpt-4o-mini", "inference"),
        ("execute_tool DynamicStructuredTool", "tool_call"),
        ("POST /v1/chat/completions", "inference"),
        ("POST /orders", "tool_call"),
        ("POST /search", "retrieval"),
        // Retrievers have no spans here, and the path of an embedding names no layer: it stays with the entry that it hangs below, as its shadow.
        ("POST /v1/embeddings", "ingress"));

    [PeerFact(Peer.Agents)]
    public async Task Calls_and_their_failures_are_counted_though_all_spans_are_siblings()
    {
        AgentRun run = await AgentRun.OfNodeAsync(
            "langgraph.js",
            "--runs 40 --seed 1 --instrumentation openllmetry --fail ingress=0.04,retrieval=0.05,orchestration=0.05,inference=0.1,tool_call=0.1,assembly=0.05,silent=0.05");

        // Which node is the plan and which the assembly no span tells; a node, and the graph, fail beside the call that failed in them, and seem to fail of their own.
        Golden.Hold(run);
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Layers("ingress", "retrieval", "inference", "tool_call");
        Assert.Equal(run.Truth.FirstFailures["silent"], run.Report.Failures.Where(static failure => failure.Layer is null).Sum(static failure => failure.Traces));
    }
}
