using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class OutcomeTests
{
    private static (TraceOutcome, OutcomeSource) Of(AgentTrace trace, bool closed = true)
    {
        TraceFindings findings = trace.Analyze(closed);
        return (findings.Outcome, findings.OutcomeSource);
    }

    [Fact]
    public void The_root_tells_the_outcome()
    {
        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Root), Of(new AgentTrace().Root(0, 9)));
        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Root), Of(new AgentTrace().Root(0, 9, http: 500)));
    }

    [Theory]
    [InlineData("failed", TraceOutcome.Failed)]
    [InlineData("OK", TraceOutcome.Ok)]
    [InlineData("cancelled", TraceOutcome.Cancelled)]
    public void What_the_application_states_wins(string stated, TraceOutcome outcome)
    {
        AgentTrace trace = new AgentTrace().Span("root", 0, 9, status: SpanStatus.Error, facts: SpanFacts.EvaluationPassed, with: [("tracegap.outcome", stated)]);

        Assert.Equal((outcome, OutcomeSource.Explicit), Of(trace));
    }

    [Fact]
    public void It_may_be_stated_on_a_span_within_where_the_root_states_none()
    {
        AgentTrace trace = new AgentTrace().Root(0, 9).Span("handler", 1, 8, "root", with: [("tracegap.outcome", "failed")]);

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Explicit), Of(trace));
    }

    [Fact]
    public void A_label_of_an_evaluation_stands_before_the_status()
    {
        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Evaluation), Of(new AgentTrace().Span("root", 0, 9, facts: SpanFacts.EvaluationFailed)));
        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Evaluation), Of(new AgentTrace().Span("root", 0, 9, status: SpanStatus.Error, facts: SpanFacts.EvaluationPassed)));
    }

    [Fact]
    public void A_fine_request_around_a_run_whose_last_step_is_a_failed_orchestration_failed()
    {
        AgentTrace failed = new AgentTrace().Root(0, 50).Agent("a", 1, 40, "root", failed: true);
        AgentTrace wentOn = new AgentTrace().Root(0, 50).Agent("a", 1, 20, "root", failed: true).Chat("n", 21, 40, "root");
        AgentTrace notTransport = new AgentTrace().Span("root", 0, 50).Agent("a", 1, 40, "root", failed: true);

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.RunStep), Of(failed));
        Assert.True(failed.Opened(failed.Analyze(), "a").OwnFailure);
        Assert.False(failed.Opened(failed.Analyze(), "a").Recovered);
        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Root), Of(wentOn));
        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Root), Of(notTransport));
    }

    [Fact]
    public void Where_roots_never_fail_an_own_failure_that_nothing_follows_is_the_outcome()
    {
        AgentTrace failed = OpenAiAgents().Tool("t", 10, 20, "root", failed: true);
        AgentTrace survived = OpenAiAgents().Tool("t", 10, 20, "root", failed: true).Chat("n", 21, 30, "root");

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Inferred), Of(failed));
        Assert.Equal((TraceOutcome.Ok, OutcomeSource.Root), Of(survived));

        static AgentTrace OpenAiAgents() =>
            new AgentTrace().Span("root", 0, 50, status: SpanStatus.Ok, scope: "openinference.instrumentation.openai_agents", with: [("openinference.span.kind", "AGENT")]);
    }

    [Fact]
    public void A_closed_trace_without_a_root_failed_if_something_in_it_did_and_is_unknown_otherwise()
    {
        AgentTrace failed = new AgentTrace().Agent("a", 1, 40, "lost").Tool("t", 50, 60, "lost", failed: true);
        AgentTrace recovered = new AgentTrace().Tool("t", 1, 10, "lost", failed: true).Chat("n", 20, 30, "lost");

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Inferred), Of(failed));
        Assert.Equal((TraceOutcome.Unknown, OutcomeSource.None), Of(recovered));
        Assert.Equal((TraceOutcome.Open, OutcomeSource.None), Of(failed, closed: false));
        Assert.Equal(2, failed.Analyze(closed: false).Steps.Count);
    }

    [Fact]
    public void A_run_that_its_user_aborted_is_cancelled_with_all_that_was_aborted_in_it()
    {
        AgentTrace trace = new AgentTrace()
            .Span("root", 0, 50, status: SpanStatus.Error, facts: SpanFacts.Abort, with: [("gen_ai.operation.name", "invoke_agent")])
            .Chat("n", 1, 49, "root", failed: true, facts: SpanFacts.Abort);
        TraceFindings findings = trace.Analyze();

        Assert.Equal((TraceOutcome.Cancelled, OutcomeSource.Root), (findings.Outcome, findings.OutcomeSource));
        Assert.DoesNotContain(findings.Steps, static step => step.OwnFailure || step.IsExecution);
        Assert.Null(findings.Failure);
    }

    [Fact]
    public void An_abort_that_reaches_the_root_from_a_failure_is_a_failure()
    {
        AgentTrace trace = new AgentTrace()
            .Span("root", 0, 50, status: SpanStatus.Error, facts: SpanFacts.Abort, with: [("gen_ai.operation.name", "invoke_agent")])
            .Tool("t", 1, 49, "root", failed: true);

        Assert.Equal((TraceOutcome.Failed, OutcomeSource.Root), Of(trace));
    }

    [Fact]
    public void A_failed_step_is_explained_by_a_failed_step_below_it_if_all_between_them_failed()
    {
        AgentTrace through = new AgentTrace().Root(0, 90, http: 500).Agent("a", 1, 80, "root", failed: true).Agent("b", 2, 70, "a", failed: true).Tool("t", 3, 60, "b", failed: true);
        AgentTrace broken = new AgentTrace().Root(0, 90, http: 500).Agent("a", 1, 80, "root", failed: true).Agent("b", 2, 70, "a").Tool("t", 3, 60, "b", failed: true);

        Assert.Equal(["t"], Own(through, "a", "b", "t"));
        Assert.Equal(["a", "t"], Own(broken, "a", "b", "t"));
        Assert.True(broken.Opened(broken.Analyze(), "t").Recovered);
        Assert.Equal(broken.Opened(broken.Analyze(), "a").Index, broken.Analyze().Failure!.StepIndex);

        static string[] Own(AgentTrace trace, params string[] ids)
        {
            TraceFindings findings = trace.Analyze();
            return [.. ids.Where(id => trace.Opened(findings, id).OwnFailure)];
        }
    }

    [Fact]
    public void A_root_fails_of_its_own_only_where_no_step_below_it_began()
    {
        AgentTrace alone = new AgentTrace().Root(0, 9, http: 503).Span("middleware", 1, 2, "root");
        AgentTrace silent = new AgentTrace().Root(0, 50, http: 500).Chat("n", 1, 20, "root").Tool("t", 21, 40, "root");
        AgentTrace silentAgent = new AgentTrace().Agent("root", 0, 50, null, failed: true).Chat("n", 1, 20, "root");

        TraceFindings blamed = alone.Analyze();
        Assert.Equal((Layer.Ingress, "503"), (blamed.Failure!.Layer, blamed.Failure.ErrorType));
        foreach (AgentTrace trace in new[] { silent, silentAgent })
        {
            TraceFindings findings = trace.Analyze();
            Assert.Equal(TraceOutcome.Failed, findings.Outcome);
            Assert.DoesNotContain(findings.Steps, static step => step.OwnFailure);
            Assert.Equal((-1, null, null), (findings.Failure!.StepIndex, findings.Failure.Layer, findings.Failure.Step));
        }

        Assert.Equal("500", silent.Analyze().Failure!.ErrorType);
        Assert.Contains("after execute_tool lookup", silent.Analyze().Failure!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failure_below_a_step_that_did_not_fail_is_recovered()
    {
        AgentTrace trace = new AgentTrace().Root(0, 90).Agent("a", 1, 80, "root").Tool("t", 2, 10, "a", failed: true);
        TraceFindings findings = trace.Analyze();

        Assert.Equal((true, true), (trace.Opened(findings, "t").OwnFailure, trace.Opened(findings, "t").Recovered));
        Assert.Null(findings.Failure);
    }

    [Fact]
    public void A_failure_after_which_another_step_began_beside_it_or_beside_its_ancestors_did_not_end_the_run()
    {
        AgentTrace beside = Failed().Chat("next", 21, 30, "a");
        AgentTrace above = Failed().Chat("next", 81, 85, "root");
        AgentTrace below = Failed().Chat("next", 12, 15, "t");
        AgentTrace parallel = Failed().Chat("next", 10, 60, "a");

        Assert.True(beside.Opened(beside.Analyze(), "t").Recovered);
        Assert.True(above.Opened(above.Analyze(), "t").Recovered);
        Assert.False(below.Opened(below.Analyze(), "t").Recovered);
        Assert.False(parallel.Opened(parallel.Analyze(), "t").Recovered);

        static AgentTrace Failed() => new AgentTrace().Root(0, 90, http: 500).Agent("a", 1, 80, "root", failed: true).Tool("t", 2, 20, "a", failed: true);
    }

    [Fact]
    public void A_failed_run_with_recovered_failures_only_is_not_silent()
    {
        AgentTrace trace = new AgentTrace().Root(0, 90, http: 500).Tool("t", 2, 20, "root", failed: true).Chat("n", 21, 30, "root");
        TraceFindings findings = trace.Analyze();

        Assert.True(trace.Opened(findings, "t").Recovered);
        Assert.Equal(trace.Opened(findings, "t").Index, findings.Failure!.StepIndex);
    }

    [Fact]
    public void The_failure_of_a_trace_is_the_unrecovered_one_that_ended_first()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 90, http: 500)
            .Tool("recovered", 1, 5, "root", failed: true, tool: "x")
            .Tool("long", 10, 60, "root", failed: true, tool: "y")
            .Tool("short", 11, 40, "root", failed: true, tool: "z");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(trace.Opened(findings, "short").Index, findings.Failure!.StepIndex);
    }

    [Fact]
    public void A_straggler_that_only_its_url_tells_of_does_not_recover_a_step_that_an_instrumentation_tells_of()
    {
        AgentTrace trace = new AgentTrace().Root(0, 90, http: 500).Chat("n", 1, 20, "root", failed: true).Http("straggler", 30, 40, "root", "/mcp");
        AgentTrace guessed = new AgentTrace().Root(0, 90, http: 500).Http("h", 1, 20, "root", "/search", 500).Http("next", 30, 40, "root", "/mcp");

        Assert.False(trace.Opened(trace.Analyze(), "n").Recovered);
        Assert.True(guessed.Opened(guessed.Analyze(), "h").Recovered);
    }

    [Fact]
    public void The_outcome_replaces_the_verdict_of_the_root()
    {
        AgentTrace trace = new AgentTrace()
            .Span("root", 0, 50, status: SpanStatus.Error, with: [("tracegap.outcome", "ok"), ("gen_ai.operation.name", "invoke_agent")])
            .Tool("t", 1, 49, "root", failed: true);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Verdict.Ok, trace.Opened(findings, "root").Verdict);
        Assert.True(trace.Opened(findings, "t").Recovered);
    }

    [Fact]
    public void The_weight_is_the_roots_and_without_a_root_the_largest()
    {
        SpanRecord light = Weighted(1, SpanId.None, 1);
        SpanRecord heavy = Weighted(2, new SpanId(1), 4);

        Assert.Equal(SpanRecord.UnitWeight, new TraceAnalyzer(AnalysisOptions.Default).Analyze([light, heavy], closed: true).Weight);
        Assert.Equal(4 * SpanRecord.UnitWeight, new TraceAnalyzer(AnalysisOptions.Default).Analyze([heavy], closed: true).Weight);

        static SpanRecord Weighted(ulong id, SpanId parent, int weight) => new()
        {
            TraceId = new TraceId(1, 1), SpanId = new SpanId(id), ParentSpanId = parent, Name = "s", StartUnixNanos = 1, EndUnixNanos = 2,
            Resource = ResourceRecord.Unknown, Scope = ScopeRecord.None, Weight = weight * SpanRecord.UnitWeight,
        };
    }
}
