using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

public class LayerExplainerTests
{
    [Fact]
    public void The_compiled_table_decides_as_going_through_the_rules_one_by_one_does()
    {
        LayerRuleSet rules = new([
            new UserRule("shape", UserRuleEffect.Layer, Layer.Assembly, [Clue.Name("*render*")]),
            new UserRule("kind", UserRuleEffect.Layer, Layer.ToolCall, [Clue.SpanKind(SpanKind.Producer)]),
            new UserRule("prefix", UserRuleEffect.Inherit, Layer.Unattributed, [Clue.KeyStart("temporal", "messaging.")]),
        ]);
        LayerExplainer explainer = new([], rules);
        LayerTable table = new([.. rules.Rows, .. LayerRules.All]);
        int decided = 0;
        foreach (SpanRecord span in GoldenCase.Names.SelectMany(static name => GoldenCase.Read(name).Spans()))
        {
            ExaminedRule? winner = explainer.Explain(span).Rules.FirstOrDefault(static rule => rule.Matches);
            (LayerEffect effect, SpanLayer layer) = table.Decide(span);

            Assert.Equal(winner is null, effect == LayerEffect.None);
            if (winner is not null)
            {
                Assert.Equal(winner.Name, layer.Rule);
                decided++;
            }
        }

        Assert.True(decided > 300);
    }

    [Fact]
    public void Every_condition_that_was_looked_at_is_told_with_whether_it_holds()
    {
        LayerRuleSet rules = new([new UserRule("mine", UserRuleEffect.Layer, Layer.Assembly, [Clue.Value("gen_ai.operation.name", "chat"), Clue.Absent("gen_ai.request.model")])]);
        AgentTrace trace = new AgentTrace().Root(0, 10).Chat("a", 1, 5, "root");

        LayerExplanation explained = new LayerExplainer([], rules).Explain(trace.FindingOf(trace.Analyze(), "a").Span);

        Assert.Null(explained.TagKey);
        Assert.Equal(("rule mine", false), (explained.Rules[0].Name, explained.Rules[0].Matches));
        Assert.Equal([("gen_ai.operation.name = chat", true), ("gen_ai.request.model absent", false)], explained.Rules[0].Clues.Select(static clue => (clue.Text, clue.Holds)));
        Assert.Equal(("gen_ai.operation.name=chat", true, "inference"), (explained.Rules[1].Name, explained.Rules[1].Matches, explained.Rules[1].Says));
        Assert.Contains(explained.Rules.Skip(2), static rule => rule.Matches);
    }

    [Fact]
    public void A_tag_is_named_by_its_key()
    {
        AgentTrace trace = new AgentTrace().Root(0, 10).Span("a", 1, 5, "root", with: [("acme.stage", "tool")]);

        Assert.Equal("acme.stage", new LayerExplainer(["acme.stage"], LayerRuleSet.None).Explain(trace.FindingOf(trace.Analyze(), "a").Span).TagKey);
    }
}
