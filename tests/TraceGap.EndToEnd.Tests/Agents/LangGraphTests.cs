using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>A six-stage RAG agent on LangGraph with OpenInference, and with a second instrumentation of its model calls beside it.</summary>
public sealed class LangGraphTests
{
    private const string Failures = "--fail ingress=0.04,retrieval=0.05,orchestration=0.05,inference=0.1,tool_call=0.1,assembly=0.05";

    private static readonly GoldenLayers Golden = GoldenLayers.Entry.And(
        ("rag_agent", "orchestration"),
        ("__start__", "orchestration"),
        ("plan", "orchestration"),
        ("act", "orchestration"),
        ("retrieve", "retrieval"),
        ("ShelfRetriever", "retrieval"),
        ("ChatOpenAI", "inference"),
        ("look_up_order", "tool_call"),
        ("assemble", "assembly"),
        ("POST /v1/embeddings", "retrieval"),
        ("POST /search", "retrieval"),
        ("POST /v1/chat/completions", "inference"),
        ("POST /orders", "tool_call"));

    [PeerFact(Peer.Agents)]
    public async Task A_chain_that_fails_fast_is_counted_to_the_last_step_and_has_no_gap()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", $"--runs 60 --seed 1 {Failures}");

        Golden.And(("generate", "orchestration")).Hold(run);
        AssertAll(run);
        Assert.Equal(run.Report.Reliability.Observed.Value!.Value, run.Report.Reliability.Theoretical.Value!.Value, 12);
    }

    [PeerFact(Peer.Agents)]
    public async Task What_is_lost_after_all_steps_went_well_is_silent()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 40 --seed 2 --fail silent=0.15");

        Assert.True(run.Truth.FirstFailures["silent"] > 0);
        AssertAll(run);
        Assert.Equal(-(double)run.Truth.FirstFailures["silent"] / run.Truth.Runs, run.Report.Reliability.Decomposition.Silent!.Value, 12);
    }

    [PeerTheory(Peer.Agents)]
    [InlineData("double", "chat gpt-4o-mini", "embeddings *")]
    [InlineData("double-openinference", "OpenAI Chat Completions", "OpenAI Embeddings")]
    public async Task A_second_instrumentation_of_the_same_calls_changes_no_count(string instrumentation, string chat, string embeddings)
    {
        // OpenInference never exports the client's span of a call that failed: its request is an orphan then, and the framework's span is there all the same.
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", $"--runs 40 --seed 3 --instrumentation {instrumentation} {Failures},silent=0.05");

        Golden.And(("generate", "orchestration"), (chat, "inference"), (embeddings, "retrieval")).Hold(run);
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task Streams_and_every_way_in_which_a_model_call_can_fail_are_counted_alike()
    {
        AgentRun run = await AgentRun.OfNodeAsync(
            "langgraph.js", "--runs 40 --seed 4 --concurrency 8 --instrumentation double --stream --fail inference=0.3 --faults 500,429,timeout,malformed");

        Golden.And(("generate", "orchestration"), ("chat gpt-4o-mini", "inference"), ("embeddings *", "retrieval")).Hold(run);
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task A_node_that_is_tried_again_is_one_step_of_several_attempts()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", $"--runs 40 --seed 5 --retry node {Failures}");

        Assert.True(run.Truth.Operations["act"].Attempts > run.Truth.Operations["act"].Steps);
        AssertAll(run);
        Assert.True(run.Report.Reliability.Decomposition.Retries > 0);
    }

    [PeerFact(Peer.Agents)]
    public async Task What_the_client_library_tries_again_inside_one_span_is_seen_in_its_requests()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 40 --seed 6 --concurrency 8 --retry client --attempts 2 --fail inference=0.25 --faults 500,429");

        // The agent calls once, the library more often: only the endpoint knows.
        StepReport chat = Assert.Single(run.Report.Steps, static step => step.Operation == "ChatOpenAI");
        Assert.True(run.Truth.ModelCalls.Chat > run.Truth.Operations["ChatOpenAI"].Steps);
        Assert.Equal(run.Truth.ModelCalls.Chat, chat.Attempts);
        new TruthComparison(run).EndToEnd();
        new TruthComparison(run).Layers("ingress", "retrieval", "orchestration", "inference", "tool_call", "assembly");
        new TruthComparison(run).Failures();
    }

    [PeerFact(Peer.Agents)]
    public async Task A_fallback_to_another_model_is_an_attempt_and_its_wrapper_fails_of_nothing()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 40 --seed 7 --fallback model --fail inference=0.3");

        Golden.And(("generate", "orchestration"), ("RunnableWithFallbacks", "orchestration")).Hold(run);
        StepReport chat = Assert.Single(run.Report.Steps, static step => step.Operation == "ChatOpenAI");
        StepTruth truth = run.Truth.Operations["ChatOpenAI"];
        Assert.Equal((truth.Steps, run.Truth.ModelCalls.Chat, truth.OwnFailures), (chat.Executions, chat.Attempts, chat.OwnFailures));
        Assert.InRange(truth.OwnFailures, 1, run.Truth.ModelCalls.Chat - truth.Steps - 1);
        new TruthComparison(run).EndToEnd();
        new TruthComparison(run).Failures();
    }

    [PeerFact(Peer.Agents)]
    public async Task A_tool_that_the_agent_can_do_without_fails_and_is_recovered()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 40 --seed 8 --fallback tool --fail tool_call=0.2,inference=0.05");

        Assert.True(run.Truth.Recovered > 0);
        AssertAll(run);
        Assert.True(run.Report.Reliability.Decomposition.Recovered > 0);
    }

    [PeerFact(Peer.Agents)]
    public async Task Specialists_one_after_the_other_are_found_to_run_in_series_without_need()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 30 --seed 9 --branches 3 --mode serial --latency inference=12 --fail inference=0.04");

        Golden.And(("specialist_?", "orchestration")).Hold(run);
        AssertAll(run);
        Assert.Contains(run.Report.Serialization, static serial => serial.Children.Count == 3 && serial.Children.All(IsSpecialist) && serial.SavingMs > 0);
    }

    [PeerFact(Peer.Agents)]
    public async Task Specialists_side_by_side_are_not_and_those_that_are_aborted_beside_one_that_failed_have_not_failed()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 30 --seed 10 --branches 3 --mode parallel --latency inference=25 --fail inference=0.1");

        Golden.And(("specialist_?", "orchestration")).Hold(run);
        Assert.True(run.Truth.Cancelled > 0);
        AssertAll(run);
        Assert.DoesNotContain(run.Report.Serialization, static serial => serial.Children.Any(IsSpecialist));
    }

    [PeerFact(Peer.Agents)]
    public async Task Streams_that_are_cut_are_failed_model_calls()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 30 --seed 4 --stream --faults cut --fail inference=0.2");

        Assert.True(run.Truth.FirstFailures["inference"] > 0);
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task A_graph_that_stops_for_a_person_and_goes_on_has_not_failed()
    {
        AgentRun run = await AgentRun.OfNodeAsync("langgraph.js", "--runs 30 --seed 4 --approve --fail tool_call=0.1,assembly=0.1");

        // The graph and the node that asks are two steps each: until the question, and after it.
        Golden.And(("generate", "orchestration")).Hold(run);
        Assert.True(run.Truth.Operations["act"].Steps > run.Truth.Operations["look_up_order"].Steps);
        AssertAll(run);
    }

    [PeerFact(Peer.Agents)]
    public async Task Without_their_roots_failed_runs_are_known_by_their_steps_and_the_others_stay_unknown()
    {
        AgentRun run = await AgentRun.OfNodeAsync(
            "langgraph.js", "--runs 30 --seed 5 --lose root --fail retrieval=0.05,inference=0.15,tool_call=0.1", ("ASSEMBLY__IDLETIMEOUT", "1s"), ("ASSEMBLY__ROOTGRACE", "2s"));

        Assert.Equal((0, run.Truth.Failed, run.Truth.Failed, run.Truth.Ok), (run.Report.Traces.Ok, run.Report.Traces.Failed, run.Report.Traces.Inferred, run.Report.Traces.Unknown));
        TruthComparison comparison = new(run);
        comparison.Layers("retrieval", "orchestration", "inference", "tool_call", "assembly");
        comparison.Failures();
    }

    private static bool IsSpecialist(string step) => step.Contains("specialist", StringComparison.Ordinal);

    // Names become keys without their numbers.
    private static void AssertAll(AgentRun run)
    {
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Operations(static name => name.StartsWith("specialist_", StringComparison.Ordinal) ? "specialist_{n}" : name);
        comparison.Failures();
    }
}
