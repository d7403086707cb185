using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Writes down what the passes found, in the order that contracts promise, and runs the last pass, the path, which wants the findings on steps.</summary>
internal static class TraceFindingsBuilder
{
    public static TraceFindings Build(
        SpanTree tree, SpanLayers layers, StepForest forest, SpanVerdict[] verdicts, TraceOutcome outcome, OutcomeSource source)
    {
        StepDraft[] ordered = forest.InOrderOfStart();
        Dictionary<StepDraft, int> indexes = new(ordered.Length);
        for (int i = 0; i < ordered.Length; i++)
        {
            indexes.Add(ordered[i], i);
        }

        StepFinding[] steps = Array.ConvertAll(ordered, draft => StepOf(draft, indexes));
        int[] stepOfSpan = Array.ConvertAll(forest.OfSpan, draft => draft is null ? -1 : indexes[draft]);
        MarkOffPath(tree, layers.Layers);
        PathSegment[] path = CriticalPathFinder.Find(tree, layers.Layers, steps, stepOfSpan);
        return new TraceFindings
        {
            TraceId = tree.Spans[0].TraceId,
            Key = WorkflowName.KeyOf(tree),
            Outcome = outcome,
            OutcomeSource = source,
            RootIndex = tree.Root,
            StartUnixNanos = tree.Root >= 0 ? tree.Start[tree.Root] : tree.Start.Min(),
            EndUnixNanos = tree.Root >= 0 ? tree.End[tree.Root] : tree.End.Max(),
            Weight = tree.Root >= 0 ? tree.Spans[tree.Root].Weight : tree.Spans.Max(static span => span.Weight),
            Spans = SpansOf(tree, layers, steps, stepOfSpan, verdicts),
            Steps = steps,
            CriticalPath = path,
            Defects = InOrder(tree),
            Failure = outcome == TraceOutcome.Failed ? FailureOfTrace.Of(steps, tree.Root >= 0 ? verdicts[tree.Root].ErrorType : "") : null,
        };
    }

    private static StepFinding StepOf(StepDraft draft, Dictionary<StepDraft, int> indexes)
    {
        AttemptFinding last = draft.Attempts[^1];
        draft.Attempts[^1] = last with { Verdict = draft.Verdict.Verdict, OwnFailure = draft.OwnFailure };
        return new StepFinding
        {
            Index = indexes[draft],
            ParentIndex = draft.Parent is null ? -1 : indexes[draft.Parent],
            Key = draft.Key,
            Attempts = draft.Attempts,
            StartUnixNanos = draft.Start,
            EndUnixNanos = draft.End,
            Verdict = draft.Verdict.Verdict,
            VerdictSignal = draft.Verdict.Signal,
            ErrorType = draft.HasFailed ? draft.Verdict.ErrorType : null,
            OwnFailure = draft.OwnFailure,
            Recovered = draft.Recovered,
            IsFrame = draft.Key.Layer == Layer.Orchestration && draft.Children.Count > 0,
            IsSuperseded = draft.IsSuperseded,
            InputTokens = draft.InputTokens,
            OutputTokens = draft.OutputTokens,
        };
    }

    private static SpanFinding[] SpansOf(SpanTree tree, SpanLayers layers, StepFinding[] steps, int[] stepOfSpan, SpanVerdict[] verdicts)
    {
        SpanFinding[] spans = new SpanFinding[tree.Count];
        for (int i = 0; i < spans.Length; i++)
        {
            SpanVerdict verdict = verdicts[i];
            if (verdict is { Verdict: Verdict.Failed, IsAbort: true } && stepOfSpan[i] >= 0 && steps[stepOfSpan[i]].Verdict == Verdict.Cancelled)
            {
                verdict = SpanVerdict.Cancelled(steps[stepOfSpan[i]].VerdictSignal);
            }

            spans[i] = new SpanFinding
            {
                Span = tree.Spans[i],
                ParentIndex = tree.Parent[i],
                Layer = layers.Layers[i],
                StepIndex = stepOfSpan[i],
                Verdict = verdict.Verdict,
                VerdictSignal = verdict.Signal,
                ErrorType = verdict.Verdict == Verdict.Failed ? verdict.ErrorType : null,
                ShiftNanos = tree.Shift[i],
            };
        }

        return spans;
    }

    private static void MarkOffPath(SpanTree tree, SpanLayer[] layers)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            tree.OffPath[span] |= layers[span].IsExcluded && span != tree.Root;
        }
    }

    private static TraceDefect[] InOrder(SpanTree tree)
    {
        if (tree.Defects.Count < 2)
        {
            return [.. tree.Defects];
        }

        Dictionary<SpanId, int> positions = new(tree.Count);
        for (int span = 0; span < tree.Count; span++)
        {
            positions.Add(tree.Spans[span].SpanId, span);
        }

        // What is about the trace stands first, what is about spans that never came last.
        int PositionOf(SpanId id) => id.IsNone ? -1 : positions.GetValueOrDefault(id, int.MaxValue);
        return
        [
            .. tree.Defects
                .OrderBy(defect => PositionOf(defect.SpanId))
                .ThenBy(static defect => defect.SpanId)
                .ThenBy(static defect => defect.Kind)
                .ThenBy(static defect => defect.Detail, StringComparer.Ordinal),
        ];
    }
}
