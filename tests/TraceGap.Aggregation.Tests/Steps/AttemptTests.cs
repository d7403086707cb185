using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class AttemptTests
{
    private static Verdict[] Attempts(StepFinding step) => [.. step.Attempts.Select(static attempt => attempt.Verdict)];

    [Fact]
    public void Adjacent_siblings_of_one_name_of_which_the_earlier_failed_are_attempts_at_one_step()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("t1", 1, 10, "root", failed: true).Tool("t2", 20, 30, "root");
        TraceFindings findings = trace.Analyze();
        StepFinding step = trace.Opened(findings, "t1");

        Assert.Equal(step, trace.Opened(findings, "t2"));
        Assert.Equal([Verdict.Failed, Verdict.Ok], Attempts(step));
        Assert.Equal((AgentTrace.At(1), AgentTrace.At(30)), (step.StartUnixNanos, step.EndUnixNanos));
        Assert.Equal(Verdict.Ok, step.Verdict);
        Assert.False(step.OwnFailure);
        Assert.True(step.Attempts[0].OwnFailure);
        Assert.Contains(findings.CriticalPath, segment => segment is { Kind: SegmentKind.Wait } && segment.StartUnixNanos == AgentTrace.At(10) && segment.EndUnixNanos == AgentTrace.At(20));
    }

    [Fact]
    public void A_chain_of_attempts_is_one_step_with_the_last_ones_verdict()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, http: 500).Tool("t1", 1, 10, "root", failed: true).Tool("t2", 20, 30, "root", failed: true).Tool("t3", 40, 50, "root", failed: true);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(2, findings.Steps.Count);
        Assert.Equal([Verdict.Failed, Verdict.Failed, Verdict.Failed], Attempts(findings.Steps[1]));
        Assert.True(findings.Steps[1].OwnFailure);
        Assert.Contains("after 3 attempts", findings.Failure!.Text, StringComparison.Ordinal);
    }

    [Fact]
    public void Iterations_and_what_follows_a_success_or_comes_with_another_step_between_are_steps_of_their_own()
    {
        AgentTrace iterations = new AgentTrace().Root(0, 100).Chain("s1", 1, 10, "root", failed: true, name: "Step 1").Chain("s2", 20, 30, "root", name: "Step 2");
        AgentTrace afterSuccess = new AgentTrace().Root(0, 100).Tool("t1", 1, 10, "root").Tool("t2", 20, 30, "root");
        AgentTrace between = new AgentTrace().Root(0, 100).Tool("t1", 1, 10, "root", failed: true).Chat("n", 12, 15, "root").Tool("t2", 20, 30, "root");
        AgentTrace parallel = new AgentTrace().Root(0, 100).Tool("t1", 1, 10, "root", failed: true).Tool("t2", 5, 30, "root");
        AgentTrace parallelAtOnce = new AgentTrace().Root(0, 100).Tool("t1", 1, 1.5, "root", failed: true).Tool("t2", 1, 1.6, "root", failed: true);

        Assert.Equal(2, iterations.Analyze().Steps.Count(static step => step.Key.Operation == "Step {n}"));
        Assert.Equal(3, afterSuccess.Analyze().Steps.Count);
        Assert.Equal(4, between.Analyze().Steps.Count);
        Assert.Equal(3, parallel.Analyze().Steps.Count);
        Assert.Equal(3, parallelAtOnce.Analyze().Steps.Count);
    }

    [Fact]
    public void A_start_that_is_floored_to_the_millisecond_may_lie_before_the_end_of_the_attempt_before_it()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("t1", 1, 10.4, "root", failed: true).Tool("t2", 10, 30, "root");

        Assert.Equal(2, trace.Analyze().Steps.Count);
    }

    [Fact]
    public void A_timeout_that_was_not_marked_failed_is_superseded_too()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("t1", 1, 10, "root", facts: SpanFacts.Timeout).Tool("t2", 20, 30, "root");

        Assert.Equal(2, trace.Analyze().Steps.Count);
    }

    [Fact]
    public void A_fallback_to_another_model_under_the_same_name_is_an_attempt_and_keeps_the_key()
    {
        AgentTrace same = new AgentTrace().Root(0, 100).Chat("n1", 1, 10, "root", failed: true, model: "big", name: "ChatOpenAI").Chat("n2", 20, 30, "root", model: "small", name: "ChatOpenAI");
        AgentTrace other = new AgentTrace().Root(0, 100).Chat("n1", 1, 10, "root", failed: true, model: "big").Chat("n2", 20, 30, "root", model: "small");

        Assert.Equal("chat big", Assert.Single(same.Analyze().Steps, static step => step.Key.Layer == Layer.Inference).Key.Operation);
        Assert.Equal(2, other.Analyze().Steps.Count(static step => step.Key.Layer == Layer.Inference));
    }

    [Fact]
    public void Steps_inside_a_superseded_attempt_are_no_executions_and_explain_that_attempt_only()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Chain("a1", 1, 20, "root", failed: true, name: "specialist").Chat("n1", 2, 10, "a1").Tool("t1", 11, 19, "a1", failed: true)
            .Chain("a2", 30, 60, "root", failed: false, name: "specialist").Chat("n2", 31, 40, "a2").Tool("t2", 41, 50, "a2");
        TraceFindings findings = trace.Analyze();
        StepFinding frame = trace.Opened(findings, "a1");

        Assert.Equal(frame, trace.Opened(findings, "a2"));
        Assert.False(frame.Attempts[0].OwnFailure);
        Assert.True(trace.Opened(findings, "t1").IsSuperseded);
        Assert.True(trace.Opened(findings, "n1").IsSuperseded);
        Assert.False(trace.Opened(findings, "t2").IsSuperseded);
        Assert.Equal(frame.Index, trace.Opened(findings, "t1").ParentIndex);
        Assert.Equal(4, findings.Steps.Count(static step => step.IsExecution));
    }

    [Fact]
    public void A_failed_step_of_a_superseded_attempt_does_not_explain_the_failure_of_the_last_one()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100, http: 500)
            .Chain("a1", 1, 20, "root", failed: true, name: "specialist").Tool("t1", 11, 19, "a1", failed: true)
            .Chain("a2", 30, 60, "root", failed: true, name: "specialist").Tool("t2", 41, 50, "a2");
        TraceFindings findings = trace.Analyze();

        Assert.True(trace.Opened(findings, "a2").OwnFailure);
        Assert.Equal(trace.Opened(findings, "a2").Index, findings.Failure!.StepIndex);
    }

    [Fact]
    public void Calls_of_one_target_inside_a_step_that_follow_a_failed_one_are_attempts_with_the_pause_between_them_waited()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 2000)
            .Chat("n", 1, 1600, "root", name: "ChatOpenAI")
            .Http("h1", 2, 40, "n", "/v1/chat/completions", 500)
            .Http("h2", 1550, 1599, "n", "/v1/chat/completions");
        TraceFindings findings = trace.Analyze();
        StepFinding step = trace.Opened(findings, "n");

        Assert.Equal([Verdict.Failed, Verdict.Ok], Attempts(step));
        Assert.Equal(Verdict.Ok, step.Verdict);
        Assert.Contains(findings.CriticalPath, segment => segment.Kind == SegmentKind.Wait && segment.StartUnixNanos == AgentTrace.At(40) && segment.EndUnixNanos == AgentTrace.At(1550));
    }

    [Theory]
    [InlineData("/v1/chat/completions", 80, 0, 2)]
    [InlineData("/v1/chat/completions", 80, 200, 1)]
    [InlineData("/v1/chat/completions", 81, 0, 1)]
    [InlineData("/v1/models", 80, 0, 1)]
    public void Only_calls_that_failed_or_got_no_status_are_retried_and_only_by_calls_of_their_target(string path, int port, int status, int attempts)
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Chat("n", 1, 90, "root")
            .Http("h1", 2, 40, "n", "/v1/chat/completions", status)
            .Http("h2", 50, 80, "n", path, port: port);

        Assert.Equal(attempts, trace.Opened(trace.Analyze(), "n").Attempts.Count);
    }

    [Fact]
    public void A_nested_span_of_the_layer_that_failed_under_a_fine_step_is_a_failed_attempt_and_its_calls_are_no_further_ones()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Chain("retrieve", 1, 60, "root")
            .Retriever("r1", 2, 20, "retrieve", failed: true).Http("h1", 3, 19, "r1", "/search", 500)
            .Retriever("r2", 21, 50, "retrieve").Http("h2", 22, 49, "r2", "/search");
        TraceFindings findings = trace.Analyze();
        StepFinding step = trace.Opened(findings, "retrieve");

        Assert.Equal([Verdict.Failed, Verdict.Ok], Attempts(step));
        Assert.Equal(Verdict.Ok, step.Verdict);
        Assert.Equal(2, findings.Steps.Count);
    }

    [Fact]
    public void A_step_that_fails_with_its_only_nested_span_is_one_attempt()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, http: 500).Chain("retrieve", 1, 60, "root", failed: true).Retriever("r1", 2, 20, "retrieve", failed: true);

        Assert.Equal([Verdict.Failed], Attempts(trace.Opened(trace.Analyze(), "retrieve")));
    }
}
