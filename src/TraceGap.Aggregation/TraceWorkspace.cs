namespace TraceGap.Aggregation;

/// <summary>
/// What the passes of the analysis work on and in. Findings are written into its lists: they hold until the workspace is used for another trace. One owner at a time.
/// </summary>
internal sealed class TraceWorkspace
{
    private SpanVerdict[] _verdicts = [];

    /// <summary>The spans as a forest.</summary>
    public SpanTree Tree { get; } = new();

    /// <summary>Their layers.</summary>
    public SpanLayers Layers { get; } = new();

    /// <summary>Their steps.</summary>
    public StepForest Steps { get; } = new();

    /// <summary>What steps are called; outlives traces.</summary>
    public StepNames Names { get; } = new();

    /// <summary>What traces count under; outlives them.</summary>
    public RollupKeys RollupKeys { get; } = new();

    /// <summary>Finds the critical path.</summary>
    public CriticalPathFinder Path { get; } = new();

    /// <summary>What was found about the spans.</summary>
    public List<SpanFinding> SpanFindings { get; } = [];

    /// <summary>What was found about the steps.</summary>
    public List<StepFinding> StepFindings { get; } = [];

    /// <summary>The critical path.</summary>
    public List<PathSegment> Segments { get; } = [];

    /// <summary>A verdict for each span of the tree.</summary>
    public SpanVerdict[] Verdicts => Buffers.Reserve(ref _verdicts, Tree.Count);
}
