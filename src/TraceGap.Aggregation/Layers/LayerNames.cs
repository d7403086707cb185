namespace TraceGap.Aggregation;

/// <summary>Names of the layers: as contracts spell them, as people read them, and as people write them.</summary>
public static class LayerNames
{
    /// <summary>Number of layers, <see cref="Layer.Unattributed"/> included.</summary>
    public const int Count = 7;

    private static readonly string[] Names = ["unattributed", "ingress", "retrieval", "orchestration", "inference", "tool_call", "assembly"];

    /// <summary>The name in contracts: <c>tool_call</c>.</summary>
    public static string Of(Layer layer) => Names[(int)layer];

    /// <summary>The name for people: <c>tool call</c>.</summary>
    public static string Shown(Layer layer) => Names[(int)layer].Replace('_', ' ');

    /// <summary>Reads a name as people write it: any case; <c>tool call</c>, <c>tool_call</c>, <c>tool-call</c>, <c>toolcall</c> and <c>tool</c> are one.</summary>
    /// <returns>False if the text names none of the six layers.</returns>
    public static bool TryParse(string text, out Layer layer)
    {
        string folded = string.Concat(text.Where(char.IsLetter)).ToLowerInvariant();
        layer = folded switch
        {
            "ingress" => Layer.Ingress,
            "retrieval" => Layer.Retrieval,
            "orchestration" => Layer.Orchestration,
            "inference" => Layer.Inference,
            "toolcall" or "tool" => Layer.ToolCall,
            "assembly" => Layer.Assembly,
            _ => Layer.Unattributed,
        };
        return layer != Layer.Unattributed;
    }
}
