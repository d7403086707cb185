using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class LayerTests
{
    [Theory]
    [InlineData("tool call")]
    [InlineData("tool_call")]
    [InlineData("tool-call")]
    [InlineData("tool")]
    [InlineData("ToolCall")]
    [InlineData("TOOL CALL")]
    public void The_tag_may_be_spelled_as_people_spell_it(string tag)
    {
        AgentTrace trace = new AgentTrace().Root(0, 10).Span("s", 1, 9, "root", with: [("tracegap.layer", tag)]);

        SpanLayer layer = trace.FindingOf(trace.Analyze(), "s").Layer;

        Assert.Equal(new SpanLayer(Layer.ToolCall, "tracegap.layer", Certainty.Certain, IsOwn: true, IsExcluded: false), layer);
    }

    [Fact]
    public void The_tag_wins_over_every_convention_and_a_tag_that_names_no_layer_is_none()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 10)
            .Span("a", 1, 4, "root", "RunnableSequence", with: [("tracegap.layer", "assembly"), ("gen_ai.operation.name", "chat")])
            .Span("b", 5, 9, "root", with: [("tracegap.layer", "brain"), ("gen_ai.operation.name", "chat")]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Layer.Assembly, trace.FindingOf(findings, "a").Layer.Layer);
        Assert.Equal(Layer.Inference, trace.FindingOf(findings, "b").Layer.Layer);
    }

    [Fact]
    public void The_tag_of_the_span_wins_over_its_scope_and_that_over_its_resource()
    {
        ResourceRecord resource = new(AgentTrace.Set(("service.name", "s"), ("tracegap.layer", "retrieval")));
        ScopeRecord scope = new("x", "", AgentTrace.Set(("tracegap.layer", "assembly")));
        LayerTag tag = new([]);

        Assert.Equal(Layer.ToolCall, Read(scope, AgentTrace.Set(("tracegap.layer", "tool"))));
        Assert.Equal(Layer.Assembly, Read(scope, AttributeSet.Empty));
        Assert.Equal(Layer.Retrieval, Read(ScopeRecord.None, AttributeSet.Empty));

        Layer Read(ScopeRecord of, AttributeSet attributes)
        {
            SpanRecord span = new()
            {
                TraceId = new TraceId(1, 1), SpanId = new SpanId(1), Name = "x", StartUnixNanos = 0, EndUnixNanos = 1, Resource = resource, Scope = of, Attributes = attributes,
            };
            Assert.True(tag.TryRead(span, out SpanLayer layer));
            return layer.Layer;
        }
    }

    [Fact]
    public void Further_keys_may_be_configured()
    {
        AgentTrace trace = new AgentTrace().Root(0, 10).Span("s", 1, 9, "root", with: [("acme.stage", "retrieval")]);

        Assert.Equal(Layer.Ingress, trace.FindingOf(trace.Analyze(), "s").Layer.Layer);
        Assert.Equal(Layer.Retrieval, trace.FindingOf(trace.Analyze(options: new AnalysisOptions { LayerKeys = ["acme.stage"] }), "s").Layer.Layer);
    }

    [Fact]
    public void Spans_without_a_layer_take_that_of_the_nearest_ancestor_and_the_root_is_ingress()
    {
        AgentTrace trace = new AgentTrace().Root(0, 10).Span("middleware", 0, 1, "root").Agent("a", 1, 9, "root").Span("parse", 2, 3, "a").Span("deep", 2, 3, "parse");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(new SpanLayer(Layer.Ingress, "root", Certainty.Guessed, IsOwn: false, IsExcluded: false), trace.FindingOf(findings, "root").Layer);
        Assert.Equal(Layer.Ingress, trace.FindingOf(findings, "middleware").Layer.Layer);
        Assert.Equal(new SpanLayer(Layer.Orchestration, "inherited", Certainty.Inherited, IsOwn: false, IsExcluded: false), trace.FindingOf(findings, "deep").Layer);
    }

    [Fact]
    public void An_orphan_server_is_ingress_and_another_orphan_is_unattributed()
    {
        AgentTrace trace = new AgentTrace().Root(0, 10).Served("in", 1, 2, "lost").Span("work", 3, 4, "lost2");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Layer.Ingress, trace.FindingOf(findings, "in").Layer.Layer);
        Assert.Equal(Layer.Unattributed, trace.FindingOf(findings, "work").Layer.Layer);
    }

    [Theory]
    [InlineData("assemble", Layer.Assembly)]
    [InlineData("plan", Layer.Orchestration)]
    [InlineData("retrieve", Layer.Retrieval)]
    [InlineData("DocumentSearch", Layer.Retrieval)]
    [InlineData("research", Layer.Orchestration)]
    [InlineData("information", Layer.Orchestration)]
    [InlineData("format_answer", Layer.Assembly)]
    [InlineData("call_model", Layer.Inference)]
    public void Words_count_where_a_part_of_the_name_begins_with_them(string name, Layer layer) => Assert.Equal(layer, LayerWords.Of(name));

    [Fact]
    public void A_node_named_tools_around_tools_is_the_loop_around_them()
    {
        AgentTrace trace = new AgentTrace().Root(0, 20).Chain("tools", 1, 19, "root").Tool("t1", 2, 5, "tools", tool: "a").Tool("t2", 6, 9, "tools", tool: "b");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Layer.Orchestration, trace.FindingOf(findings, "tools").Layer.Layer);
        Assert.Equal(2, findings.Steps.Count(static step => step.Key.Layer == Layer.ToolCall));
    }

    [Fact]
    public void Set_up_traffic_is_orchestration_but_within_a_tool_call_part_of_it()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 20)
            .Span("free", 1, 2, "root", "initialize", with: [("mcp.method.name", "initialize")])
            .Tool("t", 3, 10, "root")
            .Span("within", 4, 5, "t", "initialize", with: [("mcp.method.name", "initialize")]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Layer.Orchestration, trace.Opened(findings, "free").Key.Layer);
        Assert.Equal(trace.Opened(findings, "t"), trace.StepOf(findings, "within"));
    }

    [Fact]
    public void A_guardrail_is_ingress_before_the_first_model_call_assembly_after_it_and_part_of_a_tool_inside_one()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 30)
            .Agent("a", 1, 29, "root")
            .Span("before", 2, 3, "a", "check", with: [("openinference.span.kind", "GUARDRAIL")])
            .Chat("n", 4, 8, "a")
            .Span("after", 9, 10, "a", "check", with: [("openinference.span.kind", "GUARDRAIL")])
            .Span("late input", 11, 12, "a", "input rail", with: [("openinference.span.kind", "GUARDRAIL")])
            .Tool("t", 13, 20, "a")
            .Span("inside", 14, 15, "t", "check", with: [("openinference.span.kind", "GUARDRAIL")]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(Layer.Ingress, trace.FindingOf(findings, "before").Layer.Layer);
        Assert.Equal(Layer.Assembly, trace.FindingOf(findings, "after").Layer.Layer);
        Assert.Equal(Layer.Ingress, trace.FindingOf(findings, "late input").Layer.Layer);
        Assert.Equal(trace.Opened(findings, "t"), trace.StepOf(findings, "inside"));
    }

    [Fact]
    public void What_an_evaluator_calls_is_excluded_with_it_and_no_step()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 30)
            .Chat("n", 1, 5, "root")
            .Span("judge", 6, 29, "root", status: SpanStatus.Error, with: [("openinference.span.kind", "EVALUATOR")])
            .Chat("judging", 7, 28, "judge", failed: true);
        TraceFindings findings = trace.Analyze();

        Assert.True(trace.FindingOf(findings, "judging").Layer.IsExcluded);
        Assert.Null(trace.StepOf(findings, "judging"));
        Assert.Equal(2, findings.Steps.Count);
        Assert.DoesNotContain(findings.CriticalPath, segment => findings.Spans[segment.SpanIndex].Span.Name is "judge");
        Assert.Equal(TraceOutcome.Ok, findings.Outcome);
    }
}
