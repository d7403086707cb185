using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class VerdictTests
{
    [Theory]
    [InlineData(SpanStatus.Error, "", Verdict.Failed, "status")]
    [InlineData(SpanStatus.Unset, "error.type=timeout", Verdict.Failed, "error.type")]
    [InlineData(SpanStatus.Ok, "error.type=timeout", Verdict.Failed, "error.type")]
    [InlineData(SpanStatus.Unset, "error.type= ", Verdict.Ok, "")]
    [InlineData(SpanStatus.Ok, "gen_ai.tool.status=error", Verdict.Failed, "gen_ai.tool.status=error")]
    [InlineData(SpanStatus.Ok, "lk.function_tool.is_error=true", Verdict.Failed, "lk.function_tool.is_error=true")]
    [InlineData(SpanStatus.Unset, "gen_ai.thread.run.status=expired", Verdict.Failed, "gen_ai.thread.run.status=expired")]
    [InlineData(SpanStatus.Unset, "gen_ai.thread.run.status=incomplete", Verdict.Degraded, "gen_ai.thread.run.status=incomplete")]
    [InlineData(SpanStatus.Unset, "gen_ai.thread.run.status=requires_action", Verdict.Ok, "")]
    [InlineData(SpanStatus.Error, "n8n.node.termination_reason=workflow_cancelled", Verdict.Cancelled, "n8n.node.termination_reason=workflow_cancelled")]
    [InlineData(SpanStatus.Unset, "langfuse.observation.level=WARNING", Verdict.Degraded, "langfuse.observation.level=WARNING")]
    public void A_span_is_judged_by_what_it_states(SpanStatus status, string attribute, Verdict verdict, string signal)
    {
        SpanFinding span = Judge(SpanKind.Internal, status, SpanFacts.None, attribute);

        Assert.Equal((verdict, signal), (span.Verdict, span.VerdictSignal));
    }

    [Theory]
    [InlineData(SpanKind.Client, "http.response.status_code=404", Verdict.Failed)]
    [InlineData(SpanKind.Server, "http.response.status_code=404", Verdict.Ok)]
    [InlineData(SpanKind.Server, "http.response.status_code=503", Verdict.Failed)]
    [InlineData(SpanKind.Server, "http.status_code=500", Verdict.Failed)]
    [InlineData(SpanKind.Server, "http.response.status_code=499", Verdict.Cancelled)]
    [InlineData(SpanKind.Internal, "http.response.status_code=500", Verdict.Ok)]
    [InlineData(SpanKind.Client, "rpc.grpc.status_code=5", Verdict.Failed)]
    [InlineData(SpanKind.Server, "rpc.grpc.status_code=5", Verdict.Ok)]
    [InlineData(SpanKind.Server, "rpc.grpc.status_code=13", Verdict.Failed)]
    [InlineData(SpanKind.Client, "rpc.response.status_code=OK", Verdict.Ok)]
    [InlineData(SpanKind.Client, "rpc.response.status_code=DEADLINE_EXCEEDED", Verdict.Failed)]
    [InlineData(SpanKind.Server, "rpc.status_code=-32603", Verdict.Failed)]
    [InlineData(SpanKind.Server, "rpc.status_code=-32002", Verdict.Ok)]
    [InlineData(SpanKind.Server, "rpc.status_code=-32601", Verdict.Ok)]
    public void Codes_are_judged_from_the_side_that_reports_them(SpanKind kind, string attribute, Verdict verdict) =>
        Assert.Equal(verdict, Judge(kind, SpanStatus.Unset, SpanFacts.None, attribute).Verdict);

    [Theory]
    [InlineData("GET", "/mcp", 405, Verdict.Ok)]
    [InlineData("DELETE", "/api/mcp", 405, Verdict.Ok)]
    [InlineData("POST", "/mcp", 405, Verdict.Failed)]
    [InlineData("GET", "/mcp", 404, Verdict.Failed)]
    [InlineData("GET", "/other", 405, Verdict.Failed)]
    public void Only_the_refused_stream_of_mcp_is_no_failure(string method, string path, int status, Verdict verdict)
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Http("h", 1, 2, "root", path, status, method);

        Assert.Equal(verdict, trace.FindingOf(trace.Analyze(), "h").Verdict);
    }

    [Theory]
    [InlineData("gen_ai.response.finish_reasons", "stop", Verdict.Ok)]
    [InlineData("gen_ai.response.finish_reasons", "[\"stop\"]", Verdict.Ok)]
    [InlineData("gen_ai.response.finish_reasons", "[\"length\"]", Verdict.Degraded)]
    [InlineData("gen_ai.response.finish_reasons", "\"[\\\"content_filter\\\"]\"", Verdict.Degraded)]
    [InlineData("gen_ai.response.finish_reasons", "[\"stop\",\"error\"]", Verdict.Failed)]
    [InlineData("gen_ai.response.finish_reason", "N/A", Verdict.Ok)]
    [InlineData("llm.finish_reason", "MAX_TOKENS", Verdict.Degraded)]
    [InlineData("ai.response.finishReason", "tool-calls", Verdict.Ok)]
    [InlineData("ai.response.finishReason", "content-filter", Verdict.Degraded)]
    [InlineData("stop_reason", "refusal", Verdict.Degraded)]
    [InlineData("gen_ai.response.finish_reasons", "[\"cancelled\"]", Verdict.Cancelled)]
    [InlineData("gen_ai.response.finish_reasons", "[\"malformed_function_call\"]", Verdict.Failed)]
    public void Finish_reasons_are_read_in_whatever_shape_they_come(string key, string value, Verdict verdict) =>
        Assert.Equal(verdict, JudgeWith((key, value)).Verdict);

    [Fact]
    public void A_length_limit_that_left_nothing_fails()
    {
        Assert.Equal(Verdict.Failed, JudgeWith(("gen_ai.response.finish_reasons", "[\"length\"]"), ("gen_ai.usage.output_tokens", 0)).Verdict);
        Assert.Equal(Verdict.Degraded, JudgeWith(("gen_ai.response.finish_reasons", "[\"length\"]"), ("gen_ai.usage.output_tokens", 5)).Verdict);
        Assert.Equal(Verdict.Failed, Judge(SpanKind.Internal, SpanStatus.Unset, SpanFacts.EmptyOutput, "llm.finish_reason=length").Verdict);
    }

    [Theory]
    [InlineData(SpanFacts.ResultSaysError, SpanStatus.Ok, Verdict.Failed)]
    [InlineData(SpanFacts.ResultTextError, SpanStatus.Ok, Verdict.Degraded)]
    [InlineData(SpanFacts.ExceptionEvent, SpanStatus.Ok, Verdict.Ok)]
    [InlineData(SpanFacts.ControlFlow | SpanFacts.ExceptionEvent, SpanStatus.Error, Verdict.Ok)]
    [InlineData(SpanFacts.ForcedEnd, SpanStatus.Error, Verdict.Unfinished)]
    [InlineData(SpanFacts.EvaluationFailed, SpanStatus.Unset, Verdict.Degraded)]
    public void Facts_from_content_count_as_their_certainty_allows(SpanFacts facts, SpanStatus status, Verdict verdict) =>
        Assert.Equal(verdict, Judge(SpanKind.Internal, status, facts, "gen_ai.operation.name=execute_tool").Verdict);

    [Fact]
    public void A_retrieval_that_says_that_it_found_nothing_is_degraded_one_that_says_nothing_is_not()
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Retriever("none", 1, 2, "root", results: 0).Retriever("some", 3, 4, "root", results: 3).Retriever("silent", 5, 6, "root");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("empty retrieval", trace.Opened(findings, "none").VerdictSignal);
        Assert.Equal(Verdict.Ok, trace.Opened(findings, "some").Verdict);
        Assert.Equal(Verdict.Ok, trace.Opened(findings, "silent").Verdict);
    }

    [Fact]
    public void A_stream_that_began_and_never_finished_is_degraded()
    {
        Assert.Equal("stream cut", JudgeWith(("gen_ai.operation.name", "chat"), ("gen_ai.response.time_to_first_chunk", 0.2)).VerdictSignal);
        Assert.Equal(Verdict.Ok, JudgeWith(("gen_ai.operation.name", "chat"), ("gen_ai.response.time_to_first_chunk", 0.2), ("gen_ai.usage.output_tokens", 4)).Verdict);
    }

    [Fact]
    public void A_guardrail_that_trips_has_succeeded()
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Agent("a", 0, 9, "root").Span(
            "g", 1, 2, "a", "check", status: SpanStatus.Error, with: [("openinference.span.kind", "GUARDRAIL"), ("gen_ai.guardrail.triggered", true)]);

        Assert.Equal(Verdict.Ok, trace.Opened(trace.Analyze(), "g").Verdict);
    }

    [Fact]
    public void The_opening_span_decides_and_failures_inside_that_it_dealt_with_are_not_its_own()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 50)
            .Tool("t", 1, 20, "root").Http("h", 2, 10, "t", "/a", 404)
            .Tool("u", 21, 40, "root", tool: "other").Span("piece", 22, 30, "u", status: SpanStatus.Error);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Verdict.Ok, trace.Opened(findings, "t").Verdict);
        Assert.Equal((Verdict.Degraded, "inner status"), (trace.Opened(findings, "u").Verdict, trace.Opened(findings, "u").VerdictSignal));
    }

    [Fact]
    public void A_failed_server_half_fails_a_client_that_says_nothing_and_the_step_around_it()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 90)
            .Span("c", 1, 10, "root", "tools/call x", SpanKind.Client, with: [("mcp.method.name", "tools/call")]).Served("cs", 2, 9, "c", 500)
            .Tool("t", 11, 30, "root").Http("h", 12, 29, "t", "/a", 0).Served("hs", 13, 28, "h", 500)
            .Span("ok", 31, 50, "root", "lookup2", status: SpanStatus.Ok, with: [("openinference.span.kind", "TOOL")]).Http("k", 32, 49, "ok", "/a", 0).Served("ks", 33, 48, "k", 500)
            .Tool("r", 51, 80, "root", tool: "retried").Http("r1", 52, 60, "r", "/a", 0).Served("rs", 53, 59, "r1", 500).Http("r2", 61, 79, "r", "/a");
        TraceFindings findings = trace.Analyze();

        Assert.Equal((Verdict.Failed, "server half"), (trace.Opened(findings, "c").Verdict, trace.Opened(findings, "c").VerdictSignal));
        Assert.Equal(Verdict.Failed, trace.Opened(findings, "t").Verdict);
        Assert.Equal(Verdict.Ok, trace.Opened(findings, "ok").Verdict);
        Assert.Equal(Verdict.Ok, trace.Opened(findings, "r").Verdict);
        Assert.Equal(2, trace.Opened(findings, "r").Attempts.Count);
    }

    [Fact]
    public void What_is_aborted_beside_a_failure_is_cancelled_at_any_depth_and_counts_nowhere()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100, http: 500)
            .Chain("graph", 1, 95, "root", failed: true)
            .Chain("b1", 2, 90, "graph", failed: true, name: "branch").Tool("t1", 3, 40, "b1", failed: true)
            .Agent("b2", 2, 91, "graph", failed: true, facts: SpanFacts.Abort).Tool("t2", 3, 60, "b2", failed: true, facts: SpanFacts.Abort).Chat("n2", 2, 3, "b2");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Verdict.Cancelled, trace.Opened(findings, "b2").Verdict);
        Assert.Equal(Verdict.Cancelled, trace.Opened(findings, "t2").Verdict);
        Assert.Equal(Verdict.Ok, trace.Opened(findings, "n2").Verdict);
        Assert.Equal(trace.Opened(findings, "t1").Index, Assert.Single(findings.Steps, static step => step.OwnFailure).Index);
        Assert.False(trace.Opened(findings, "t2").IsExecution);
    }

    [Fact]
    public void An_abort_with_nothing_failed_beside_it_before_is_a_failure_and_so_is_a_timeout()
    {
        AgentTrace alone = new AgentTrace().Root(0, 100, http: 500).Tool("t", 3, 60, "root", failed: true, facts: SpanFacts.Abort);
        AgentTrace before = new AgentTrace().Root(0, 100, http: 500).Tool("t", 3, 60, "root", failed: true, facts: SpanFacts.Abort).Tool("u", 3, 70, "root", failed: true, tool: "u");
        AgentTrace timeout = new AgentTrace().Root(0, 100, http: 500).Tool("t", 3, 80, "root", failed: true, facts: SpanFacts.Timeout).Tool("u", 3, 70, "root", failed: true, tool: "u");

        Assert.True(alone.Opened(alone.Analyze(), "t").OwnFailure);
        Assert.True(before.Opened(before.Analyze(), "t").OwnFailure);
        Assert.True(timeout.Opened(timeout.Analyze(), "t").OwnFailure);
    }

    [Fact]
    public void The_error_type_is_the_best_name_that_anything_gives()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 99)
            .Span("a", 1, 2, "root", status: SpanStatus.Error, exception: "ValueError", with: [("error.type", "timeout"), ("tracegap.layer", "tool")])
            .Span("b", 3, 4, "root", status: SpanStatus.Error, exception: "ValueError", with: [("tracegap.layer", "tool")])
            .Span("c", 5, 6, "root", "GET", SpanKind.Client, SpanStatus.Error, with: [("http.response.status_code", 503), ("tracegap.layer", "tool")])
            .Span("d", 7, 8, "root", status: SpanStatus.Error, with: [("tracegap.layer", "tool")]);

        Assert.Equal(["timeout", "ValueError", "503", ""], trace.Analyze().Steps.Skip(1).Select(static step => step.ErrorType));
    }

    private static SpanFinding Judge(SpanKind kind, SpanStatus status, SpanFacts facts, string attribute)
    {
        int at = attribute.IndexOf('=', StringComparison.Ordinal);
        (string, object)[] with = at < 0 ? [] : [(attribute[..at], attribute[(at + 1)..])];
        AgentTrace trace = new AgentTrace().Root(0, 9).Span("s", 1, 2, "root", "s", kind, status, facts: facts, with: with);
        return trace.FindingOf(trace.Analyze(), "s");
    }

    private static SpanFinding JudgeWith(params (string, object)[] with)
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Span("s", 1, 2, "root", with: with);
        return trace.FindingOf(trace.Analyze(), "s");
    }
}
