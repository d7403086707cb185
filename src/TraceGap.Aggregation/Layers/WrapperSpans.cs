using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Corrections that only what is below a span can tell: what seems to be a model or tool call and has such calls below it is the loop around them. Taken for the call itself it would count each
/// call twice, or several calls as one.
/// </summary>
/// <remarks>
/// One model call inside another is the same call told twice, and so are several of which all but one failed, the attempts of a client that retries; two that went well are two calls. Calls
/// below a tool are the tool's: a model call around a tool that asks a model is none the less the call that chose the tool.
/// </remarks>
internal static class WrapperSpans
{
    // What is below a span: a bit a layer, and above those how many model calls went well.
    private const int LayerBits = (1 << LayerNames.Count) - 1;
    private const int OneCall = 1 << LayerNames.Count;
    private const int MostCalls = 3 * OneCall;
    private const int Model = 1 << (int)Layer.Inference;
    private const int Tool = 1 << (int)Layer.ToolCall;

    /// <summary>Whether an effect is settled by what is below.</summary>
    public static bool Settles(LayerEffect effect) => effect is LayerEffect.Wrapper or LayerEffect.Loop or LayerEffect.FromBelow;

    /// <summary>Corrects the layers that spans have of their own.</summary>
    public static void Correct(SpanTree tree, SpanLayers decided)
    {
        int[] below = tree.Scratch();
        ReadOnlySpan<int> order = tree.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int span = order[i];
            ref SpanLayer layer = ref decided.Layers[span];
            layer = Corrected(decided.Effects[span], layer, below[span]);
            if (tree.Parent[span] is int parent and not SpanTree.NoParent)
            {
                Add(ref below[parent], Shown(layer, decided.Effects[span], below[span], tree.Spans[span].Status == SpanStatus.Error));
            }
        }
    }

    private static SpanLayer Corrected(LayerEffect effect, SpanLayer layer, int below) => effect switch
    {
        // A node that is called "tools" or "call_model" around spans that say for sure that they are the tool or the model call.
        LayerEffect.ByWords when layer.Layer is Layer.ToolCall or Layer.Inference && (below & (1 << (int)layer.Layer)) != 0 => layer with { Layer = Layer.Orchestration },
        LayerEffect.Wrapper when (below & (Model | Tool)) != 0 => Around(layer),
        LayerEffect.Loop when (below & Tool) == 0 && (below & Model) != 0 && below < 2 * OneCall => Around(layer),
        LayerEffect.Stated => layer,
        LayerEffect.FromBelow => WrapsCalls(FromBelow(layer, below), below),
        _ => WrapsCalls(layer, below),
    };

    private static SpanLayer WrapsCalls(SpanLayer layer, int below) => layer is { IsOwn: true, Layer: Layer.Inference } && below >= 2 * OneCall ? Around(layer) : layer;

    private static SpanLayer FromBelow(SpanLayer layer, int below)
    {
        int layers = below & LayerBits;
        return layers == 0 ? layer
            : layer with { Layer = int.IsPow2(layers) ? (Layer)int.TrailingZeroCount(layers) : Layer.Orchestration };
    }

    private static SpanLayer Around(SpanLayer layer) => layer with { Layer = Layer.Orchestration, IsOwn = false };

    /// <summary>What a span with all below it is for the spans above.</summary>
    private static int Shown(SpanLayer layer, LayerEffect effect, int below, bool hasFailed)
    {
        if (!layer.IsOwn || layer.IsExcluded)
        {
            return layer.IsExcluded ? 0 : below;
        }

        int layers = (below & LayerBits) | (effect == LayerEffect.ByWords ? 0 : 1 << (int)layer.Layer);
        return layer.Layer switch
        {
            Layer.Inference => layers | (hasFailed || effect == LayerEffect.ByWords ? 0 : OneCall),
            Layer.ToolCall => layers,
            _ => layers | (below & ~LayerBits),
        };
    }

    private static void Add(ref int sum, int below) => sum = ((sum | below) & LayerBits) | Math.Min((sum & ~LayerBits) + (below & ~LayerBits), MostCalls);
}
