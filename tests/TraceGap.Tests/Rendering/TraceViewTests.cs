using TraceGap.Commands;
using TraceGap.Rendering;
using TraceGap.Reporting.Traces;

namespace TraceGap.Tests.Rendering;

public sealed class TraceViewTests
{
    private const long Start = 1_795_000_000_000_000_000;

    [Theory]
    [InlineData(80)]
    [InlineData(120)]
    public void A_trace_looks_as_reviewed(int width) => Golden.Check($"trace-{width}.txt", Render(RetriedTool(), width));

    [Fact]
    public void Every_span_is_shown_once_though_parents_are_missing_or_form_a_ring()
    {
        SpanEntry[] spans =
        [
            Span("1", null, "root", 0, 9),
            Span("2", "1", "child", 1, 2),
            Span("3", "missing", "orphan", 2, 3),
            Span("4", "5", "ring-a", 3, 4),
            Span("5", "4", "ring-b", 4, 5),
            Span("6", "6", "own parent", 5, 6),
        ];

        Assert.Equal(["root", "child", "orphan", "ring-a", "ring-b", "own parent"], TraceTree.Lines(spans).Select(static line => line.Span.Name));
    }

    [Fact]
    public void A_chain_ten_thousand_deep_is_shown_within_the_width()
    {
        SpanEntry[] spans = [.. Enumerable.Range(0, 10_000).Select(static i => Span($"{i}", i == 0 ? null : $"{i - 1}", "link", i, 20_000 - i))];

        List<TreeLine> lines = [.. TraceTree.Lines(spans)];

        Assert.Equal(10_000, lines.Count);
        Assert.All(lines, static line => Assert.True(line.Prefix.Length <= 20));
    }

    private static TraceReport RetriedTool() => new(
        "4bf92f3577b34da6a3ce929d0e0e4736",
        "gateway/POST /ask",
        "failed",
        "root",
        $"{Start}",
        $"{Start + 20_000_000}",
        20,
        1,
        [new DefectEntry("orphan", "0000000000000009", "its parent 00000000000000ff is not in the trace")],
        [
            Span("1", null, "POST /ask", 0, 20, "ingress", verdict: "failed", error: "500"),
            Span("2", "1", "chat large", 1, 8, "inference"),
            Span("3", "1", "execute_tool crm_lookup", 9, 12, "tool_call", verdict: "failed", error: "timeout"),
            Span("4", "1", "execute_tool crm_lookup", 14, 19, "tool_call", verdict: "failed", error: "timeout"),
            Span("5", "4", "tools/call crm_lookup", 15, 18, "tool_call"),
        ],
        [
            new StepEntry("1", null, "ingress", "gateway/ingress/POST /ask", "POST /ask", "failed", false, false, [new AttemptEntry("1", "failed")]),
            new StepEntry("2", "1", "inference", "agents/inference/chat large", "chat large", "ok", false, false, [new AttemptEntry("2", "ok")]),
            new StepEntry("3", "1", "tool_call", "agents/tool_call/execute_tool crm_lookup", "execute_tool crm_lookup", "failed", true, false, [new AttemptEntry("3", "failed"), new AttemptEntry("4", "failed")]),
        ],
        [
            Segment("1", "ingress", "compute", 0, 1), Segment("2", "inference", "compute", 1, 8), Segment("1", "ingress", "handoff", 8, 9),
            Segment("3", "tool_call", "compute", 9, 12), Segment("1", "ingress", "wait", 12, 14), Segment("4", "tool_call", "compute", 14, 15),
            Segment("5", "tool_call", "compute", 15, 18), Segment("4", "tool_call", "compute", 18, 19), Segment("1", "ingress", "handoff", 19, 20),
        ],
        [new TimedOrderEntry("1", "2", "3"), new TimedOrderEntry("1", "3", "4")],
        [new LayerTimeEntry("tool_call", 8, 8, 0, 0, 0), new LayerTimeEntry("inference", 7, 7, 0, 0, 0), new LayerTimeEntry("ingress", 5, 1, 0, 2, 2)],
        new FailureEntry("tool_call", "3", "timeout", "execute_tool crm_lookup failed: timeout"));

    private static SpanEntry Span(
        string id, string? parent, string name, long fromMs, long toMs, string layer = "ingress", string verdict = "ok", string? error = null) => new(
        id, parent, parent, name, "internal", "agents", layer, "test", null, verdict, error is null ? "" : "status", error,
        $"{Start + (fromMs * 1_000_000)}", $"{Start + (toMs * 1_000_000)}", "0", new Dictionary<string, object>());

    private static SegmentEntry Segment(string span, string layer, string kind, long fromMs, long toMs) =>
        new(span, layer, kind, $"{Start + (fromMs * 1_000_000)}", $"{Start + (toMs * 1_000_000)}");

    private static string Render(TraceReport trace, int width)
    {
        using StringWriter writer = new() { NewLine = "\n" };
        TraceView.Write(Terminal.PlainConsole(writer, width), trace);
        return writer.ToString();
    }
}
