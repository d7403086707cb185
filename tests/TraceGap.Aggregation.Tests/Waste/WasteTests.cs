namespace TraceGap.Aggregation.Tests;

/// <summary>What counts as done in vain: attempts that were thrown away, and inputs that were worked on before.</summary>
public class WasteTests
{
    [Fact]
    public void The_same_tool_with_the_same_arguments_is_repeated() => AssertWaste(
        new AgentTrace().Root(0, 100).Tool("a", 1, 11, "root", input: 7).Tool("b", 12, 17, "root", input: 7).Tool("c", 18, 21, "root", input: 7),
        ("execute_tool lookup", WasteKind.Repeated, 2, 8));

    [Fact]
    public void Other_arguments_another_tool_and_another_name_are_not() => AssertWaste(
        new AgentTrace().Root(0, 100).Tool("a", 1, 11, "root", input: 7).Tool("b", 12, 17, "root", input: 8).Tool("c", 18, 21, "root", tool: "price", input: 7)
            .Span("d", 22, 30, "root", "run lookup", input: 7, with: [("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "lookup")]));

    [Fact]
    public void Nothing_is_claimed_of_spans_without_content() =>
        AssertWaste(new AgentTrace().Root(0, 100).Tool("a", 1, 11, "root").Tool("b", 12, 17, "root").Chat("c", 18, 20, "root").Chat("d", 21, 30, "root"));

    [Fact]
    public void Histories_that_differ_behind_the_cut_have_other_numbers_of_tokens() => AssertWaste(
        new AgentTrace().Root(0, 100)
            .Span("a", 1, 11, "root", "chat m", input: 7, with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 900)])
            .Tool("t", 12, 13, "root")
            .Span("b", 14, 17, "root", "chat m", input: 7, with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 950)]));

    [Fact]
    public void After_a_failure_it_is_no_repetition_but_a_retry_or_a_new_try() => AssertWaste(
        new AgentTrace().Root(0, 100).Tool("a", 1, 11, "root", failed: true, input: 7).Chat("c", 12, 13, "root").Tool("b", 14, 17, "root", input: 7));

    [Fact]
    public void A_failure_that_repeats_what_went_well_is_one() => AssertWaste(
        new AgentTrace().Root(0, 100, http: 500).Tool("a", 1, 11, "root", input: 7).Tool("b", 14, 17, "root", failed: true, input: 7),
        ("execute_tool lookup", WasteKind.Repeated, 1, 3));

    [Fact]
    public void Attempts_before_the_last_are_thrown_away_and_so_are_the_steps_inside_them()
    {
        StepWaste[] waste = Waste(new AgentTrace().Root(0, 100)
            .Agent("w", 1, 31, "root", failed: true)
            .Span("c1", 2, 22, "w", "chat m", input: 7, with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 900), ("gen_ai.usage.output_tokens", 30)])
            .Tool("t1", 23, 30, "w", failed: true)
            .Span("w2", 40, 80, "root", "invoke_agent w", with: [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", "w")])
            .Span("c2", 41, 61, "w2", "chat m", input: 7, with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 900), ("gen_ai.usage.output_tokens", 35)])
            .Tool("t2", 62, 70, "w2"));

        Assert.Equal(
            [("chat m", 1, 20L, 900L, 30L), ("invoke_agent w", 1, 30, 0, 0), ("execute_tool lookup", 1, 7, 0, 0)],
            waste.Select(static it => (it.Key.Step.Operation, it.Count, it.Nanos / AgentTrace.Millisecond, it.Input, it.Output)));
        Assert.All(waste, static it => Assert.Equal(WasteKind.ThrownAway, it.Key.Kind));
    }

    [Fact]
    public void Retries_inside_a_call_are_thrown_away_and_the_call_around_them_is_not() => AssertWaste(
        new AgentTrace().Root(0, 100).Chat("c", 1, 91, "root").Http("h1", 2, 12, "c", "/v1/chat/completions", status: 500).Http("h2", 32, 40, "c", "/v1/chat/completions", status: 429)
            .Http("h3", 60, 90, "c", "/v1/chat/completions"),
        ("chat m", WasteKind.ThrownAway, 2, 18));

    [Fact]
    public void Cancelled_steps_are_not_counted() => AssertWaste(
        new AgentTrace().Root(0, 100, http: 500).Tool("a", 1, 11, "root", input: 7).Tool("bad", 12, 40, "root", failed: true, tool: "price")
            .Tool("b", 13, 41, "root", failed: true, facts: Otlp.SpanFacts.Abort, input: 7));

    private static StepWaste[] Waste(AgentTrace trace) => ContributionBuilder.Build(trace.Analyze(), revised: false).Waste;

    private static void AssertWaste(AgentTrace trace, params (string Operation, WasteKind Kind, int Count, long Ms)[] expected) => Assert.Equal(
        expected,
        Waste(trace).Select(static it => (it.Key.Step.Operation, it.Key.Kind, it.Count, it.Nanos / AgentTrace.Millisecond)));
}
