using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// A parent that never came while its children did is most likely a span that failed and was never exported. In a closed trace it is one step, unfinished, around what hangs
/// below it, in the layer that its children have in common. A missing parent whose children were all adopted has lost nothing and is no step; nor is one of which only the
/// requests of one layer came, as of a client library whose failed calls are never exported: those requests are the step.
/// </summary>
internal static class MissingParents
{
    /// <summary>Operation of steps that nothing but their children tells of.</summary>
    public const string Operation = "(missing)";

    /// <summary>Why such a step is unfinished.</summary>
    public const string NeverExported = "never exported";

    /// <summary>Adds the steps and names the parents.</summary>
    public static void Add(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        if (tree.Defects.Count == 0)
        {
            return;
        }

        Dictionary<SpanId, List<int>> orphans = Orphans(tree, layers);
        if (orphans.Count == 0)
        {
            return;
        }

        Dictionary<int, StepDraft> stepOfOrphan = [];
        foreach ((SpanId missing, List<int> children) in orphans)
        {
            bool isToldByRequests = IsToldByRequests(children, forest);
            StepDraft? step = isToldByRequests ? forest.Root : StepOf(missing, children, tree, layers, forest);
            tree.Defects.Add(new TraceDefect(DefectKind.Incomplete, missing, $"never came, {children.Count} of its children did"));
            foreach (int child in children)
            {
                if (isToldByRequests)
                {
                    forest.OfSpan[child]!.IsParentLost = true;
                }

                if (step is not null)
                {
                    stepOfOrphan.Add(child, step);
                }
            }
        }

        PutBelow(tree, layers, forest, stepOfOrphan);
    }

    private static Dictionary<SpanId, List<int>> Orphans(SpanTree tree, SpanLayers layers)
    {
        HashSet<SpanId> orphaned = [];
        foreach (TraceDefect defect in tree.Defects)
        {
            if (defect.Kind == DefectKind.Orphan)
            {
                orphaned.Add(defect.SpanId);
            }
        }

        Dictionary<SpanId, List<int>> orphans = [];
        for (int span = 0; span < tree.Count && orphaned.Count > 0; span++)
        {
            if (tree.Parent[span] != SpanTree.NoParent || layers.Layers[span].IsExcluded || !orphaned.Contains(tree.Spans[span].SpanId))
            {
                continue;
            }

            if (!orphans.TryGetValue(tree.Spans[span].ParentSpanId, out List<int>? siblings))
            {
                orphans.Add(tree.Spans[span].ParentSpanId, siblings = []);
            }

            siblings.Add(span);
        }

        return orphans;
    }

    private static bool IsToldByRequests(List<int> children, StepForest forest)
    {
        Layer? layer = forest.OfSpan[children[0]]?.Key.Layer;
        return children.TrueForAll(child => forest.OfSpan[child] is { IsGuess: true } step && step.Key.Layer == layer);
    }

    private static StepDraft StepOf(SpanId missing, List<int> children, SpanTree tree, SpanLayers layers, StepForest forest)
    {
        Layer layer = layers.Layers[children[0]].Layer;
        long start = long.MaxValue;
        long end = long.MinValue;
        foreach (int child in children)
        {
            layer = layers.Layers[child].Layer == layer ? layer : Layer.Unattributed;
            start = Math.Min(start, tree.Start[child]);
            end = Math.Max(end, tree.End[child]);
        }

        StepDraft step = forest.Open();
        step.Parent = forest.Root;
        step.Span = -1;
        step.SpanId = missing;
        step.Key = new StepKey(tree.Spans[children[0]].Resource.ServiceName, layer, Operation);
        step.Operation = new StepOperation(Operation, Operation, Tool: null, Kind: Operation);

        // After the root and before all steps that start with it: it encloses them.
        step.Rank = children[0] - tree.Count;
        step.Start = start;
        step.End = end;
        step.LastCall = -1;
        step.Verdict = SpanVerdict.Unfinished(NeverExported);
        return step;
    }

    private static void PutBelow(SpanTree tree, SpanLayers layers, StepForest forest, Dictionary<int, StepDraft> stepOfOrphan)
    {
        StepDraft?[] missingAbove = new StepDraft?[tree.Count];
        foreach (int span in tree.ParentsFirst())
        {
            int parent = tree.Parent[span];
            StepDraft? missing = parent == SpanTree.NoParent ? stepOfOrphan.GetValueOrDefault(span) : missingAbove[parent];
            missingAbove[span] = missing;
            if (missing is null || layers.Layers[span].IsExcluded)
            {
                continue;
            }

            if (forest.OfSpan[span] is not StepDraft step)
            {
                forest.OfSpan[span] = missing;
            }
            else if (step.Parent is null)
            {
                step.Parent = missing;
            }
        }
    }
}
