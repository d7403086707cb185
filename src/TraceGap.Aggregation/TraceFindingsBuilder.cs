using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Writes down what the passes found, in the order that contracts promise, and runs the last pass, the path, which wants the findings on steps.</summary>
internal static class TraceFindingsBuilder
{
    public static TraceFindings Build(TraceWorkspace work, TraceOutcome outcome, OutcomeSource source, EvaluationFinding? evaluation, ulong? task)
    {
        SpanTree tree = work.Tree;
        WriteSteps(work);
        int[] stepOfSpan = work.Steps.IndexesOfSpans(tree.Count);
        MarkOffPath(tree, work.Layers.Layers);
        ReadOnlySpan<StepFinding> steps = CollectionsMarshal.AsSpan(work.StepFindings);
        work.Path.Find(tree, work.Layers.Layers, steps, stepOfSpan, work.Segments);
        WriteSpans(work, stepOfSpan);
        bool hasRoot = tree.Root != SpanTree.NoParent;
        return new TraceFindings
        {
            TraceId = tree.Spans[0].TraceId,
            Key = WorkflowName.KeyOf(tree, work.Names, work.RollupKeys),
            Outcome = outcome,
            OutcomeSource = source,
            RootIndex = tree.Root,
            StartUnixNanos = hasRoot ? tree.Start[tree.Root] : tree.Start.Take(tree.Count).Min(),
            EndUnixNanos = hasRoot ? tree.End[tree.Root] : tree.End.Take(tree.Count).Max(),
            Weight = hasRoot ? tree.Spans[tree.Root].Weight : tree.Spans.Max(static span => span.Weight),
            Task = task,
            Spans = work.SpanFindings,
            Steps = work.StepFindings,
            CriticalPath = work.Segments,
            Defects = InOrder(tree),
            Failure = outcome == TraceOutcome.Failed ? FailureOfTrace.Of(steps, hasRoot ? work.Verdicts[tree.Root] : SpanVerdict.Ok, source, evaluation) : null,
        };
    }

    /// <summary>A trace of whose spans none came is nothing that anything can be said about, and waits for them.</summary>
    public static TraceFindings OfSignalsAlone(TraceWorkspace work, bool closed)
    {
        SpanRecord[] signals = work.Tree.Signals;
        return new TraceFindings
        {
            TraceId = signals[0].TraceId,
            Key = work.RollupKeys.Of(signals[0].Resource, RollupKey.NoRoot),
            Outcome = closed ? TraceOutcome.Unknown : TraceOutcome.Open,
            OutcomeSource = OutcomeSource.SignalsAlone,
            RootIndex = SpanTree.NoParent,
            StartUnixNanos = signals[0].StartUnixNanos,
            EndUnixNanos = signals.Max(static signal => signal.EndUnixNanos),
            Weight = SpanRecord.UnitWeight,
            Spans = [],
            Steps = [],
            CriticalPath = [],
            Defects = [],
        };
    }

    private static void WriteSteps(TraceWorkspace work)
    {
        ReadOnlySpan<StepDraft> ordered = work.Steps.InOrderOfStart();
        for (int i = 0; i < ordered.Length; i++)
        {
            ordered[i].Index = i;
        }

        work.StepFindings.Clear();
        foreach (StepDraft draft in ordered)
        {
            work.StepFindings.Add(StepOf(draft));
        }
    }

    private static StepFinding StepOf(StepDraft draft)
    {
        AttemptFinding last = draft.Attempts[^1];
        draft.Attempts[^1] = last with { Verdict = draft.Verdict.Verdict, OwnFailure = draft.OwnFailure };
        return new StepFinding
        {
            Index = draft.Index,
            ParentIndex = draft.Parent is null ? -1 : draft.Parent.Index,
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
            Kind = draft.Operation.Kind,
            Call = draft.Call,
            ThrownAwayCalls = draft.ThrownAwayCalls.Count > 0 ? draft.ThrownAwayCalls : null,
        };
    }

    private static void WriteSpans(TraceWorkspace work, int[] stepOfSpan)
    {
        SpanTree tree = work.Tree;
        CollectionsMarshal.SetCount(work.SpanFindings, tree.Count);
        Span<SpanFinding> spans = CollectionsMarshal.AsSpan(work.SpanFindings);
        ReadOnlySpan<StepFinding> steps = CollectionsMarshal.AsSpan(work.StepFindings);
        SpanVerdict[] verdicts = work.Verdicts;
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
                Layer = work.Layers.Layers[i],
                StepIndex = stepOfSpan[i],
                Verdict = verdict.Verdict,
                VerdictSignal = verdict.Signal,
                ErrorType = verdict.Verdict == Verdict.Failed ? verdict.ErrorType : null,
                ShiftNanos = tree.Shift[i],
            };
        }
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

        // What is about the trace stands first, what is about spans that never came last.
        int PositionOf(SpanId id) => id.IsNone ? -1 : tree.Positions.Find(id) is >= 0 and int position ? position : int.MaxValue;
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
