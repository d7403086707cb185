using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// The second half of tagging, after adoption and parents first: spans without a layer of their own take that of the nearest ancestor that has one; what a trace is entered by is ingress.
/// </summary>
internal static class LayerInheritance
{
    private const string Inherited = "inherited";

    /// <summary>Completes <paramref name="decided"/>.</summary>
    public static void Complete(SpanTree tree, SpanLayers decided)
    {
        ReadOnlySpan<int> order = tree.ParentsFirst();
        bool anyByPosition = decided.Effects.AsSpan(0, tree.Count).Contains(LayerEffect.ByPosition);
        long[]? firstInference = anyByPosition ? FirstInferenceBelow(tree, decided, order) : null;
        foreach (int span in order)
        {
            int parent = tree.Parent[span];
            SpanLayer above = parent == SpanTree.NoParent ? default : decided.Layers[parent];
            decided.Layers[span] = decided.Effects[span] switch
            {
                LayerEffect.Stated or LayerEffect.Own or LayerEffect.ByWords or LayerEffect.Wrapper or LayerEffect.Loop or LayerEffect.FromBelow => decided.Layers[span],
                LayerEffect.OwnUnlessWithinCall when above.Layer is not (Layer.ToolCall or Layer.Retrieval) => decided.Layers[span],
                LayerEffect.OwnInsideRun when parent != SpanTree.NoParent && above.Layer is not (Layer.ToolCall or Layer.Retrieval) => decided.Layers[span],
                LayerEffect.OwnOutsideRun when above.Layer is Layer.Unattributed or Layer.Ingress => decided.Layers[span],
                LayerEffect.OwnAtTop when above.Layer == Layer.Unattributed => decided.Layers[span] with { IsOwn = true },
                LayerEffect.ByPosition when above.Layer != Layer.ToolCall => Guardrail(tree, span, decided.Layers[span], parent < 0 ? long.MaxValue : firstInference![parent]),
                LayerEffect.Exclude => decided.Layers[span] with { Layer = above.Layer },
                _ => parent == SpanTree.NoParent ? Topmost(tree, span) : FromAbove(above),
            };

            // What an evaluator calls is as little on the run's path as the evaluator.
            if (above.IsExcluded)
            {
                decided.Layers[span] = decided.Layers[span] with { IsExcluded = true };
            }
        }
    }

    private static SpanLayer FromAbove(SpanLayer above) =>
        above.Layer == Layer.Unattributed ? Nothing : new SpanLayer(above.Layer, Inherited, Certainty.Inherited, IsOwn: false, IsExcluded: false);

    private static SpanLayer Nothing => new(Layer.Unattributed, "", Certainty.Guessed, IsOwn: false, IsExcluded: false);

    private static SpanLayer Topmost(SpanTree tree, int span)
    {
        bool isEntry = span == tree.Root || tree.Kind[span] is SpanKind.Server or SpanKind.Consumer;
        return isEntry ? new SpanLayer(Layer.Ingress, span == tree.Root ? "root" : "entry", Certainty.Guessed, IsOwn: false, IsExcluded: false) : Nothing;
    }

    private static SpanLayer Guardrail(SpanTree tree, int span, SpanLayer decided, long firstInference)
    {
        SpanRecord record = tree.Spans[span];
        string direction = record.Attributes.Text("rail.type") ?? record.Attributes.Text("gen_ai.guardrail.target.type") ?? record.Name;
        bool isInput = direction.Contains("input", StringComparison.OrdinalIgnoreCase);
        bool isOutput = direction.Contains("output", StringComparison.OrdinalIgnoreCase);
        bool isBefore = isInput == isOutput ? tree.Start[span] <= firstInference : isInput;
        return decided with { Layer = isBefore ? Layer.Ingress : Layer.Assembly };
    }

    private static long[] FirstInferenceBelow(SpanTree tree, SpanLayers decided, ReadOnlySpan<int> order)
    {
        long[] first = new long[tree.Count];
        Array.Fill(first, long.MaxValue);
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int span = order[i];
            if (decided.Layers[span] is { IsOwn: true, Layer: Layer.Inference })
            {
                first[span] = Math.Min(first[span], tree.Start[span]);
            }

            if (tree.Parent[span] is int parent and not SpanTree.NoParent)
            {
                first[parent] = Math.Min(first[parent], first[span]);
            }
        }

        return first;
    }
}
