using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class StepTests
{
    [Fact]
    public void A_layer_of_its_own_opens_a_step_and_the_rest_belongs_to_what_encloses_it()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100).Span("middleware", 1, 2, "root").Agent("a", 3, 97, "root").Span("glue", 4, 5, "a").Chat("n", 6, 20, "a").Http("h", 7, 19, "n", "/x").Served("s", 8, 18, "h");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(["agent/ingress/POST /ask", "agent/orchestration/invoke_agent a", "agent/inference/chat m"], findings.Steps.Select(static step => step.Key.Text));
        Assert.Equal([-1, 0, 1], findings.Steps.Select(static step => step.ParentIndex));
        Assert.Equal(trace.Opened(findings, "root"), trace.StepOf(findings, "middleware"));
        Assert.Equal(trace.Opened(findings, "a"), trace.StepOf(findings, "glue"));
        Assert.Equal(trace.Opened(findings, "n"), trace.StepOf(findings, "s"));
        Assert.Equal([false, true, false], findings.Steps.Select(static step => step.IsFrame));
    }

    [Fact]
    public void A_model_call_inside_a_model_call_is_the_same_call_told_twice()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Chat("outer", 1, 50, "root").Chat("inner", 2, 49, "outer", model: "m-2024", scope: "sdk");

        Assert.Equal(2, trace.Analyze().Steps.Count);
    }

    [Fact]
    public void An_agent_inside_an_agent_is_another_step_unless_it_has_the_same_key()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("a", 1, 90, "root").Agent("b", 2, 50, "a").Span("again", 3, 40, "b", "invoke_agent b", with: [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", "b")]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(3, findings.Steps.Count);
        Assert.Equal(trace.Opened(findings, "b"), trace.StepOf(findings, "again"));
    }

    [Fact]
    public void The_client_and_server_of_an_mcp_call_are_one_step_with_the_tool_around_them()
    {
        (string, object)[] mcp = [("mcp.method.name", "tools/call"), ("gen_ai.tool.name", "lookup")];
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Tool("t", 1, 50, "root")
            .Span("client", 2, 49, "t", "tools/call lookup", SpanKind.Client, with: mcp)
            .Span("server", 3, 48, "client", "tools/call lookup", SpanKind.Server, service: "tools", with: mcp)
            .Http("post", 51, 90, "root", "/other")
            .Tool("t2", 52, 80, "root", tool: "lookup2")
            .Http("h", 53, 79, "t2", "/mcp")
            .Served("hs", 54, 78, "h", service: "tools")
            .Span("server2", 55, 77, "hs", "tools/call lookup2", SpanKind.Server, service: "tools", with: [("mcp.method.name", "tools/call"), ("gen_ai.tool.name", "lookup2")]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(2, findings.Steps.Count(static step => step.Key.Layer == Layer.ToolCall));
        Assert.Equal(trace.Opened(findings, "t"), trace.StepOf(findings, "server"));
        Assert.Equal(trace.Opened(findings, "t2"), trace.StepOf(findings, "server2"));
    }

    [Fact]
    public void A_tool_that_calls_another_tool_is_two_steps()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Tool("t", 1, 50, "root", tool: "outer").Tool("u", 2, 40, "t", tool: "inner");

        Assert.Equal(3, trace.Analyze().Steps.Count);
    }

    [Fact]
    public void Plumbing_is_no_step_and_what_is_inside_it_belongs_where_it_would_without_it()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100).Chain("graph", 1, 90, "root").Chain("__start__", 2, 3, "graph").Chain("p", 4, 50, "graph", name: "RunnableSequence").Chat("n", 5, 40, "p");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(3, findings.Steps.Count);
        Assert.Equal(trace.Opened(findings, "graph"), trace.StepOf(findings, "p"));
        Assert.Equal(1, trace.Opened(findings, "n").ParentIndex);
    }

    [Fact]
    public void Orphan_transport_without_an_enclosing_step_opens_none()
    {
        AgentTrace trace = new AgentTrace().Span("h", 1, 2, kind: SpanKind.Client);

        // The only span without a parent is the root, so the second one is what hangs free.
        trace.Span("free", 3, 4, kind: SpanKind.Client);

        Assert.Single(trace.Analyze().Steps);
    }

    [Fact]
    public void Steps_are_listed_in_order_of_start_the_enclosing_one_first()
    {
        AgentTrace trace = new AgentTrace().Chat("n", 1, 5, "a").Agent("a", 1, 9, "root").Root(1, 10);

        Assert.Equal([Layer.Ingress, Layer.Orchestration, Layer.Inference], trace.Analyze().Steps.Select(static step => step.Key.Layer));
    }

    [Fact]
    public void Operations_are_the_conventions_and_their_targets_else_the_templated_name()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Chain("c", 1, 2, "root", name: "specialist_7")
            .Span("v", 3, 4, "root", "ai.toolCall", with: [("ai.operationId", "ai.toolCall"), ("ai.toolCall.name", "lookup")])
            .Span("g", 5, 6, "root", "x", with: [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.agent.name", "171105b7-8a1c-4c57-b9a3-0123456789ab")])
            .Span("w", 7, 8, "root", "workflow Graph 12", with: [("gen_ai.operation.name", "workflow")])
            .Span("d", 9, 10, "root", "retrieval kb", with: [("gen_ai.operation.name", "retrieval"), ("gen_ai.data_source.id", "kb")])
            .Span("e", 11, 12, "root", "embeddings e5", with: [("gen_ai.operation.name", "embeddings"), ("gen_ai.request.model", "e5")]);

        Assert.Equal(
            ["POST /ask", "specialist_{n}", "ai.toolCall lookup", "invoke_agent {guid}", "workflow Graph {n}", "retrieval kb", "embeddings e5"],
            trace.Analyze().Steps.Select(static step => step.Key.Operation));
    }

    [Theory]
    [InlineData("plan", "plan")]
    [InlineData("specialist_0", "specialist_{n}")]
    [InlineData("chat gpt-4o-mini", "chat gpt-4o-mini")]
    [InlineData("sha256", "sha256")]
    [InlineData("GET /users/42/orders/7", "GET /users/{n}/orders/{n}")]
    [InlineData("run 171105b7-8a1c-4c57-b9a3-0123456789ab", "run {guid}")]
    [InlineData("job deadbeef01", "job {hex}")]
    [InlineData("feedback form", "feedback form")]
    [InlineData("call_5fQz81kLmN02pQrSt", "call_{id}")]
    [InlineData("", "")]
    public void Names_are_templated_by_what_varies_in_them(string name, string template)
    {
        Assert.Equal(template, NameTemplate.Of(name));
        Assert.Equal(template, NameTemplate.Of(template));
    }

    [Fact]
    public void The_workflow_is_named_by_the_root_or_by_its_own_name()
    {
        AgentTrace bare = new AgentTrace().Span("r", 0, 1, name: "POST", kind: SpanKind.Server, service: "shop", with: [("http.request.method", "POST"), ("http.route", "/ask/{id}")]);
        AgentTrace named = new AgentTrace().Span("r", 0, 1, name: "invoke_workflow x", service: "shop", with: [("gen_ai.workflow.name", "support")]);
        AgentTrace rootless = new AgentTrace().Span("late", 5, 6, "lost", service: "b").Span("early", 1, 2, "lost", service: "a");

        Assert.Equal("shop/POST /ask/{id}", bare.Analyze().Key.Workflow);
        Assert.Equal("shop/support", named.Analyze().Key.Workflow);
        Assert.Equal("a/(no root)", rootless.Analyze().Key.Workflow);
    }

    [Fact]
    public void Tokens_are_those_of_the_innermost_model_call_under_any_spelling()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Span("a", 1, 50, "root", with: [("gen_ai.operation.name", "invoke_agent"), ("gen_ai.usage.input_tokens", 99)])
            .Span("oi", 2, 5, "a", with: [("openinference.span.kind", "LLM"), ("llm.token_count.prompt", 10), ("llm.token_count.completion", 3)])
            .Span("old", 6, 9, "a", with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.prompt_tokens", 7), ("gen_ai.usage.completion_tokens", 2)])
            .Chat("silent", 11, 20, "a")
            .Span("told", 12, 19, "silent", with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 5), ("gen_ai.usage.output_tokens", 4)])
            .Span("wrapper", 21, 40, "a", with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 50)])
            .Tool("t", 22, 39, "wrapper")
            .Span("within", 23, 30, "t", with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", 50)]);
        TraceFindings findings = trace.Analyze();

        Assert.Equal((10, 3), Tokens("oi"));
        Assert.Equal((7, 2), Tokens("old"));
        Assert.Equal((5, 4), Tokens("silent"));
        Assert.Equal((0, 0), Tokens("wrapper"));
        Assert.Equal((50, 0), Tokens("within"));
        Assert.Equal(72, findings.Steps.Sum(static step => step.Call.Tokens.Input));

        (long, long) Tokens(string id) => (trace.Opened(findings, id).Call.Tokens.Input, trace.Opened(findings, id).Call.Tokens.Output);
    }
}
