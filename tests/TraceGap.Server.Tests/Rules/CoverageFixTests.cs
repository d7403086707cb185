using System.Text;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Reporting;
using TraceGap.Server.Rules;

namespace TraceGap.Server.Tests.Rules;

public sealed class CoverageFixTests
{
    [Theory]
    [InlineData("AcmeRunner.run", "acme")]
    [InlineData("summarise \"it\": {x} # 7 * [a]", "")]
    [InlineData("line\nbreak\t\u0007 ünï 🙂 \\ 'q'", "a: b")]
    [InlineData("5f1b2c3d-0000-1111-2222-333344445555", "- x")]
    [InlineData("", "")]
    public void The_rules_that_a_warning_offers_can_be_pasted_and_leave_no_such_span_without_a_layer(string name, string scope)
    {
        SpanRecord[] spans = [Span(1, name, scope)];
        CoverageReport before = Coverage(spans, LayerRuleSet.None);

        Assert.NotNull(before.Warning);
        Assert.Empty(RuleFileReader.Read(Encoding.UTF8.GetBytes(before.Warning.Fix), keepsContent: false, out LayerRuleSet rules));
        CoverageReport after = Coverage(spans, rules);

        Assert.Null(after.Warning);
        Assert.Equal(0, after.UnattributedSpanShare);
    }

    // Below a parent that never came nothing is ingress.
    private static SpanRecord Span(byte id, string name, string scope) => new()
    {
        TraceId = new TraceId(1, 1),
        SpanId = new SpanId(id),
        ParentSpanId = new SpanId(900u + id),
        Name = name,
        Kind = SpanKind.Internal,
        StartUnixNanos = 1_790_000_000_000_000_000,
        EndUnixNanos = 1_790_000_000_001_000_000,
        Resource = new ResourceRecord(AttributeSet.Empty),
        Scope = new ScopeRecord(scope, "", AttributeSet.Empty),
        Attributes = AttributeSet.Empty,
    };

    private static CoverageReport Coverage(SpanRecord[] spans, LayerRuleSet rules)
    {
        LayerCensus census = new();
        census.Add(new TraceAnalyzer(new AnalysisOptions { Rules = rules }).Analyze(spans, closed: true));
        return census.ToReport(null, null, null);
    }
}
