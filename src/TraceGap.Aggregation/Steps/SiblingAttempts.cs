using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Retries of whole steps: adjacent siblings of one key and raw name, the earlier failed or timed out and over before the later began. They become one step with several
/// attempts; what lies inside the earlier ones are attempts too. The model is no part of the key here, so a fallback to another model under the same name is an attempt.
/// </summary>
internal static class SiblingAttempts
{
    /// <summary>Merges attempts; the forest is linked again.</summary>
    public static void Merge(SpanTree tree, StepForest forest)
    {
        bool anyMerged = false;
        ReadOnlySpan<StepDraft> order = forest.ParentsFirst();
        anyMerged |= MergeAmong(tree, forest.Topmost);
        foreach (StepDraft step in order)
        {
            anyMerged |= MergeAmong(tree, step.Children);
        }

        if (anyMerged)
        {
            Settle(tree, forest, order);
        }
    }

    private static bool MergeAmong(SpanTree tree, List<StepDraft> siblings)
    {
        bool any = false;
        for (int i = 1; i < siblings.Count; i++)
        {
            StepDraft earlier = siblings[i - 1];
            StepDraft later = siblings[i];
            if (IsRetry(tree, earlier, later))
            {
                earlier.SupersededBy = later;
                any = true;
            }
        }

        return any;
    }

    private static bool IsRetry(SpanTree tree, StepDraft earlier, StepDraft later)
    {
        if (earlier.Span < 0 || later.Span < 0 || earlier.Key.Layer != later.Key.Layer || earlier.Key.Service != later.Key.Service)
        {
            return false;
        }

        SpanRecord first = tree.Spans[earlier.Span];
        bool hasFailed = earlier.Verdict.Verdict == Verdict.Failed || (first.Facts & SpanFacts.Timeout) != 0;
        return hasFailed
            && earlier.Operation.WithoutModel == later.Operation.WithoutModel
            && first.Name == tree.Spans[later.Span].Name
            && Succession.IsNextAttempt(earlier.Start, earlier.End, later.Start);
    }

    /// <summary>The last attempt stands for the step: it takes over the start, the key and the tries of those before it, and what lies below them.</summary>
    private static void Settle(SpanTree tree, StepForest forest, ReadOnlySpan<StepDraft> order)
    {
        ReadOnlySpan<StepDraft> byStart = forest.InOrderOfStart();
        Dictionary<StepDraft, StepDraft> lastOf = [];
        for (int i = byStart.Length - 1; i >= 0; i--)
        {
            if (byStart[i].SupersededBy is StepDraft next)
            {
                lastOf.Add(byStart[i], lastOf.GetValueOrDefault(next, next));
            }
        }

        Dictionary<StepDraft, List<AttemptFinding>> triesOf = [];
        foreach (StepDraft earlier in byStart)
        {
            if (lastOf.TryGetValue(earlier, out StepDraft? last))
            {
                TakeOver(earlier, last, triesOf);
            }
        }

        foreach ((StepDraft last, List<AttemptFinding> tries) in triesOf)
        {
            last.Attempts.InsertRange(0, tries);
        }

        for (int span = 0; span < tree.Count; span++)
        {
            if (forest.OfSpan[span] is StepDraft step && lastOf.TryGetValue(step, out StepDraft? last))
            {
                forest.OfSpan[span] = last;
            }
        }

        foreach (StepDraft step in order)
        {
            step.IsSuperseded = step.SupersededIn is not null || step.Parent?.IsSuperseded == true;
        }

        forest.Steps.RemoveAll(static step => step.SupersededBy is not null);
        forest.Link();
    }

    private static void TakeOver(StepDraft earlier, StepDraft last, Dictionary<StepDraft, List<AttemptFinding>> triesOf)
    {
        if (!triesOf.TryGetValue(last, out List<AttemptFinding>? tries))
        {
            triesOf.Add(last, tries = []);
            last.Key = earlier.Key;
            last.Start = earlier.Start;
        }

        bool isExplained = earlier.Children.Exists(static child => child.SupersededBy is null && child.Verdict.Verdict == Verdict.Failed);
        earlier.Attempts[^1] = earlier.Attempts[^1] with { OwnFailure = earlier.Verdict.Verdict == Verdict.Failed && !isExplained };
        tries.AddRange(earlier.Attempts);
        last.ThrownAwayCalls.AddRange(earlier.ThrownAwayCalls);
        if (earlier.Call.IsCall)
        {
            last.ThrownAwayCalls.Add(earlier.Call);
        }

        foreach (StepDraft child in earlier.Children)
        {
            child.Parent = last;
            child.SupersededIn = last;
        }
    }
}
