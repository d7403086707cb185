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

    private static SpanRecord Span(ulong id, ulong parent) => new()
    {
        TraceId = new TraceId(1, 2),
        SpanId = new SpanId(id),
        ParentSpanId = new SpanId(parent),
        Name = "step",
        StartUnixNanos = (long)id,
        EndUnixNanos = 100,
        Resource = new ResourceRecord(AttributeSet.From([new("service.name", AttributeValue.Of("shop"))])),
        Scope = ScopeRecord.None,
    };
}
