using TraceGap.EndToEnd.Tests.Peers;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>A RAG agent on the Vercel AI SDK with its experimental telemetry. The SDK has no assembly, and its telemetry none.</summary>
public sealed class AiSdkTests
{
    [PeerFact(Peer.Agents)]
    public async Task A_tool_loop_is_counted_to_the_last_step_and_a_tool_error_that_the_model_is_told_of_is_recovered()
    {
        AgentRun run = await AgentRun.OfNodeAsync("vercel.js", "--runs 50 --seed 1 --fail ingress=0.04,retrieval=0.06,inference=0.06,tool_call=0.15,silent=0.05");

        Golden("generateText", "doGenerate").Hold(run);
        Assert.True(run.Truth.Recovered > 0);
        AssertAll(run, "generateText", "doGenerate");
    }

    [PeerFact(Peer.Agents)]
    public async Task Model_calls_that_the_sdk_tries_again_are_attempts()
    {
        AgentRun run = await AgentRun.OfNodeAsync("vercel.js", "--runs 40 --seed 2 --concurrency 8 --retry client --attempts 2 --fail inference=0.1 --faults 500,429");

        Assert.True(run.Truth.Layers["inference"].Attempts > run.Truth.Layers["inference"].Steps);
        AssertAll(run, "generateText", "doGenerate");
    }

    [PeerFact(Peer.Agents)]
    public async Task Streams_are_counted_though_the_span_around_them_never_fails()
    {
        AgentRun run = await AgentRun.OfNodeAsync("vercel.js", "--runs 40 --seed 3 --stream --fail retrieval=0.06,inference=0.1,tool_call=0.1");

        Golden("streamText", "doStream").Hold(run);
        Assert.True(run.Truth.FirstFailures["inference"] > 0 && run.Truth.Recovered > 0);
        AssertAll(run, "streamText", "doStream");
    }

    [PeerFact(Peer.Agents)]
    public async Task Streams_that_are_cut_are_failed_model_calls_though_neither_span_around_them_ever_ends()
    {
        AgentRun run = await AgentRun.OfNodeAsync("vercel.js", "--runs 40 --seed 3 --stream --faults cut --fail inference=0.2");

        Golden("streamText", "doStream").Hold(run);
        Assert.True(run.Truth.FirstFailures["inference"] > 0);
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Layers("ingress", "retrieval", "inference", "tool_call");
        comparison.Failures();
    }

    [PeerFact(Peer.Agents)]
    public async Task Tagged_by_openinference_too_the_same_is_counted()
    {
        // A tool error is not among the failures: the processor marks all later spans of the trace as failed with it, whatever became of them.
        AgentRun run = await AgentRun.OfNodeAsync("vercel.js", "--runs 40 --seed 4 --instrumentation openinference --fail ingress=0.04,retrieval=0.06,inference=0.06");

        GoldenLayers.Entry.And(
            ("ai.embed embed-question", "retrieval"),
            ("ai.embed.doEmbed embed-question", "retrieval"),
            ("POST /v1/embeddings", "retrieval"),
            ("POST /search", "retrieval"),
            ("ai.generateText answer-question", "orchestration"),
            ("ai.generateText.doGenerate answer-question", "inference"),
            ("POST /v1/chat/completions", "inference"),
            ("ai.toolCall answer-question", "tool_call"),
            ("POST /orders", "tool_call")).Hold(run);
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Operations(static name => NameInSpans(name, "generateText", "doGenerate"), "ai.generateText answer-question");
        comparison.Failures();
    }

    private static GoldenLayers Golden(string outer, string inner) => GoldenLayers.Entry.And(
        ("ai.embed", "retrieval"),
        ("ai.embed.doEmbed", "retrieval"),
        ("POST /v1/embeddings", "retrieval"),
        ("POST /search", "retrieval"),
        ($"ai.{outer}", "orchestration"),
        ($"ai.{outer}.{inner}", "inference"),
        ("POST /v1/chat/completions", "inference"),
        ("ai.toolCall", "tool_call"),
        ("POST /orders", "tool_call"));

    private static void AssertAll(AgentRun run, string outer, string inner)
    {
        TruthComparison comparison = new(run);
        comparison.EndToEnd();
        comparison.Operations(name => NameInSpans(name, outer, inner), $"ai.{outer}");
        comparison.Failures();
        AssertLoops(run, $"ai.{outer}");
    }

    /// <summary>The span around the loop is a step where there is a loop: a run that ends with its first model call has no tool call, and one call told twice is one step.</summary>
    private static void AssertLoops(AgentRun run, string loop) => Assert.Equal(
        run.Report.Steps.Single(static step => step.Operation == "ai.toolCall look_up_order").Executions,
        run.Report.Steps.Single(step => step.Operation == loop).Executions);

    private static string? NameInSpans(string operation, string outer, string inner) => operation switch
    {
        "embed" => "ai.embed text-embedding-3-small",
        "answer-question" => null,
        "gpt-4o-mini" => $"ai.{outer}.{inner} gpt-4o-mini",
        "look_up_order" => "ai.toolCall look_up_order",
        _ => operation,
    };
}
