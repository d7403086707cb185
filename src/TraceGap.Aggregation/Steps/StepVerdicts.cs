using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// How each step went: as its opening span says. Other spans of the step can degrade it, not fail it, or the refused event stream of an MCP client would fail every healthy tool
/// call; except where a client inside it says nothing and its server half failed.
/// </summary>
internal sealed class StepVerdicts
{
    private readonly SpanTree _tree;
    private readonly SpanLayers _layers;
    private readonly bool[] _isSilent;
    private readonly long[] _lastCallBelow;

    private StepVerdicts(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        _tree = tree;
        _layers = layers;
        _isSilent = Silent(tree, forest);
        _lastCallBelow = LastCalls(tree);
    }

    /// <summary>Judges the steps by the verdicts of their spans.</summary>
    public static void Judge(SpanTree tree, SpanLayers layers, StepForest forest, SpanVerdict[] verdicts)
    {
        foreach (StepDraft step in forest.Steps)
        {
            if (step.Span >= 0)
            {
                SpanVerdict verdict = verdicts[step.LastCall];
                step.Verdict = step.IsParentLost && verdict.Verdict == Verdict.Ok ? SpanVerdict.Unfinished(MissingParents.NeverExported) : verdict;
            }
        }

        StepVerdicts? judge = null;
        for (int span = 0; span < tree.Count; span++)
        {
            if (verdicts[span].Verdict != Verdict.Ok && forest.OfSpan[span] is StepDraft step && step.Span >= 0 && step.Span != span)
            {
                judge ??= new StepVerdicts(tree, layers, forest);
                judge.Apply(step, span, verdicts[span]);
            }
        }
    }

    private void Apply(StepDraft step, int span, SpanVerdict verdict)
    {
        if (step.Verdict.Verdict is not (Verdict.Ok or Verdict.Degraded))
        {
            return;
        }

        if (verdict.Verdict == Verdict.Failed)
        {
            SpanRecord emitted = _tree.Spans[span];
            bool isLostServerFailure = _isSilent[span] && emitted is { Kind: SpanKind.Client, Status: SpanStatus.Unset } && verdict.Signal == SpanVerdicts.ServerHalf;
            if (isLostServerFailure && !IsFollowed(span))
            {
                step.Verdict = verdict;
                return;
            }

            // A failed call inside work that says it is fine was dealt with; a failed piece of the work itself leaves a mark.
            bool isPiece = emitted.Kind is SpanKind.Internal or SpanKind.Unspecified && !_layers.IsTagged(span) && !verdict.IsAbort;
            if (!isPiece)
            {
                return;
            }
        }

        if (step.Verdict.Verdict == Verdict.Ok && verdict.Verdict is Verdict.Degraded or Verdict.Failed)
        {
            step.Verdict = SpanVerdict.Degraded(verdict.Verdict == Verdict.Failed ? "inner " + verdict.Signal : verdict.Signal);
        }
    }

    // What a step did after a failed call and ended well with, be it a retry, took care of the failure.
    private bool IsFollowed(int span)
    {
        long last = _tree.Parent[span] == SpanTree.NoParent ? long.MinValue : _lastCallBelow[_tree.Parent[span]];
        return last > _tree.Start[span] && Succession.IsAfter(last, _tree.End[span]);
    }

    /// <summary>For every span when the last of the calls directly below it began, or never.</summary>
    private static long[] LastCalls(SpanTree tree)
    {
        long[] last = new long[tree.Count];
        Array.Fill(last, long.MinValue);
        for (int span = 0; span < tree.Count; span++)
        {
            if (tree.Parent[span] is int parent and not SpanTree.NoParent && tree.Kind[span] == SpanKind.Client)
            {
                last[parent] = Math.Max(last[parent], tree.Start[span]);
            }
        }

        return last;
    }

    /// <summary>For every span whether it and all spans up to the one that opened its step leave their status unset.</summary>
    private static bool[] Silent(SpanTree tree, StepForest forest)
    {
        bool[] isSilent = new bool[tree.Count];
        foreach (int span in tree.ParentsFirst())
        {
            bool isTop = forest.OfSpan[span] is not StepDraft step || step.Span == span || tree.Parent[span] == SpanTree.NoParent;
            isSilent[span] = tree.Spans[span].Status == SpanStatus.Unset && (isTop || isSilent[tree.Parent[span]]);
        }

        return isSilent;
    }
}
