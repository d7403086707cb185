using FsCheck;
using FsCheck.Fluent;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Reporting.Tests.LayerCoverage;

public sealed class LayerCensusTests
{
    private const long Millisecond = 1_000_000;

    [Fact]
    public void Shares_add_up_to_one_and_counts_to_the_spans_whatever_the_order_of_the_traces() =>
        Prop.ForAll(
            Gen.Choose(0, int.MaxValue).ToArbitrary(),
            static seed =>
            {
                Random random = new(seed);
                TraceFindings[] traces = [.. Enumerable.Range(1, random.Next(1, 6)).Select(trace => Analyze([.. RandomTrace(random, (ulong)trace)]))];
                CoverageReport report = Report(traces);
                CoverageReport reversed = Report(traces.Reverse());

                Assert.Equal(ReportJson.Write(report), ReportJson.Write(reversed));
                Assert.Equal(traces.Sum(static trace => trace.Spans.Count), report.Spans);
                Assert.Equal(report.Spans, report.Rules.Sum(static rule => rule.Spans));
                Assert.Equal(report.Spans, report.Names.Sum(static name => name.Spans));
                Assert.Equal(1, report.Rules.Sum(static rule => rule.SpanShare), 9);
                Assert.Equal(traces.Where(static trace => trace.RootIndex >= 0).Sum(static trace => trace.EndUnixNanos - trace.StartUnixNanos) / 1e6, report.PathMs, 6);
                if (report.PathMs > 0)
                {
                    Assert.Equal(1, report.Rules.Sum(static rule => rule.PathShare!.Value), 9);
                }

                Assert.Equal(report.UnattributedSpanShare > 0.05 || report.UnattributedPathShare > 0.05, report.Warning is not null);
            }).QuickCheckThrowOnFailure();

    [Fact]
    public void Names_are_counted_without_what_varies_and_by_who_decided()
    {
        CoverageReport report = Report([Analyze([
            Span(1, 1, 0, "run", 0, 100), Span(1, 2, 1, "chat", 10, 60, ("gen_ai.operation.name", "chat")), Span(1, 3, 2, "wait 1", 20, 30), Span(1, 4, 2, "wait 22", 30, 50),
        ])]);

        Assert.Equal(
            [
                new NameCoverage("wait {n}", "acme", "inference", "inherited", "inherited", 2, 30), new NameCoverage("run", "acme", "ingress", "root", "guessed", 1, 50),
                new NameCoverage("chat", "acme", "inference", "gen_ai.operation.name=chat", "certain", 1, 20),
            ],
            report.Names);
        Assert.Equal([("inherited", 2), ("gen_ai.operation.name=chat", 1), ("root", 1)], report.Rules.Select(static rule => (rule.Rule, rule.Spans)));
        Assert.Null(report.Warning);
    }

    [Fact]
    public void Where_much_has_no_layer_the_commonest_names_are_told_with_rules_for_them()
    {
        CoverageReport report = Report([Analyze([
            Span(1, 1, 0, "run", 0, 100), Span(2, 2, 99, "search 7", 10, 60), Span(2, 3, 99, "search 8", 10, 60), Span(2, 4, 99, "glue", 10, 60),
        ]), ]);

        Assert.Equal(0.75, report.UnattributedSpanShare);
        Assert.Equal(0, report.UnattributedPathShare);
        Assert.Equal("75.0 % of the spans and 0.0 % of the path time have no layer, above all 'search {n}', 'glue'. Tag them with tracegap.layer, or give them one by rules of your own (Rules:File).", report.Warning!.Text);
        Assert.Equal(
            """
            rules:
              - name: "search {n} of acme"
                match: { name: "search #", scope: "acme" }
                layer: retrieval
              - name: "glue of acme"
                match: { name: "glue", scope: "acme" }
                layer: orchestration

            """,
            report.Warning.Fix);
    }

    [Fact]
    public void Without_traces_nothing_is_known()
    {
        CoverageReport report = Report([]);

        Assert.Equal((0, 0, null, null), (report.Spans, report.PathMs, report.UnattributedSpanShare, report.UnattributedPathShare));
        Assert.Null(report.Warning);
    }

    private static CoverageReport Report(IEnumerable<TraceFindings> traces)
    {
        LayerCensus census = new();
        foreach (TraceFindings trace in traces)
        {
            census.Add(trace);
        }

        return census.ToReport(null, null, null);
    }

    private static TraceFindings Analyze(SpanRecord[] spans) => new TraceAnalyzer(AnalysisOptions.Default).Analyze(spans, closed: true);

    private static IEnumerable<SpanRecord> RandomTrace(Random random, ulong trace)
    {
        int count = random.Next(1, 12);
        for (int i = 1; i <= count; i++)
        {
            ulong parent = i == 1 ? (ulong)(random.Next(4) == 0 ? 77 : 0) : random.Next(6) == 0 ? 99 : (ulong)random.Next(1, i);
            int start = random.Next(100);
            (string, string)[] with = random.Next(3) == 0 ? [("gen_ai.operation.name", "chat")] : [];
            yield return Span(trace, (ulong)i, parent, $"work {random.Next(3)}", start, start + random.Next(60), with);
        }
    }

    private static SpanRecord Span(ulong trace, ulong id, ulong parent, string name, long start, long end, params (string Key, string Value)[] with) => new()
    {
        TraceId = new TraceId(1, 1),
        SpanId = new SpanId((trace * 1000) + id),
        ParentSpanId = parent == 0 ? SpanId.None : new SpanId((trace * 1000) + parent),
        Name = name,
        Kind = SpanKind.Internal,
        StartUnixNanos = start * Millisecond,
        EndUnixNanos = end * Millisecond,
        Resource = ResourceRecord.Unknown,
        Scope = new ScopeRecord("acme", "", AttributeSet.Empty),
        Attributes = AttributeSet.From(with.Select(static pair => KeyValuePair.Create(pair.Key, AttributeValue.Of(pair.Value)))),
    };
}
