namespace TraceGap.Otlp.Attributes;

/// <summary>A key as a user writes it: the whole key, or its beginning followed by <c>*</c>.</summary>
/// <param name="Text">The key, or its beginning.</param>
/// <param name="IsPrefix">True for a beginning.</param>
internal readonly record struct KeyPattern(string Text, bool IsPrefix)
{
    public static KeyPattern Parse(string pattern) => pattern.EndsWith('*') ? new(pattern[..^1], IsPrefix: true) : new(pattern, IsPrefix: false);

    public bool Matches(string key) => IsPrefix ? key.StartsWith(Text, StringComparison.Ordinal) : key == Text;
}
