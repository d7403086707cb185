using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The first half of tagging: what every span says of itself, by explicit tag, else by the table.</summary>
internal sealed class OwnLayers
{
    private readonly LayerTag _tag;
    private readonly LayerTable _table;

    public OwnLayers(AnalysisOptions options)
    {
        _tag = new LayerTag(options.LayerKeys);
        _table = new LayerTable(LayerRules.All);
    }

    /// <summary>Decides the layers that spans have of their own. Spans without one are left unattributed.</summary>
    public void Decide(SpanTree tree, SpanLayers decided)
    {
        decided.Begin(tree.Count);
        bool anyGuess = false;
        for (int span = 0; span < tree.Count; span++)
        {
            SpanRecord record = tree.Spans[span];
            if (_tag.TryRead(record, out decided.Layers[span]))
            {
                decided.Effects[span] = LayerEffect.Own;
                continue;
            }

            (decided.Effects[span], decided.Layers[span]) = _table.Decide(record);
            if (decided.Effects[span] == LayerEffect.ByWords)
            {
                Layer layer = LayerWords.Of(record.Name);
                decided.Layers[span] = decided.Layers[span] with { Layer = layer };
                anyGuess |= layer is Layer.ToolCall or Layer.Inference;
            }
        }

        if (anyGuess)
        {
            UnmaskWrappers(tree, decided);
        }
    }

    /// <summary>
    /// A node that is called <c>tools</c> or <c>call_model</c> around spans that say for sure that they are the tool or the model call is the loop around them; taken for the
    /// call itself it would count each call twice, or several calls as one.
    /// </summary>
    private static void UnmaskWrappers(SpanTree tree, SpanLayers decided)
    {
        int[] below = tree.Scratch();
        ReadOnlySpan<int> order = tree.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int span = order[i];
            ref SpanLayer layer = ref decided.Layers[span];
            bool isGuess = decided.Effects[span] == LayerEffect.ByWords;
            if (isGuess && layer.Layer is Layer.ToolCall or Layer.Inference && (below[span] & (1 << (int)layer.Layer)) != 0)
            {
                layer = layer with { Layer = Layer.Orchestration };
            }

            if (tree.Parent[span] is int parent and not SpanTree.NoParent)
            {
                below[parent] |= below[span] | (layer.IsOwn && !isGuess ? 1 << (int)layer.Layer : 0);
            }
        }
    }
}
