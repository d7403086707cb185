namespace TraceGap.Aggregation.Tests;

public class MissingParentTests
{
    private static AgentTrace Lost(int http = 200) =>
        new AgentTrace().Root(0, 100, http).Chat("n1", 10, 20, "lost").Chat("n2", 30, 40, "lost");

    [Fact]
    public void A_parent_that_never_came_is_one_unfinished_step_around_its_children_in_their_layer()
    {
        AgentTrace trace = Lost();
        TraceFindings findings = trace.Analyze();
        StepFinding missing = Assert.Single(findings.Steps, static step => step.Key.Operation == "(missing)");

        Assert.Equal(new StepKey("agent", Layer.Inference, "(missing)"), missing.Key);
        Assert.Equal(Verdict.Unfinished, missing.Verdict);
        Assert.Equal((-1, trace.IdOf("lost")), (missing.Attempts[0].SpanIndex, missing.Attempts[0].SpanId));
        Assert.Equal(0, missing.ParentIndex);
        Assert.Equal(missing.Index, trace.Opened(findings, "n1").ParentIndex);
        Assert.Equal((AgentTrace.At(10), AgentTrace.At(40)), (missing.StartUnixNanos, missing.EndUnixNanos));
        Assert.Contains(findings.Defects, defect => defect.Kind == DefectKind.Incomplete && defect.SpanId == trace.IdOf("lost"));
    }

    [Fact]
    public void It_counts_as_failed_only_where_the_root_failed()
    {
        Assert.DoesNotContain(Lost().Analyze().Steps, static step => step.OwnFailure);

        TraceFindings failed = Lost(http: 500).Analyze();
        StepFinding own = Assert.Single(failed.Steps, static step => step.OwnFailure);
        Assert.Equal("(missing)", own.Key.Operation);
        Assert.Equal(own.Index, failed.Failure!.StepIndex);
    }

    [Fact]
    public void Children_of_several_layers_leave_it_unattributed()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("n", 10, 20, "lost").Tool("t", 30, 40, "lost");

        Assert.Equal(Layer.Unattributed, Assert.Single(trace.Analyze().Steps, static step => step.Key.Operation == "(missing)").Key.Layer);
    }

    [Theory]
    [InlineData(500, Verdict.Failed, "500")]
    [InlineData(200, Verdict.Unfinished, "")]
    public void A_lost_call_of_which_only_the_request_came_is_one_step_that_did_not_go_well(int status, Verdict verdict, string errorType)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, 500).Http("request", 10, 20, "lost", "/v1/chat/completions", status);
        TraceFindings findings = trace.Analyze();
        StepFinding call = trace.Opened(findings, "request");

        Assert.Equal(2, findings.Steps.Count);
        Assert.Equal((Layer.Inference, verdict, errorType, true), (call.Key.Layer, call.Verdict, call.ErrorType, call.OwnFailure));
        Assert.Contains(findings.Defects, defect => defect.Kind == DefectKind.Incomplete && defect.SpanId == trace.IdOf("lost"));
    }

    [Fact]
    public void Requests_of_a_lost_call_are_its_attempts()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100, 500)
            .Http("first", 10, 20, "lost", "/v1/chat/completions", 429)
            .Http("second", 30, 40, "lost", "/v1/chat/completions", 500);
        StepFinding call = Assert.Single(trace.Analyze().Steps, static step => step.Key.Layer == Layer.Inference);

        Assert.Equal(2, call.Attempts.Count);
        Assert.True(call.OwnFailure);
    }

    [Fact]
    public void Nothing_is_missing_before_the_trace_is_closed()
    {
        TraceFindings findings = new AgentTrace().Chat("n1", 10, 20, "lost").Chat("n2", 30, 40, "lost").Analyze(closed: false);

        Assert.Equal(2, findings.Steps.Count);
        Assert.DoesNotContain(findings.Defects, static defect => defect.Kind == DefectKind.Incomplete);
    }

    [Fact]
    public void What_hangs_below_without_a_layer_belongs_to_it()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Span("work", 10, 20, "lost").Span("deep", 11, 19, "work");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("(missing)", trace.StepOf(findings, "deep")!.Value.Key.Operation);
    }

    [Fact]
    public void The_parent_of_an_acting_root_is_elsewhere_and_not_missing()
    {
        AgentTrace trace = new AgentTrace().Served("in", 1, 50, "caller").Chat("n", 2, 40, "in");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(2, findings.Steps.Count);
        Assert.Equal(TraceOutcome.Ok, findings.Outcome);
    }
}
