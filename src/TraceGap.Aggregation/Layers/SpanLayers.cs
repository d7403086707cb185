namespace TraceGap.Aggregation;

/// <summary>The layers of the spans of a trace while the passes work on them. May be used again for another trace; the arrays are then longer than there are spans.</summary>
internal sealed class SpanLayers
{
    private SpanLayer[] _layers = [];
    private LayerEffect[] _effects = [];
    private int[] _callAbove = [];

    /// <summary>Layer of every span; before <see cref="LayerInheritance"/> only those that spans have of their own.</summary>
    public SpanLayer[] Layers => _layers;

    /// <summary>What the table said about every span.</summary>
    public LayerEffect[] Effects => _effects;

    /// <summary>For every span the topmost inference, tool or retrieval span above it, or −1; as of the last <see cref="FindCallsAbove"/>.</summary>
    public int[] CallAbove => _callAbove;

    /// <summary>Begins with another trace.</summary>
    public void Begin(int spans)
    {
        Buffers.Reserve(ref _layers, spans);
        Buffers.Reserve(ref _effects, spans);
        Buffers.Reserve(ref _callAbove, spans);
    }

    /// <summary>Whether nothing says what the span is part of, so that it is part of the call that made it.</summary>
    public bool IsFree(int span) => Effects[span] is LayerEffect.None or LayerEffect.OwnAtTop;

    /// <summary>Whether the span states its layer, by tag or convention.</summary>
    public bool IsTagged(int span) => Layers[span].IsOwn;

    /// <summary>Whether the span is tagged as the call of something: retrieval, inference, tool.</summary>
    public bool IsCall(int span) => Layers[span] is { IsOwn: true, Layer: Layer.Retrieval or Layer.Inference or Layer.ToolCall };

    /// <summary>Whether an inference, tool or retrieval span is above the span.</summary>
    public bool IsBelowCall(int span) => _callAbove[span] >= 0;

    /// <summary>Fills <see cref="CallAbove"/> by the parents and layers as they are.</summary>
    public void FindCallsAbove(SpanTree tree)
    {
        foreach (int span in tree.ParentsFirst())
        {
            int parent = tree.Parent[span];
            _callAbove[span] = parent == SpanTree.NoParent ? -1
                : _callAbove[parent] >= 0 ? _callAbove[parent]
                : IsCall(parent) ? parent
                : -1;
        }
    }
}
