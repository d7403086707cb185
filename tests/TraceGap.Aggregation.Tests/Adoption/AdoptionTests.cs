using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class AdoptionTests
{
    [Fact]
    public void Two_instrumentations_of_one_call_side_by_side_are_one_step_whatever_their_names()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Agent("a", 5, 95, "root")
            .Chat("framework", 10, 50, "a")
            .Chat("sdk", 10, 49, "root", name: "OpenAI Chat Completions", scope: "sdk");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("framework", trace.ParentOf(findings, "sdk"));
        Assert.Equal(trace.Opened(findings, "framework"), trace.StepOf(findings, "sdk"));
        Assert.Equal(3, findings.Steps.Count);
        Assert.Contains(findings.Defects, defect => defect.Kind == DefectKind.Adopted && defect.SpanId == trace.IdOf("sdk"));
    }

    [Theory]
    [InlineData(18, true)]
    [InlineData(19, false)]
    public void Duplicates_overlap_by_four_fifths_of_the_shorter(double start, bool adopted)
    {
        // The wrapper runs from 10 to 50; the call of 40 ms starts later and outlives it.
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 5, 95, "root").Chat("wrapper", 10, 50, "a").Chat("call", start, start + 40, "root", scope: "sdk");

        Assert.Equal(adopted ? "wrapper" : "root", trace.ParentOf(trace.Analyze(), "call"));
    }

    [Fact]
    public void Duplicates_are_paired_one_to_one_nearest_first()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Agent("a", 5, 95, "root")
            .Chat("w1", 10, 50, "a", name: "one")
            .Chat("w2", 12, 53, "a", name: "two")
            .Chat("c1", 10, 49, "root", scope: "sdk")
            .Chat("c2", 11, 52, "root", scope: "sdk");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("w1", trace.ParentOf(findings, "c1"));
        Assert.Equal("w2", trace.ParentOf(findings, "c2"));
    }

    [Fact]
    public void Of_two_siblings_that_tell_the_same_call_the_shorter_moves()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("long", 10, 50, "root").Chat("short", 11, 49, "root", scope: "sdk");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("long", trace.ParentOf(findings, "short"));
        Assert.Equal("root", trace.ParentOf(findings, "long"));
    }

    [Fact]
    public void Parallel_calls_of_one_instrumentation_are_no_duplicates()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("x", 10, 50, "root").Chat("y", 10, 50, "root");

        Assert.Equal(3, trace.Analyze().Steps.Count);
    }

    [Fact]
    public void Spans_of_another_resource_or_below_a_call_are_left_where_they_are()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Agent("a", 5, 95, "root")
            .Chat("n", 10, 50, "a")
            .Http("other", 12, 48, "root", "/v1/chat/completions", service: "sidecar")
            .Tool("t", 55, 90, "root")
            .Http("claimed", 60, 70, "t", "/v1/chat/completions")
            .Chat("m", 58, 72, "a");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("root", trace.ParentOf(findings, "other"));
        Assert.Equal("t", trace.ParentOf(findings, "claimed"));
    }

    [Fact]
    public void A_call_that_hangs_beside_the_ancestors_of_the_adopter_is_none_of_its_business()
    {
        // The HTTP span hangs on a sibling branch, which is no ancestor of the model call.
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 5, 95, "root").Agent("b", 5, 95, "root").Chat("n", 10, 50, "a").Http("h", 12, 48, "b", "/x");

        Assert.Equal("b", trace.ParentOf(trace.Analyze(), "h"));
    }

    [Theory]
    [InlineData(40, 60, true)]
    [InlineData(41, 61, false)]
    public void Transport_is_adopted_with_its_server_half_if_half_of_it_is_inside_the_call(double start, double end, bool adopted)
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Agent("a", 5, 95, "root")
            .Chat("n", 10, 50, "a")
            .Http("h", start, end, "root", "/v1/anything")
            .Served("s", start + 1, end - 1, "h");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(adopted ? "n" : "root", trace.ParentOf(findings, "h"));
        Assert.Equal("h", trace.ParentOf(findings, "s"));
        Assert.Equal(adopted ? Layer.Inference : Layer.Ingress, trace.FindingOf(findings, "s").Layer.Layer);
    }

    [Theory]
    [InlineData("/v1/chat/completions", "n")]
    [InlineData("/v1/responses", "n")]
    [InlineData("/v1/messages", "n")]
    [InlineData("/mcp", "t")]
    [InlineData("/search", "root")]
    [InlineData("/anything", "root")]
    public void Between_calls_of_two_layers_the_path_decides_or_nobody_does(string path, string parent)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 5, 95, "root").Chat("n", 10, 50, "a").Tool("t", 12, 52, "a").Http("h", 20, 40, "root", path);

        Assert.Equal(parent, trace.ParentOf(trace.Analyze(), "h"));
    }

    [Fact]
    public void Between_calls_of_one_layer_the_nearest_is_taken_and_marked_guessed()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Agent("a", 5, 95, "root")
            .Chat("far", 10, 80, "a")
            .Chat("near", 20, 60, "a")
            .Http("h", 21, 59, "root", "/v1/chat/completions");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("near", trace.ParentOf(findings, "h"));
        Assert.EndsWith("(guessed)", Assert.Single(findings.Defects, static defect => defect.Kind == DefectKind.Adopted).Detail, StringComparison.Ordinal);
    }

    [Fact]
    public void What_is_left_beside_a_tagged_sibling_is_its_shadow_and_off_the_path()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 10, 50, "root").Http("h", 20, 90, "root", "/anything");
        TraceFindings findings = trace.Analyze();

        Assert.Contains(findings.Defects, defect => defect.Kind == DefectKind.Shadow && defect.SpanId == trace.IdOf("h"));
        Assert.DoesNotContain(findings.CriticalPath, segment => findings.Spans[segment.SpanIndex].Span.SpanId == trace.IdOf("h"));
    }

    [Theory]
    [InlineData(50, 50.4, true)]
    [InlineData(50.2, 50.4, false)]
    [InlineData(50, 51.4, false)]
    public void What_begins_in_the_millisecond_in_which_a_sibling_ends_follows_it_if_its_start_may_be_floored(double start, double end, bool follows)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Retriever("embed", 10, end, "root").Http("search", start, 90, "root", "/search");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(follows, !findings.Defects.Any(defect => defect.Kind == DefectKind.Shadow && defect.SpanId == trace.IdOf("search")));
        Assert.Equal(follows, findings.Steps.Any(static step => step.Key.Operation == "POST /search"));
    }

    [Fact]
    public void Adoption_can_be_switched_off()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 5, 95, "root").Chat("n", 10, 50, "a").Http("h", 12, 48, "root", "/x");
        TraceFindings findings = trace.Analyze(options: new AnalysisOptions { Adopt = false });

        Assert.Equal("root", trace.ParentOf(findings, "h"));
        Assert.DoesNotContain(findings.Defects, static defect => defect.Kind is DefectKind.Adopted or DefectKind.Shadow);
    }

    [Fact]
    public void An_adopted_orphan_has_lost_nothing()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, http: 500).Agent("a", 5, 95, "root", failed: true).Chat("n", 10, 50, "a", failed: true).Http("h", 12, 48, "lost", "/x", 500);
        TraceFindings findings = trace.Analyze();

        Assert.Equal("n", trace.ParentOf(findings, "h"));
        Assert.DoesNotContain(findings.Steps, static step => step.Key.Operation == MissingParents.Operation);
        Assert.DoesNotContain(findings.Defects, static defect => defect.Kind == DefectKind.Incomplete);
    }

    [Theory]
    [InlineData("/v1/chat/completions", Layer.Inference, "POST /chat/completions")]
    [InlineData("/v1/messages/", Layer.Inference, "POST /messages")]
    [InlineData("/v1/responses?x=1", Layer.Inference, "POST /responses")]
    [InlineData("/search", Layer.Retrieval, "POST /search")]
    [InlineData("/collections/a/points/query", Layer.Retrieval, "POST /query")]
    [InlineData("/mcp", Layer.ToolCall, "POST /mcp")]
    public void A_call_that_nothing_else_tells_of_has_the_layer_of_its_path(string path, Layer layer, string operation)
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Http("h", 10, 50, "root", path);
        StepFinding step = trace.Opened(trace.Analyze(), "h");

        Assert.Equal(layer, step.Key.Layer);
        Assert.Equal(operation, step.Key.Operation);
    }

    [Fact]
    public void The_path_says_nothing_where_a_tagged_call_of_its_layer_runs_was_aborted_before_or_claims_it()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 200)
            .Agent("a", 5, 195, "root")
            .Tool("running", 10, 20, "a")
            .Http("overlapping", 19, 40, "root", "/mcp")
            .Tool("aborted", 50, 60, "a", failed: true, tool: "other", facts: SpanFacts.Abort)
            .Http("straggler", 61, 70, "root", "/mcp")
            .Retriever("r", 80, 90, "a")
            .Http("claimed", 82, 88, "r", "/mcp");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(2, findings.Steps.Count(static step => step.Key.Layer == Layer.ToolCall));
        Assert.Equal(trace.Opened(findings, "r"), trace.StepOf(findings, "claimed"));
    }

    [Fact]
    public void The_requests_of_one_mcp_call_are_one_step_that_ends_as_the_last_request_does()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100, http: 500)
            .Http("initialize", 10, 20, "root", "/mcp")
            .Http("initialized", 21, 25, "root", "/mcp", 202)
            .Http("stream", 26, 28, "root", "/mcp", 405, "GET")
            .Http("call", 27, 60, "root", "/mcp", 500)
            .Http("bye", 61, 62, "root", "/mcp", 405, "DELETE");
        TraceFindings findings = trace.Analyze();
        StepFinding step = trace.Opened(findings, "initialize");

        Assert.Equal(2, findings.Steps.Count);
        Assert.Equal(Verdict.Failed, step.Verdict);
        Assert.True(step.OwnFailure);
        Assert.Equal(AgentTrace.At(62), step.EndUnixNanos);
    }

    [Fact]
    public void Where_mcp_calls_are_tagged_other_requests_to_the_server_are_no_calls()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Span("session", 10, 60, "root")
            .Http("initialize", 11, 20, "session", "/mcp")
            .Tool("t", 30, 50, "session")
            .Http("call", 31, 49, "t", "/mcp");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(trace.Opened(findings, "t"), Assert.Single(findings.Steps, static step => step.Key.Layer == Layer.ToolCall));
    }

    [Fact]
    public void Mcp_calls_with_another_step_between_them_are_two_steps_and_a_lone_stream_is_none()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Http("first", 10, 20, "root", "/mcp")
            .Http("model", 21, 30, "root", "/v1/messages")
            .Http("second", 31, 40, "root", "/mcp")
            .Http("model2", 41, 50, "root", "/v1/messages")
            .Http("stream", 51, 52, "root", "/mcp", 405, "GET");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(2, findings.Steps.Count(static step => step.Key.Layer == Layer.ToolCall));
        Assert.Equal(trace.Opened(findings, "root"), trace.StepOf(findings, "stream"));
    }

    [Fact]
    public void Services_that_call_each_other_back_leave_a_tree()
    {
        // Each of the two calls could be made by the model call inside the other: moving both would close a circle.
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Http("x", 10, 50, "root", "/a")
            .Http("y", 10, 50, "root", "/b")
            .Chat("in x", 10, 50, "x")
            .Chat("in y", 10, 50, "y");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("root", trace.ParentOf(findings, "x"));
        Assert.Equal("root", trace.ParentOf(findings, "y"));
    }
}
