namespace TraceGap.Aggregation;

/// <summary>The critical path of a trace, in three passes: what may be on it, the walk, what the time was spent on.</summary>
internal static class CriticalPathFinder
{
    /// <summary>Finds the path below the tree's root, after skew adjustment and adoption.</summary>
    /// <param name="tree">The tree; consumers nobody waits for are marked in it, and clipped overlaps are named as defects.</param>
    /// <param name="layers">Layer of every span.</param>
    /// <param name="steps">The steps; their attempts tell which gaps are waiting.</param>
    /// <param name="stepOfSpan">For every span the step that it belongs to, or −1.</param>
    /// <returns>Segments in order of time that tile the root's interval exactly; empty without a root, and for a root without length.</returns>
    public static PathSegment[] Find(SpanTree tree, SpanLayer[] layers, IReadOnlyList<StepFinding> steps, int[] stepOfSpan)
    {
        List<PathSpan> onPath = PathSpans.Of(tree, layers);
        List<SelfTime> times = LastFinisherWalk.Walk(onPath);
        return SegmentClassifier.Classify(tree, layers, steps, stepOfSpan, onPath, times);
    }
}
