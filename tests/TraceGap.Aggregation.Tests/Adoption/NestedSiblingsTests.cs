using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Spans of an instrumentation that loses their parents, all below the root. Times are whole milliseconds at the start, as it emits them.</summary>
public class NestedSiblingsTests
{
    private const string Flawed = "@traceloop/instrumentation-langchain";

    [Fact]
    public void Graph_node_and_call_go_below_one_another_and_only_the_call_failed_of_its_own()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100, http: 500);
        Graph(trace, "graph", 10, 90, failed: true);
        Node(trace, "plan", 11, 20.3);
        Node(trace, "generate", 21, 88, failed: true);
        trace.Chat("chat", 22, 87, "root", failed: true, scope: Flawed);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(["root", "graph", "graph", "generate"], ParentsOf(trace, findings, "graph", "plan", "generate", "chat"));
        Assert.Equal(["chat"], OwnFailures(trace, findings, "graph", "chat"));
        Assert.Equal(3, findings.Defects.Count(static defect => defect.Kind == DefectKind.Adopted));
    }

    [Fact]
    public void Only_spans_of_the_scope_take_others_in()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        trace.Agent("agent", 10, 90, "root").Chat("chat", 22, 87, "root");

        Assert.Equal("root", trace.ParentOf(trace.Analyze(), "chat"));
    }

    [Fact]
    public void A_version_that_knows_parents_is_left_alone()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 10, 90);
        Graph(trace, "left", 20, 60, name: "invoke_agent left", parent: "graph");
        Graph(trace, "right", 30, 50, name: "invoke_agent right", parent: "graph");

        Assert.Equal("graph", trace.ParentOf(trace.Analyze(), "right"));
    }

    [Fact]
    public void Without_adoption_they_stay_where_they_were()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 10, 90);
        trace.Chat("chat", 22, 87, "root", scope: Flawed);

        Assert.Equal("root", trace.ParentOf(trace.Analyze(options: new AnalysisOptions { Adopt = false }), "chat"));
    }

    [Fact]
    public void What_the_calls_ask_for_is_in_the_node_too_and_with_orphans_it_is_the_same()
    {
        AgentTrace trace = new();
        Graph(trace, "graph", 10, 90, parent: "lost");
        Node(trace, "retrieve", 20, 60, parent: "lost");
        trace.Http("search", 22, 58, "lost", "/search");

        TraceFindings findings = trace.Analyze();
        Assert.Equal("retrieve", trace.ParentOf(findings, "search"));
        Assert.Equal("graph", trace.ParentOf(findings, "retrieve"));
        Assert.Equal(Layer.Retrieval, trace.FindingOf(findings, "search").Layer.Layer);
    }

    [Fact]
    public void A_floored_start_moves_an_end_before_that_of_what_lies_in_the_span()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 10, 90);
        Node(trace, "act", 20, 50.1);
        trace.Tool("tool", 20, 50.9, "root", scope: Flawed);
        Node(trace, "next", 50, 70.2);

        Assert.Equal(["act", "graph"], ParentsOf(trace, trace.Analyze(), "tool", "next"));
    }

    [Fact]
    public void Nodes_side_by_side_share_the_graph_and_keep_the_nearest_call_each()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 10, 90);
        Node(trace, "left", 20, 60);
        Node(trace, "right", 20, 50);
        trace.Chat("a", 21, 59, "root", scope: Flawed).Chat("b", 21, 49, "root", scope: Flawed);
        TraceFindings findings = trace.Analyze();

        Assert.Equal(["graph", "graph", "left", "right"], ParentsOf(trace, findings, "left", "right", "a", "b"));
        Assert.Contains(findings.Defects, defect => defect.SpanId == trace.IdOf("b") && defect.Detail.EndsWith("(guessed)", StringComparison.Ordinal));
    }

    [Fact]
    public void A_call_that_lies_in_two_agents_side_by_side_is_given_to_neither()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 10, 90);
        Graph(trace, "left", 20, 60, name: "invoke_agent left");
        Graph(trace, "right", 30, 70, name: "invoke_agent right");
        trace.Chat("both", 35, 55, "root", scope: Flawed).Chat("early", 21, 40, "root", scope: Flawed).Chat("late", 32, 69, "root", scope: Flawed);

        Assert.Equal(["graph", "graph", "graph", "left", "right"], ParentsOf(trace, trace.Analyze(), "left", "right", "both", "early", "late"));
    }

    [Fact]
    public void An_agent_whose_node_began_before_another_agent_is_not_part_of_that_one()
    {
        // Two branches: the second agent lies in the first by time alone, but its node does not.
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 5, 95);
        Node(trace, "node a", 10, 80);
        Node(trace, "node b", 10, 60);
        Graph(trace, "a", 12, 79, name: "invoke_agent a");
        Graph(trace, "b", 14, 59, name: "invoke_agent b");
        TraceFindings findings = trace.Analyze();

        Assert.Equal(trace.Opened(findings, "graph").Index, trace.Opened(findings, "b").ParentIndex);
    }

    [Fact]
    public void A_tool_beside_a_model_call_does_not_take_it_in()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 5, 95);
        Node(trace, "act", 10, 81);
        Node(trace, "ask", 10, 79);
        trace.Tool("tool", 10, 80, "root", scope: Flawed).Chat("chat", 11, 78, "root", scope: Flawed).Chat("again", 12, 77, "root", scope: "sdk");
        TraceFindings findings = trace.Analyze();

        Assert.Equal("ask", trace.ParentOf(findings, "chat"));
        Assert.Equal("chat", trace.ParentOf(findings, "again"));
    }

    [Fact]
    public void A_tool_takes_in_the_chain_that_it_runs()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100);
        Graph(trace, "graph", 5, 95);
        Node(trace, "act", 10, 81);
        trace.Tool("tool", 11, 80, "root", scope: Flawed);
        Node(trace, "chain", 20, 70);
        trace.Chat("chat", 22, 69, "root", scope: Flawed);

        Assert.Equal(["act", "tool", "chain"], ParentsOf(trace, trace.Analyze(), "tool", "chain", "chat"));
    }

    [Fact]
    public void Ten_thousand_siblings_of_any_shape_are_placed_whatever_their_order()
    {
        Random random = new(7);
        AgentTrace trace = new AgentTrace().Root(0, 100_000);
        Graph(trace, "graph", 1, 99_000);
        for (int i = 0; i < 10_000; i++)
        {
            int start = random.Next(2, 90_000);
            int end = start + random.Next(1, 9_000);
            if (i % 3 == 0)
            {
                Node(trace, $"n{i}", start, end);
            }
            else if (i % 3 == 1)
            {
                Graph(trace, $"n{i}", start, end, name: $"invoke_agent {i}");
            }
            else
            {
                trace.Chat($"n{i}", start, end, "root", scope: Flawed);
            }
        }

        TraceAnalyzer analyzer = new(AnalysisOptions.Default);
        SpanRecord[] shuffled = [.. trace.Spans];
        random.Shuffle(shuffled);
        TraceFindings findings = analyzer.Analyze(trace.Spans, closed: true);
        Assert.Equal(findings.Spans.Select(static span => span.ParentIndex), analyzer.Analyze(shuffled, closed: true).Spans.Select(static span => span.ParentIndex));
        Assert.Equal(10_000, findings.Defects.Count(static defect => defect.Kind == DefectKind.Adopted));
    }

    private static void Graph(AgentTrace trace, string id, double start, double end, bool failed = false, string name = "workflow CompiledStateGraph", string parent = "root") => trace.Span(
        id, start, end, parent, name, status: failed ? SpanStatus.Error : SpanStatus.Ok, scope: Flawed,
        with: [("gen_ai.operation.name", name.StartsWith("workflow", StringComparison.Ordinal) ? "workflow" : "invoke_agent"), ("traceloop.span.kind", "workflow")]);

    private static void Node(AgentTrace trace, string id, double start, double end, bool failed = false, string parent = "root") => trace.Span(
        id, start, end, parent, "workflow RunnableSequence", status: failed ? SpanStatus.Error : SpanStatus.Ok, scope: Flawed,
        with: [("gen_ai.operation.name", "workflow"), ("traceloop.span.kind", "workflow")]);

    private static IEnumerable<string?> ParentsOf(AgentTrace trace, TraceFindings findings, params string[] ids) => ids.Select(id => trace.ParentOf(findings, id));

    private static IEnumerable<string> OwnFailures(AgentTrace trace, TraceFindings findings, params string[] ids) => ids.Where(id => trace.Opened(findings, id).OwnFailure);
}
