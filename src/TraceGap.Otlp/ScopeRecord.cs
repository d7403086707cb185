namespace TraceGap.Otlp;

/// <summary>The instrumentation scope of a span. Shared by the spans of a request; immutable.</summary>
/// <param name="Name">Scope name, or empty.</param>
/// <param name="Version">Scope version, or empty.</param>
/// <param name="Attributes">The kept scope attributes.</param>
public sealed record ScopeRecord(string Name, string Version, AttributeSet Attributes)
{
    /// <summary>The scope that says nothing.</summary>
    public static ScopeRecord None { get; } = new("", "", AttributeSet.Empty);
}
