namespace TraceGap.Aggregation;

/// <summary>Layers by the words of a span name, for kinds that many things have (CHAIN, task): <c>assemble</c> is assembly, <c>plan</c> is orchestration.</summary>
/// <remarks>A word counts where a part of the name begins with it; parts end at anything that is no letter and at a change to upper case. Inside a part it proves nothing (<c>information</c>).</remarks>
public static class LayerWords
{
    private static readonly (string Word, Layer Layer)[] Words =
    [
        ("retriev", Layer.Retrieval), ("search", Layer.Retrieval), ("embed", Layer.Retrieval), ("rerank", Layer.Retrieval),
        ("prompt", Layer.Assembly), ("template", Layer.Assembly), ("parse", Layer.Assembly), ("parsing", Layer.Assembly), ("synth", Layer.Assembly),
        ("assembl", Layer.Assembly), ("respond", Layer.Assembly), ("render", Layer.Assembly), ("compos", Layer.Assembly), ("format", Layer.Assembly),
        ("compact", Layer.Assembly), ("summar", Layer.Assembly),
        ("tool", Layer.ToolCall),
        ("llm", Layer.Inference), ("model", Layer.Inference), ("generat", Layer.Inference), ("completion", Layer.Inference),
    ];

    /// <summary>The layer of the first part of the name that says one, else orchestration.</summary>
    public static Layer Of(string name)
    {
        for (int i = 0; i < name.Length; i++)
        {
            if (IsPartStart(name, i))
            {
                Layer layer = At(name.AsSpan(i));
                if (layer != Layer.Unattributed)
                {
                    return layer;
                }
            }
        }

        return Layer.Orchestration;
    }

    private static bool IsPartStart(string name, int at) =>
        char.IsAsciiLetter(name[at])
        && (at == 0 || !char.IsAsciiLetter(name[at - 1]) || (char.IsAsciiLetterUpper(name[at]) && char.IsAsciiLetterLower(name[at - 1])));

    private static Layer At(ReadOnlySpan<char> text)
    {
        foreach ((string word, Layer layer) in Words)
        {
            if (text.StartsWith(word, StringComparison.OrdinalIgnoreCase))
            {
                return layer;
            }
        }

        return Layer.Unattributed;
    }
}
