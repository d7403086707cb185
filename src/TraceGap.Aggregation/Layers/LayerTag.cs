using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The explicit tag: on the span, else on its scope, else on its resource; <c>tracegap.layer</c> and the keys that the user adds.</summary>
internal sealed class LayerTag(IReadOnlyList<string> furtherKeys)
{
    /// <summary>The key that everybody may use.</summary>
    public const string Key = "tracegap.layer";

    private readonly string[] _keys = [Key, .. furtherKeys];

    /// <summary>Finds the tag of a span; text that names no layer is no tag.</summary>
    public bool TryRead(SpanRecord span, out SpanLayer layer) =>
        TryRead(span.Attributes, out layer) || TryRead(span.Scope.Attributes, out layer) || TryRead(span.Resource.Attributes, out layer);

    private bool TryRead(AttributeSet attributes, out SpanLayer tagged)
    {
        foreach (string key in _keys)
        {
            if (attributes.TryGet(key, out AttributeValue value) && TryParse(value.AsText(), out Layer layer))
            {
                tagged = new SpanLayer(layer, key, Certainty.Certain, IsOwn: true, IsExcluded: false);
                return true;
            }
        }

        tagged = default;
        return false;
    }

    // The common spellings without the folding of letters, which allocates.
    private static bool TryParse(string text, out Layer layer)
    {
        layer = text switch
        {
            "ingress" => Layer.Ingress,
            "retrieval" => Layer.Retrieval,
            "orchestration" => Layer.Orchestration,
            "inference" => Layer.Inference,
            "tool_call" or "tool call" or "tool-call" or "tool" => Layer.ToolCall,
            "assembly" => Layer.Assembly,
            _ => Layer.Unattributed,
        };
        return layer != Layer.Unattributed || LayerNames.TryParse(text, out layer);
    }
}
