using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>
/// The agent on LangGraph with OpenLLMetry's instrumentation of LangChain. It makes none of its spans current and gives none a parent, so all of them hang side by side below the HTTP entry, and it
/// calls every node <c>workflow RunnableSequence</c>: which node is the plan and which the assembly no span tells, and what a node failed of itself the graph failed.
/// </summary>
public sealed class OpenLlmetryTests
{
    private static readonly GoldenLayers Golden = GoldenLayers.Entry.And(
        ("workflow CompiledStateGraph", "orchestration"),
        ("workflow RunnableSequence", "orchestration"),
        ("chat gpt-4o-mini", "inference"),
        ("execute_tool DynamicStructuredTool", "tool_call"),
        ("POST /v1/embeddings", "retrieval"),
        ("POST /v1/chat/completions", "inference"),
        ("POST /orders", "tool_call"),
        ("POST /search", "retrieval"));

    [PeerTheory(Peer.Agents)]
    [InlineData("openllmetry")]
    [InlineData("double-openllmetry")]
    public async Task Calls_and_their_failures_are_counted_though_all_spans_are_siblings(string instrumentation)
    {
        AgentRun run = await AgentRun.OfNodeAsync(
            "langgraph.js",
            $"--runs 40 --seed 1 --instrumentation {instrumentation} --fail ingress=0.04,retrieval=0.05,orchestration=0.05,inference=0.1,tool_call=0.1,assembly=0.05,silent=0.05");

        Golden.Hold(run);
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task A_chain_that_fails_fast_has_no_gap()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 40 --seed 2 --instrumentation openllmetry --fail ingress=0.04,retrieval=0.05,inference=0.1,tool_call=0.1");

        AssertAll(run);
        Assert.Equal(run.Report.Reliability.Observed.Value!.Value, run.Report.Reliability.Theoretical.Value!.Value, 12);
    }

    [PeerFact(Peer.Agents)]
    public async Task Specialists_side_by_side_keep_their_calls_and_those_that_are_aborted_have_not_failed()
    {
        AgentRun run = await AgentRun.OfNodeAsync(
            "langgraph.js", "--runs 30 --seed 10 --instrumentation openllmetry --branches 3 --mode parallel --latency inference=25 --fail inference=0.1,tool_call=0.1");

        // No golden list: the request of an aborted call may outlive the call, and is part of the graph then.
        Assert.True(run.Truth.Cancelled > 0);
        AssertAll(run);
    }

    private static void AssertAll(AgentRun run)
    {
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Layers("ingress", "inference", "tool_call");
        comparison.Failures(static layer => layer == "assembly" ? "orchestration" : layer);

        // Retrievers have no spans here: the two requests of one are two steps.
        AssertStep(run, "POST /embeddings", run.Truth.ModelCalls.Embeddings, 0);
        AssertStep(run, "POST /search", run.Truth.Operations["retrieve"].Steps, run.Truth.Operations["retrieve"].OwnFailures);
        AssertStep(
            run, "workflow CompiledStateGraph", run.Truth.Operations["rag_agent"].Steps, run.Truth.Layers["orchestration"].OwnFailures + run.Truth.Layers["assembly"].OwnFailures);
    }

    private static void AssertStep(AgentRun run, string operation, long executions, long ownFailures)
    {
        StepReport step = Assert.Single(run.Report.Steps, step => step.Operation == operation);
        Assert.Equal((operation, executions, ownFailures), (step.Operation, step.Executions, step.OwnFailures));
    }
}
