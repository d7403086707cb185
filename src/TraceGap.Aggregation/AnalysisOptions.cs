namespace TraceGap.Aggregation;

/// <summary>What a user may switch about the analysis of a trace.</summary>
public sealed record AnalysisOptions
{
    /// <summary>The defaults.</summary>
    public static AnalysisOptions Default { get; } = new();

    /// <summary>Shift subtrees of other resources into their parents. Default: true.</summary>
    public bool AdjustSkew { get; init; } = true;

    /// <summary>Move spans below the span that really called them. Default: true.</summary>
    public bool Adopt { get; init; } = true;

    /// <summary>Attribute keys beside <c>tracegap.layer</c> that name a span's layer.</summary>
    public IReadOnlyList<string> LayerKeys { get; init; } = [];

    /// <summary>The user's own rules for layers. They stand before the conventions and behind the explicit tag.</summary>
    public LayerRuleSet Rules { get; init; } = LayerRuleSet.None;

    /// <summary>Attribute keys beside <c>tracegap.task.id</c> that name the task which a trace tries; the first that a span has counts.</summary>
    public IReadOnlyList<string> TaskKeys { get; init; } = [];

    /// <summary>What scores of evaluations are worth; of several that are about one evaluation the first counts. Without one a score decides nothing.</summary>
    public IReadOnlyList<EvaluationThreshold> Evaluations { get; init; } = [];
}
