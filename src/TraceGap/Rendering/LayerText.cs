namespace TraceGap.Rendering;

/// <summary>Layers as people read them.</summary>
internal static class LayerText
{
    /// <summary><c>tool call</c> for the contract's <c>tool_call</c>; null is a silent failure.</summary>
    public static string Shown(string? layer) => layer?.Replace('_', ' ') ?? "(silent)";
}
