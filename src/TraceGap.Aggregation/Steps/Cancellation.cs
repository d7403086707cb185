namespace TraceGap.Aggregation;

/// <summary>
/// Runtimes abort what runs beside a failure: those steps report errors without having failed. An aborted step is cancelled if it, or a step around it, has a sibling that failed
/// before it ended; what was aborted without such a sibling stays a failure, unless the whole run was cancelled.
/// </summary>
internal static class Cancellation
{
    /// <summary>Marks the steps that something beside them brought down.</summary>
    public static void BySibling(StepForest forest)
    {
        if (!forest.Steps.Exists(static step => step.Verdict is { Verdict: Verdict.Failed, IsAbort: true }))
        {
            return;
        }

        ReadOnlySpan<StepDraft> order = forest.ParentsFirst();
        Dictionary<StepDraft, long> failedAt = FailureTimes(order);
        if (failedAt.Count == 0)
        {
            return;
        }

        Dictionary<StepDraft, long> besideFailedAt = [];
        BesideFailures(forest.Topmost, long.MaxValue, failedAt, besideFailedAt);
        foreach (StepDraft step in order)
        {
            BesideFailures(step.Children, besideFailedAt[step], failedAt, besideFailedAt);
            if (step.Verdict is { Verdict: Verdict.Failed, IsAbort: true } && besideFailedAt[step] <= step.End)
            {
                step.Verdict = SpanVerdict.Cancelled("aborted beside a failure");
            }
        }
    }

    /// <summary>Marks what the cancelling of the whole run aborted.</summary>
    public static void ByUser(StepForest forest)
    {
        foreach (StepDraft step in forest.Steps)
        {
            if (step.Verdict is { Verdict: Verdict.Failed, IsAbort: true })
            {
                step.Verdict = SpanVerdict.Cancelled("aborted with the run");
            }
        }
    }

    /// <summary>When each failed step failed: where a failed step inside explains it, when that one ended, for a step often ends after the neighbours that it brought down.</summary>
    private static Dictionary<StepDraft, long> FailureTimes(ReadOnlySpan<StepDraft> order)
    {
        Dictionary<StepDraft, long> failedAt = [];
        for (int i = order.Length - 1; i >= 0; i--)
        {
            StepDraft step = order[i];
            if (step.Verdict is not { Verdict: Verdict.Failed, IsAbort: false })
            {
                continue;
            }

            long time = step.End;
            foreach (StepDraft child in step.Children)
            {
                time = Math.Min(time, failedAt.GetValueOrDefault(child, long.MaxValue));
            }

            failedAt.Add(step, time);
        }

        return failedAt;
    }

    /// <summary>For each of some siblings the earliest failure among the others and beside what encloses them.</summary>
    private static void BesideFailures(List<StepDraft> siblings, long above, Dictionary<StepDraft, long> failedAt, Dictionary<StepDraft, long> beside)
    {
        StepDraft? first = null;
        long earliest = long.MaxValue;
        long second = long.MaxValue;
        foreach (StepDraft sibling in siblings)
        {
            long time = failedAt.GetValueOrDefault(sibling, long.MaxValue);
            if (time < earliest)
            {
                (second, earliest, first) = (earliest, time, sibling);
            }
            else if (time < second)
            {
                second = time;
            }
        }

        foreach (StepDraft sibling in siblings)
        {
            beside[sibling] = Math.Min(above, sibling == first ? second : earliest);
        }
    }
}
