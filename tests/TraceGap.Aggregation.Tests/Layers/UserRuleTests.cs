using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class UserRuleTests
{
    [Fact]
    public void A_rule_of_the_users_stands_before_the_conventions_and_behind_the_tag()
    {
        AgentTrace trace = new AgentTrace()
            .Root(0, 100)
            .Chat("plain", 1, 10, "root")
            .Span("tagged", 11, 20, "root", "chat m", with: [("gen_ai.operation.name", "chat"), ("tracegap.layer", "ingress")]);
        AnalysisOptions options = Options(new UserRule("mine", UserRuleEffect.Layer, Layer.Assembly, [Clue.Value("gen_ai.operation.name", "chat")]));

        TraceFindings findings = trace.Analyze(options: options);

        Assert.Equal(new SpanLayer(Layer.Assembly, "rule mine", Certainty.Certain, IsOwn: true, IsExcluded: false), trace.FindingOf(findings, "plain").Layer);
        Assert.Equal(Layer.Ingress, trace.FindingOf(findings, "tagged").Layer.Layer);
    }

    [Fact]
    public void The_first_of_several_rules_wins_and_what_is_below_does_not_overrule_it()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Span("around", 1, 90, "root", "around").Chat("a", 2, 10, "around").Chat("b", 12, 20, "around");
        AnalysisOptions options = Options(
            new UserRule("one", UserRuleEffect.Layer, Layer.Inference, [Clue.Name("arou*")]),
            new UserRule("two", UserRuleEffect.Layer, Layer.Assembly, [Clue.Name("around")]));

        SpanLayer layer = trace.FindingOf(trace.Analyze(options: options), "around").Layer;

        Assert.Equal((Layer.Inference, "rule one"), (layer.Layer, layer.Rule));
    }

    [Fact]
    public void A_rule_may_look_at_the_resource_and_at_conditions_that_nothing_can_be_looked_up_by()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Span("a", 1, 10, "root", service: "billing-eu").Span("b", 11, 20, "root", service: "shop");
        AnalysisOptions options = Options(new UserRule("billing", UserRuleEffect.Layer, Layer.ToolCall, [Clue.Resource("service.name", "billing-*"), Clue.SpanKind(SpanKind.Internal)]));

        TraceFindings findings = trace.Analyze(options: options);

        Assert.Equal(Layer.ToolCall, trace.FindingOf(findings, "a").Layer.Layer);
        Assert.NotEqual(Layer.ToolCall, trace.FindingOf(findings, "b").Layer.Layer);
    }

    [Fact]
    public void Inherit_makes_a_span_part_of_what_encloses_it_and_exclude_takes_it_off_the_steps()
    {
        AgentTrace trace = new AgentTrace().Root(0, 100).Agent("agent", 1, 90, "root").Chat("glue", 2, 10, "agent").Tool("probe", 12, 20, "agent");
        AnalysisOptions options = Options(
            new UserRule("glue", UserRuleEffect.Inherit, Layer.Unattributed, [Clue.Value("gen_ai.operation.name", "chat")]),
            new UserRule("probes", UserRuleEffect.Exclude, Layer.Unattributed, [Clue.Name("execute_tool lookup")]));

        TraceFindings findings = trace.Analyze(options: options);

        Assert.Equal((Layer.Orchestration, false), (trace.FindingOf(findings, "glue").Layer.Layer, trace.FindingOf(findings, "glue").Layer.IsExcluded));
        Assert.True(trace.FindingOf(findings, "probe").Layer.IsExcluded);
        Assert.DoesNotContain(findings.Steps, static step => step.Key.Layer is Layer.Inference or Layer.ToolCall);
    }

    [Fact]
    public void Rules_that_repeat_the_first_rows_of_the_table_change_nothing_but_who_decided()
    {
        List<UserRule> repeated = [];
        foreach (LayerRule row in LayerRules.All.TakeWhile(static row => EffectOf(row) is not null))
        {
            repeated.Add(Repeat(row, repeated.Count));
        }

        Assert.True(repeated.Count > 10);
        AnalysisOptions options = Options([.. repeated]);
        foreach (IReadOnlyList<SpanRecord> spans in GoldenCase.Names.Select(static name => (IReadOnlyList<SpanRecord>)GoldenCase.Read(name).Spans()))
        {
            TraceFindings expected = new TraceAnalyzer(AnalysisOptions.Default).Analyze(spans, closed: true);
            TraceFindings actual = new TraceAnalyzer(options).Analyze(spans, closed: true);

            Assert.Equal(expected.Spans.Select(Unnamed), actual.Spans.Select(Unnamed));
            Assert.Equal(expected.Steps.Select(static step => (step.Key, step.Verdict, step.OwnFailure)), actual.Steps.Select(static step => (step.Key, step.Verdict, step.OwnFailure)));
            Assert.Equal(expected.CriticalPath, actual.CriticalPath);
            Assert.Equal(expected.Outcome, actual.Outcome);
        }
    }

    [Fact]
    public void A_rule_that_repeats_any_row_changes_only_what_a_row_before_it_had_decided()
    {
        LayerTable table = new(LayerRules.All);
        SpanRecord[] spans = [.. GoldenCase.Names.SelectMany(static name => GoldenCase.Read(name).Spans())];
        int repeated = 0;
        for (int order = 0; order < LayerRules.All.Count; order++)
        {
            LayerRule row = LayerRules.All[order];
            if (EffectOf(row) is null)
            {
                continue;
            }

            LayerTable with = new([Repeat(row, order).ToRow(), .. LayerRules.All]);
            LayerTable before = new([.. LayerRules.All.Take(order)]);
            foreach (SpanRecord span in spans.Where(span => before.Decide(span).Effect == LayerEffect.None))
            {
                Assert.Equal(Unnamed(table.Decide(span).Layer), Unnamed(with.Decide(span).Layer));
                repeated++;
            }
        }

        Assert.True(repeated > 10_000);
    }

    private static UserRuleEffect? EffectOf(LayerRule row) => row.Effect switch
    {
        LayerEffect.Own => UserRuleEffect.Layer,
        LayerEffect.Inherit => UserRuleEffect.Inherit,
        LayerEffect.Exclude => UserRuleEffect.Exclude,
        _ => null,
    };

    private static UserRule Repeat(LayerRule row, int order) => new($"row {order}", EffectOf(row)!.Value, row.Layer, [row.Lead, .. row.Also]);

    private static (Layer, bool, bool) Unnamed(SpanFinding finding) => Unnamed(finding.Layer);

    // A rule of the user's is certain whatever the row that it repeats.
    private static (Layer, bool, bool) Unnamed(SpanLayer layer) => (layer.Layer, layer.IsOwn, layer.IsExcluded);

    private static AnalysisOptions Options(params UserRule[] rules) => new() { Rules = new LayerRuleSet(rules) };
}
