using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// The last row of the layer table, after adoption: an outgoing call that nothing else says anything about has the layer of its URL path, unless a tagged span of that layer and
/// resource runs at the same time, for then it is most likely what that span tells; or was aborted before, for then it may be a straggler of that one. Where MCP calls are tagged,
/// other requests to an MCP server are the hand-shake.
/// </summary>
internal static class UrlLayers
{
    /// <summary>Gives layers to spans that have none.</summary>
    public static void Decide(SpanTree tree, SpanLayers layers)
    {
        List<(int Span, Layer Layer, string Ending)>? found = Candidates(tree, layers);
        if (found is null)
        {
            return;
        }

        int[] resources = ResourceNumbers.Of(tree);
        TaggedCalls calls = new(tree, layers, resources);
        HashSet<int> tagsMcpCalls = TagMcpCalls(tree, layers, resources);
        foreach ((int span, Layer layer, string ending) in found)
        {
            bool isHandShake = tagsMcpCalls.Contains(resources[span]) && UrlPaths.IsMcp(tree.Spans[span]);
            if (!isHandShake && calls.Of(layer, resources[span])?.MayHaveMade(span) != true)
            {
                layers.Effects[span] = LayerEffect.Own;
                layers.Layers[span] = new SpanLayer(layer, "url.path=*" + ending, Certainty.Guessed, IsOwn: true, IsExcluded: false);
            }
        }
    }

    /// <returns>The resources in which a tagged call made a request to an MCP server.</returns>
    private static HashSet<int> TagMcpCalls(SpanTree tree, SpanLayers layers, int[] resources)
    {
        HashSet<int> found = [];
        for (int span = 0; span < tree.Count; span++)
        {
            if (tree.Kind[span] == SpanKind.Client && layers.IsBelowCall(span) && UrlPaths.IsMcp(tree.Spans[span]))
            {
                found.Add(resources[span]);
            }
        }

        return found;
    }

    /// <returns>The spans that the row may be about, in order; null if there are none.</returns>
    private static List<(int Span, Layer Layer, string Ending)>? Candidates(SpanTree tree, SpanLayers layers)
    {
        List<(int, Layer, string)>? found = null;
        layers.FindCallsAbove(tree);
        for (int span = 0; span < tree.Count; span++)
        {
            if (tree.Kind[span] == SpanKind.Client && layers.IsFree(span) && !layers.IsBelowCall(span))
            {
                (string ending, Layer layer) = UrlPaths.LayerOf(tree.Spans[span]);
                if (layer != Layer.Unattributed)
                {
                    (found ??= []).Add((span, layer, ending));
                }
            }
        }

        return found;
    }
}
