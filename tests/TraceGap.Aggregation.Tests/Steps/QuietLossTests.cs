using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class QuietLossTests
{
    [Theory]
    [InlineData("gen_ai.guardrail.triggered", true)]
    [InlineData("gen_ai.guardrail.status", "FAILED")]
    [InlineData("gen_ai.guardrail.failed_guard_count", 2)]
    [InlineData("gen_ai.guardrail.error.type", "TimeoutError")]
    [InlineData("gen_ai.guardrail.verdict.type", "deny")]
    [InlineData("guard.denied", true)]
    [InlineData("guard.verdict", "block")]
    [InlineData("rail.stop", true)]
    [InlineData("tripwireAbort", true)]
    public void A_guardrail_that_trips_has_done_its_work_and_the_run_is_degraded(string key, object value)
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Agent("a", 0, 9, "root").Span("g", 1, 2, "a", "check", with: [("openinference.span.kind", "GUARDRAIL"), (key, value)]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Verdict.Ok, trace.Opened(findings, "g").Verdict);
        Assert.Equal((Verdict.Degraded, "guardrail tripped"), (trace.Opened(findings, "root").Verdict, trace.Opened(findings, "root").VerdictSignal));
        Assert.Equal(TraceOutcome.Ok, findings.Outcome);
    }

    [Theory]
    [InlineData("gen_ai.guardrail.triggered", false)]
    [InlineData("gen_ai.guardrail.status", "PASSED")]
    [InlineData("gen_ai.guardrail.failed_guard_count", 0)]
    [InlineData("guard.verdict", "allow")]
    [InlineData("gen_ai.guardrail.verdict.type", "warn")]
    public void A_guardrail_that_lets_pass_leaves_no_mark(string key, object value)
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Span("g", 1, 2, "root", "check", with: [("openinference.span.kind", "GUARDRAIL"), (key, value)]);

        Assert.All(trace.Analyze().Steps, static step => Assert.Equal(Verdict.Ok, step.Verdict));
    }

    [Fact]
    public void A_validator_says_in_its_output_that_it_tripped()
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Span(
            "g", 1, 2, "root", "validate", facts: SpanFacts.OutputSaysFail | SpanFacts.HasOutput, with: [("openinference.span.kind", "GUARDRAIL"), ("validator_name", "toxic")]);

        Assert.Equal("guardrail tripped", trace.Opened(trace.Analyze(), "root").VerdictSignal);
    }

    [Fact]
    public void A_call_that_a_guardrail_denied_is_degraded_itself()
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Span("t", 1, 2, "root", with: [("gen_ai.operation.name", "execute_tool"), ("guard.denied", true)]);

        Assert.Equal("guardrail tripped", trace.Opened(trace.Analyze(), "t").VerdictSignal);
    }

    [Fact]
    public void The_third_call_of_a_tool_with_the_same_arguments_is_a_loop()
    {
        AgentTrace trace = new AgentTrace().Root(0, 99)
            .Tool("t1", 1, 2, "root", input: 7).Tool("t2", 3, 4, "root", input: 7).Tool("u", 5, 6, "root", tool: "other", input: 7)
            .Tool("t3", 7, 8, "root", input: 7).Tool("x1", 9, 10, "root").Tool("x2", 11, 12, "root").Tool("x3", 13, 14, "root");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("t3", Assert.Single(new[] { "t1", "t2", "t3", "u", "x1", "x2", "x3" }, id => trace.Opened(findings, id).VerdictSignal == "repeated call"));
    }

    [Fact]
    public void An_agent_that_ends_on_a_tool_call_did_not_get_to_its_answer()
    {
        Assert.Equal("ended after a tool call", Ended("lookup", "tool_calls", answers: false));
        Assert.Equal("", Ended("lookup", "stop", answers: false));
        Assert.Equal("", Ended("lookup", "tool_calls", answers: true));
        Assert.Equal("", Ended("final_answer", "tool_calls", answers: false));

        static string Ended(string tool, string reason, bool answers)
        {
            AgentTrace trace = new AgentTrace().Root(0, 99).Agent("a", 1, 90, "root")
                .Span("n", 2, 10, "a", "chat m", SpanKind.Client, with: [("gen_ai.operation.name", "chat"), ("gen_ai.response.finish_reasons", $"[\"{reason}\"]")])
                .Tool("t", 11, 20, "a", tool: tool);
            trace = answers ? trace.Chat("n2", 21, 30, "a") : trace;
            return trace.Opened(trace.Analyze(), "a").VerdictSignal;
        }
    }

    [Fact]
    public void An_agent_that_took_as_many_steps_as_it_may_is_degraded()
    {
        Assert.Equal("steps used up", Signal(("haystack.agent.steps_taken", 5), ("haystack.agent.max_steps", 5)));
        Assert.Equal("", Signal(("haystack.agent.steps_taken", 4), ("haystack.agent.max_steps", 5)));
    }

    [Theory]
    [InlineData(false, "dropped condition false", Verdict.Ok)]
    [InlineData(false, "buffered", Verdict.Ok)]
    [InlineData(false, "dropped type mismatch", Verdict.Degraded)]
    [InlineData(false, "exception", Verdict.Failed)]
    [InlineData(false, "", Verdict.Degraded)]
    [InlineData(true, "delivered", Verdict.Ok)]
    public void A_message_that_nobody_took_is_degraded_but_for_routing(bool delivered, string status, Verdict verdict) =>
        Assert.Equal(verdict, Judge(SpanStatus.Unset, SpanFacts.None, ("edge_group.delivered", delivered), ("edge_group.delivery_status", status)).Verdict);

    [Fact]
    public void A_retrieval_of_dify_that_lists_no_document_found_none()
    {
        Assert.Equal("empty retrieval", Signal(("gen_ai.framework", "dify"), ("gen_ai.span.kind", "RETRIEVER"), ("retrieval.query", "")));
        Assert.Equal("", Signal(("gen_ai.framework", "dify"), ("gen_ai.span.kind", "RETRIEVER"), ("retrieval.query", ""), ("retrieval.document", "")));
        Assert.Equal("", Signal(("gen_ai.span.kind", "RETRIEVER"), ("retrieval.query", "")));
    }

    [Fact]
    public void A_model_that_ends_well_and_says_nothing_is_degraded_unless_it_asks_for_a_tool()
    {
        Assert.Equal("empty output", Judge(SpanStatus.Ok, SpanFacts.EmptyOutput, ("gen_ai.operation.name", "chat"), ("gen_ai.response.finish_reasons", "[\"stop\"]")).VerdictSignal);
        Assert.Equal("", Judge(SpanStatus.Ok, SpanFacts.EmptyOutput, ("gen_ai.operation.name", "chat"), ("gen_ai.response.finish_reasons", "[\"tool_calls\"]")).VerdictSignal);
        Assert.Equal("", Judge(SpanStatus.Ok, SpanFacts.EmptyOutput, ("gen_ai.operation.name", "chat")).VerdictSignal);
        Assert.Equal("", Judge(SpanStatus.Ok, SpanFacts.EmptyOutput, ("gen_ai.operation.name", "invoke_agent"), ("gen_ai.response.finish_reasons", "stop")).VerdictSignal);
    }

    [Fact]
    public void An_exception_that_left_the_span_fails_it_whatever_its_status()
    {
        SpanFinding span = Judge(SpanStatus.Ok, SpanFacts.ExceptionEvent | SpanFacts.EscapedException);

        Assert.Equal((Verdict.Failed, "exception escaped"), (span.Verdict, span.VerdictSignal));
    }

    [Fact]
    public void A_deferred_tool_call_is_no_failure_and_a_span_that_was_reconstructed_after_a_crash_never_ended()
    {
        Assert.Equal(Verdict.Ok, Judge(SpanStatus.Error, SpanFacts.ExceptionEvent, ("pydantic_ai.tool.deferral.name", "approve")).Verdict);
        Assert.Equal(Verdict.Unfinished, Judge(SpanStatus.Ok, SpanFacts.None, ("n8n.reconstructed", true)).Verdict);
    }

    [Fact]
    public void The_providers_own_server_leaves_the_status_of_a_cancelled_request_unset()
    {
        AgentTrace trace = new AgentTrace().Root(0, 9)
            .Span("c", 1, 2, "root", "anthropic.messages.create", SpanKind.Server, scope: "com.anthropic.claude-platform", with: [("anthropic.request.id", "req_1")])
            .Span("d", 3, 4, "root", "anthropic.messages.create", SpanKind.Server, SpanStatus.Ok, scope: "com.anthropic.claude-platform", with: [("anthropic.request.id", "req_2")]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Verdict.Cancelled, trace.FindingOf(findings, "c").Verdict);
        Assert.Equal(Verdict.Ok, trace.FindingOf(findings, "d").Verdict);
    }

    [Fact]
    public void A_call_that_its_caller_cancelled_over_grpc_was_aborted()
    {
        AgentTrace trace = new AgentTrace().Root(0, 90, http: 500)
            .Span("t", 1, 40, "root", with: [("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "x"), ("error.type", "boom")])
            .Span("u", 1, 60, "root", "call", SpanKind.Client, with: [("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "y"), ("rpc.response.status_code", "CANCELLED")]);

        Assert.Equal(Verdict.Cancelled, trace.Opened(trace.Analyze(), "u").Verdict);
    }

    private static string Signal(params (string, object)[] with) => Judge(SpanStatus.Unset, SpanFacts.None, with).VerdictSignal;

    private static SpanFinding Judge(SpanStatus status, SpanFacts facts, params (string, object)[] with)
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Span("s", 1, 2, "root", status: status, facts: facts, with: with);
        return trace.FindingOf(trace.Analyze(), "s");
    }
}
