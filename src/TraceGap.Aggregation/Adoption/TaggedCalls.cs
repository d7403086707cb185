namespace TraceGap.Aggregation;

/// <summary>The tagged retrieval, inference and tool spans of a trace, by layer and resource.</summary>
internal sealed class TaggedCalls
{
    /// <summary>The layers whose spans are calls of something.</summary>
    public static Layer[] Layers { get; } = [Layer.Retrieval, Layer.Inference, Layer.ToolCall];

    private readonly Dictionary<(Layer, int), CallIndex> _indexes = [];

    public TaggedCalls(SpanTree tree, SpanLayers layers, int[] resources)
    {
        Dictionary<(Layer, int), List<int>> calls = [];
        for (int span = 0; span < tree.Count; span++)
        {
            if (layers.IsCall(span))
            {
                (Layer, int) key = (layers.Layers[span].Layer, resources[span]);
                if (!calls.TryGetValue(key, out List<int>? list))
                {
                    calls.Add(key, list = []);
                }

                list.Add(span);
            }
        }

        foreach (((Layer, int) key, List<int> list) in calls)
        {
            _indexes.Add(key, new CallIndex(tree, list));
        }
    }

    /// <summary>The calls of a layer and resource, or null if there are none.</summary>
    public CallIndex? Of(Layer layer, int resource) => _indexes.GetValueOrDefault((layer, resource));
}
