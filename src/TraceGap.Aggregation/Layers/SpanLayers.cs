namespace TraceGap.Aggregation;

/// <summary>The layers of the spans of a trace while the passes work on them.</summary>
/// <param name="Layers">Layer of every span; before <see cref="LayerInheritance"/> only those that spans have of their own.</param>
/// <param name="Effects">What the table said about every span.</param>
internal sealed record SpanLayers(SpanLayer[] Layers, LayerEffect[] Effects)
{
    /// <summary>Whether the span states its layer, by tag or convention.</summary>
    public bool IsTagged(int span) => Layers[span].IsOwn;

    /// <summary>Whether the span is tagged as the call of something: retrieval, inference, tool.</summary>
    public bool IsCall(int span) => Layers[span] is { IsOwn: true, Layer: Layer.Retrieval or Layer.Inference or Layer.ToolCall };
}
