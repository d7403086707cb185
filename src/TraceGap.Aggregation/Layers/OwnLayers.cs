using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The first half of tagging: what every span says of itself, by explicit tag, else by the user's rules, else by the table.</summary>
internal sealed class OwnLayers
{
    // A model call around two others.
    private const int LeastWrapped = 3;

    private readonly LayerTag _tag;
    private readonly LayerTable _table;

    /// <param name="layerKeys">Further keys of the tag.</param>
    /// <param name="rules">The user's rules.</param>
    public OwnLayers(IReadOnlyList<string> layerKeys, LayerRuleSet rules)
    {
        _tag = new LayerTag(layerKeys);
        _table = new LayerTable([.. rules.Rows, .. LayerRules.All]);
    }

    /// <summary>Decides the layers that spans have of their own. Spans without one are left unattributed.</summary>
    public void Decide(SpanTree tree, SpanLayers decided)
    {
        decided.Begin(tree.Count);
        bool anyStructural = false;
        int modelCalls = 0;
        for (int span = 0; span < tree.Count; span++)
        {
            SpanRecord record = tree.Spans[span];
            if (_tag.TryRead(record, out decided.Layers[span]))
            {
                decided.Effects[span] = LayerEffect.Stated;
                modelCalls += decided.Layers[span].Layer == Layer.Inference ? 1 : 0;
                continue;
            }

            (decided.Effects[span], decided.Layers[span]) = _table.Decide(record);
            if (decided.Effects[span] == LayerEffect.ByWords)
            {
                Layer layer = LayerWords.Of(record.Name);
                decided.Layers[span] = decided.Layers[span] with { Layer = layer };
                anyStructural |= layer is Layer.ToolCall or Layer.Inference;
            }

            anyStructural |= WrapperSpans.Settles(decided.Effects[span]);
            modelCalls += decided.Layers[span].Layer == Layer.Inference ? 1 : 0;
        }

        if (anyStructural || modelCalls >= LeastWrapped)
        {
            WrapperSpans.Correct(tree, decided);
        }
    }
}
