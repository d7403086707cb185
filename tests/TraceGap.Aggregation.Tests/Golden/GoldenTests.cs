using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>What real frameworks emit, in the shapes that their conventions and captures give, and what has to come of it.</summary>
public class GoldenTests
{
    private static readonly LayerTable Table = new(LayerRules.All);

    public static TheoryData<string> Cases => [.. GoldenCase.Names];

    [Theory]
    [MemberData(nameof(Cases))]
    public void A_trace_of_a_framework_is_read_as_what_it_was(string name)
    {
        GoldenCase golden = GoldenCase.Read(name);
        TraceFindings findings = new TraceAnalyzer(AnalysisOptions.Default).Analyze(golden.Spans(), closed: true);

        Assert.Equal(string.Join('\n', golden.Layers.Order(StringComparer.Ordinal)), string.Join('\n', LayersOf(golden, findings)));
        Assert.Equal(string.Join('\n', golden.Steps), string.Join('\n', findings.Steps.Select(Shown)));
        Assert.Equal(golden.Outcome, OutcomeOf(findings));
        Assert.Equal(golden.Failure, findings.Failure?.Text);
        Assert.Equal(golden.WaitMs, WaitMs(findings));
    }

    [Fact]
    public void Every_row_of_the_table_decides_a_span_of_some_case()
    {
        HashSet<LayerRule> hit = [];
        foreach (SpanRecord span in GoldenCase.Names.SelectMany(static name => GoldenCase.Read(name).Spans()))
        {
            // The table as it is written: the first row that holds.
            LayerRule? first = LayerRules.All.FirstOrDefault(rule => rule.Lead.Holds(span) && Array.TrueForAll(rule.Also, clue => clue.Holds(span)));
            if (first is not null)
            {
                hit.Add(first);
            }

            (LayerEffect effect, SpanLayer layer) = Table.Decide(span);
            Assert.Equal((first?.Effect ?? LayerEffect.None, first?.Layer ?? Layer.Unattributed), (effect, layer.Layer));
        }

        string[] missed = [.. LayerRules.All.Where(rule => !hit.Contains(rule)).Select(static rule => $"{rule.Effect} {rule.Layer} {string.Join(',', rule.Lead.Keys)} {string.Join(',', rule.Lead.Values)}")];
        Assert.True(missed.Length == 0, "no case has a span for\n" + string.Join('\n', missed));
    }

    [Fact]
    public void Every_word_for_an_outcome_stands_in_some_case()
    {
        HashSet<(string, string)> said = [.. GoldenCase.Names
            .SelectMany(static name => GoldenCase.Read(name).Spans())
            .SelectMany(static span => VerdictRules.Keys, static (span, key) => (key, Folded(span.Attributes.Text(key) ?? "")))];

        IEnumerable<(string, string)> missed = VerdictRules.Keys.SelectMany(static key => VerdictRules.TryGet(key, out (Verdict, string[] Values)[] rows) ? rows.SelectMany(static row => row.Values) : [], static (key, value) => (key, Folded(value)))
            .Where(word => word.Item2 == "*" ? !said.Any(other => other.Item1 == word.key && other.Item2.Length > 0) : !said.Contains(word));
        Assert.Empty(missed);
    }

    [Fact]
    public void No_row_costs_spans_that_it_is_not_about() => Assert.Equal(0, Table.UnledRows);

    private static string Folded(string text) => text.ToLowerInvariant().Replace('-', '_').Replace(' ', '_');

    private static IEnumerable<string> LayersOf(GoldenCase golden, TraceFindings findings) =>
        findings.Spans.Select(span => $"{golden.IdOf(span.Span)}: {LayerOf(span.Layer)}").Order(StringComparer.Ordinal);

    private static string LayerOf(SpanLayer layer) => layer.IsExcluded ? "excluded" : LayerNames.Of(layer.Layer);

    private static string Shown(StepFinding step)
    {
        string verdict = step.Verdict == Verdict.Ok ? "" : $": {step.Verdict.ToString().ToLowerInvariant()} ({step.VerdictSignal})";
        string attempts = step.Attempts.Count > 1 ? $", {step.Attempts.Count} attempts" : "";
        string failure = step.OwnFailure ? step.Recovered ? ", recovered" : ", own" : "";
        return $"{LayerNames.Of(step.Key.Layer)} {step.Key.Operation}{verdict}{attempts}{failure}{(step.IsSuperseded ? ", superseded" : "")}";
    }

    private static string OutcomeOf(TraceFindings findings) => $"{findings.Outcome} by {findings.OutcomeSource}".ToLowerInvariant();

    private static double WaitMs(TraceFindings findings) =>
        findings.CriticalPath.Where(static segment => segment.Kind == SegmentKind.Wait).Sum(static segment => segment.EndUnixNanos - segment.StartUnixNanos) / 1e6;
}
