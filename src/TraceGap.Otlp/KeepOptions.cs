namespace TraceGap.Otlp;

/// <summary>What is kept of attributes beyond the built-in list (<see cref="Attributes.AttributeKeys.Kept"/>), and what of it is not. Keys are whole keys, or the beginning of keys followed by <c>*</c>.</summary>
/// <remarks>Facts are read from content either way, so that what is kept changes no verdict. Dropping a key that the analysis reads does.</remarks>
public sealed record KeepOptions
{
    /// <summary>Only the built-in list.</summary>
    public static KeepOptions Default { get; } = new();

    /// <summary>Keep content too: prompts, completions, tool arguments and results, queries, documents, error texts.</summary>
    public bool Content { get; init; }

    /// <summary>Further keys to keep. Content among them is kept only with <see cref="Content"/>.</summary>
    public IReadOnlyCollection<string> Attributes { get; init; } = [];

    /// <summary>Keys that are treated as if they had not been sent. They win over everything else.</summary>
    public IReadOnlyCollection<string> Drop { get; init; } = [];
}
