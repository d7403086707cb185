namespace TraceGap.Aggregation;

/// <summary>The critical path of a trace, in three passes: what may be on it, the walk, what the time was spent on. One owner at a time.</summary>
internal sealed class CriticalPathFinder
{
    private readonly PathSpans _pathSpans = new();
    private readonly LastFinisherWalk _walk = new();
    private readonly SegmentClassifier _classifier = new();

    /// <summary>The spans that the last path was found among: see <see cref="PathSpans"/>.</summary>
    public ReadOnlySpan<PathSpan> OnOffer => _pathSpans.Found;

    /// <summary>Finds the path below the tree's root, after skew adjustment and adoption.</summary>
    /// <param name="tree">The tree; consumers nobody waits for are marked in it, and clipped overlaps are named as defects.</param>
    /// <param name="layers">Layer of every span.</param>
    /// <param name="steps">The steps; their attempts tell which gaps are waiting.</param>
    /// <param name="stepOfSpan">For every span the step that it belongs to, or −1.</param>
    /// <param name="segments">Filled with segments in order of time that tile the root's interval exactly; empty without a root, and for a root without length.</param>
    public void Find(SpanTree tree, SpanLayer[] layers, ReadOnlySpan<StepFinding> steps, int[] stepOfSpan, List<PathSegment> segments)
    {
        segments.Clear();
        ReadOnlySpan<PathSpan> onPath = _pathSpans.Of(tree, layers);
        List<SelfTime> times = _walk.Walk(onPath);
        if (times.Count > 0)
        {
            _classifier.Classify(tree, layers, steps, stepOfSpan, onPath, times, segments);
        }
    }
}
