namespace TraceGap.Aggregation;

/// <summary>
/// The layer table: one row a rule, first match wins. A new convention is a row in one of these files and a case in the tests.
/// </summary>
internal static class LayerRules
{
    /// <summary>All rows in order of precedence.</summary>
    /// <remarks>
    /// Exclusions and plumbing hold under any convention. A producer's own kinds stand before the operation names that the same producer exports, since where the two differ the
    /// own kind is right (LangSmith exports retrievers as <c>embeddings</c>). Kinds that many things have come last, when nothing better matched.
    /// </remarks>
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        .. ExclusionRows.All,
        .. PlumbingRows.All,
        .. ProducerRows.All,
        .. McpRows.All,
        .. GenAiRows.All,
        .. OpenInferenceRows.All,
        .. OpenLlmetryRows.All,
        .. EvidenceRows.All,
        .. FrameworkNameRows.All,
        .. DatabaseRows.All,
        .. MessagingRows.All,
        .. WeakKindRows.All,
    ];
}
