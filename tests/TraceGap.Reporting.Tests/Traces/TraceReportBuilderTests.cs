using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting.Traces;

namespace TraceGap.Reporting.Tests.Traces;

public sealed class TraceReportBuilderTests
{
    [Fact]
    public void Spans_that_came_too_late_are_shown_and_marked()
    {
        SpanRecord[] spans = [Span(1, parent: 0), Span(2, parent: 1), Span(3, parent: 1)];
        TraceFindings findings = new TraceAnalyzer(new AnalysisOptions()).Analyze(spans, closed: true);

        TraceReport report = TraceReportBuilder.Build(findings, revision: 1, new HashSet<SpanId> { new(3) });

        Assert.Equal(3, report.Spans.Count);
        DefectEntry late = Assert.Single(report.Defects, static defect => defect.Kind == "late");
        Assert.Equal(new SpanId(3).ToString(), late.SpanId);
        Assert.DoesNotContain(TraceReportBuilder.Build(findings, revision: 1).Defects, static defect => defect.Kind == "late");
    }

    [Fact]
    public void Where_the_path_goes_from_child_to_child_only_timing_says_so()
    {
        // 3 follows 2; 4 began before 3 had ended, and is not on the path; 6 follows 5 below 3.
        SpanRecord[] spans = [Span(1, 0, 0, 100), Span(2, 1, 10, 30), Span(3, 1, 40, 90), Span(4, 1, 50, 80), Span(5, 3, 45, 60), Span(6, 3, 60, 85)];

        TraceReport report = Build(spans);

        Assert.Equal([Order(3, 5, 6), Order(1, 2, 3)], report.TimedOrder.OrderByDescending(static place => place.ParentSpanId));
        Assert.Equal([null, "1", "1", "3", "1", "3"], report.Spans.Select(static span => span.TreeParentSpanId?.TrimStart('0')));
    }

    [Fact]
    public void Defects_are_counted_by_trace_with_the_latest_as_example()
    {
        TraceReport sound = Build([Span(1, 0, 0, 100), Span(2, 1, 10, 30)]);
        TraceReport two = Build([Span(1, 0, 0, 100), Span(2, 8, 10, 30), Span(3, 9, 10, 30)]) with { TraceId = "later" };
        TraceReport one = Build([Span(1, 0, 0, 100), Span(2, 9, 10, 30)]) with { TraceId = "earlier" };

        QualityReport quality = QualityBuilder.Build(new ReportWindow(null, null), "shop ask", [sound, two, one]);

        Assert.Equal((3, 7, "shop ask"), (quality.Traces, quality.Spans, quality.Workflow));
        Assert.Equal(new DefectCount("orphan", 2, 3, "later"), Assert.Single(quality.Defects, static defect => defect.Kind == "orphan"));
        Assert.Empty(QualityBuilder.Build(new ReportWindow(null, null), null, [sound]).Defects);
    }

    [Fact]
    public void A_deep_chain_and_many_siblings_have_an_order_each()
    {
        Assert.Empty(Build([.. Enumerable.Range(0, 5_000).Select(static i => Span((ulong)i + 1, (ulong)i, i, 20_000 - i))]).TimedOrder);
        Assert.Equal(4_998, Build([Span(1, 0, 0, 50_000), .. Enumerable.Range(1, 4_999).Select(static i => Span((ulong)i + 1, 1, 10 * i, (10 * i) + 5))]).TimedOrder.Count);
    }

    private static TraceReport Build(IReadOnlyList<SpanRecord> spans) =>
        TraceReportBuilder.Build(new TraceAnalyzer(new AnalysisOptions()).Analyze(spans, closed: true), revision: 1);

    private static TimedOrderEntry Order(ulong parent, ulong before, ulong after) =>
        new(new SpanId(parent).ToString(), new SpanId(before).ToString(), new SpanId(after).ToString());

    private static SpanRecord Span(ulong id, ulong parent) => Span(id, parent, (long)id, 100);

    private static SpanRecord Span(ulong id, ulong parent, long start, long end) => new()
    {
        TraceId = new TraceId(1, 2),
        SpanId = new SpanId(id),
        ParentSpanId = new SpanId(parent),
        Name = "step",
        StartUnixNanos = start,
        EndUnixNanos = end,
        Resource = new ResourceRecord(AttributeSet.From([new("service.name", AttributeValue.Of("shop"))])),
        Scope = ScopeRecord.None,
    };
}
