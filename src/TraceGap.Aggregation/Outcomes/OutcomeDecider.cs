using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// How a trace ended and what told it: what the application states, else an evaluation, else the root, else structure. Then the steps are seen in that light: which of them failed
/// of their own, and which failures the run survived.
/// </summary>
internal sealed class OutcomeDecider
{
    private readonly SpanTree _tree;
    private readonly StepForest _forest;
    private readonly SpanVerdict[] _verdicts;

    private OutcomeDecider(SpanTree tree, StepForest forest, SpanVerdict[] verdicts)
    {
        _tree = tree;
        _forest = forest;
        _verdicts = verdicts;
    }

    /// <summary>Decides the outcome and marks own and recovered failures.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="forest">The steps with their verdicts.</param>
    /// <param name="verdicts">The verdicts of the spans.</param>
    /// <param name="outcomeSpan">The span that states the outcome, or −1.</param>
    /// <param name="evaluation">The evaluation that judged the run or the last of its work, if any did.</param>
    /// <param name="closed">Whether nothing more is awaited.</param>
    public static (TraceOutcome Outcome, OutcomeSource Source) Decide(
        SpanTree tree, StepForest forest, SpanVerdict[] verdicts, int outcomeSpan, EvaluationFinding? evaluation, bool closed)
    {
        OutcomeDecider decider = new(tree, forest, verdicts);
        OwnFailures.Mark(forest);
        (TraceOutcome outcome, OutcomeSource source) = decider.Outcome(outcomeSpan, evaluation, closed);
        decider.ApplyToSteps(outcome);
        return (outcome, source);
    }

    private (TraceOutcome Outcome, OutcomeSource Source) Outcome(int outcomeSpan, EvaluationFinding? evaluation, bool closed)
    {
        bool hasRoot = _tree.Root != SpanTree.NoParent;
        if (!hasRoot && !closed)
        {
            return (TraceOutcome.Open, OutcomeSource.None);
        }

        if (outcomeSpan >= 0 && TraceOutcomes.TryParse(_tree.Spans[outcomeSpan].Attributes.Text(VerdictSignals.OutcomeKey) ?? "", out TraceOutcome stated))
        {
            return (stated, OutcomeSource.Explicit);
        }

        if (evaluation is { Step: null })
        {
            return (evaluation.HasPassed ? TraceOutcome.Ok : TraceOutcome.Failed, OutcomeSource.Evaluation);
        }

        (TraceOutcome Outcome, OutcomeSource Source) bySpans = hasRoot ? ByRoot() : WithoutRoot();
        return evaluation is { HasPassed: false } && bySpans.Outcome is TraceOutcome.Ok or TraceOutcome.Unknown
            ? (TraceOutcome.Failed, OutcomeSource.Evaluation)
            : bySpans;
    }

    private (TraceOutcome Outcome, OutcomeSource Source) ByRoot()
    {
        SpanVerdict root = _verdicts[_tree.Root];
        if (root.Verdict == Verdict.Cancelled || (root.IsAbort && !AnyStepFailed()))
        {
            return (TraceOutcome.Cancelled, OutcomeSource.Root);
        }

        if (root.Verdict is Verdict.Failed or Verdict.Unfinished)
        {
            return (TraceOutcome.Failed, OutcomeSource.Root);
        }

        bool isTransport = _tree.Spans[_tree.Root].Kind is not (SpanKind.Internal or SpanKind.Unspecified);
        if (isTransport && LastToEnd(_forest.Root?.Children ?? []) is { Key.Layer: Layer.Orchestration, Verdict.Verdict: Verdict.Failed } run)
        {
            // A server whose client hung up answers nobody, and says nothing about it.
            return (run.Verdict.IsAbort && !AnyStepFailed() ? TraceOutcome.Cancelled : TraceOutcome.Failed, OutcomeSource.RunStep);
        }

        return _forest.Steps.Exists(static step => step is { OwnFailure: true, IsSuperseded: false, HasRunGoneOn: false }) && UnfailingSpans.EndsWellAsRoot(_tree.Spans[_tree.Root])
            ? (TraceOutcome.Failed, OutcomeSource.Inferred)
            : (TraceOutcome.Ok, OutcomeSource.Root);
    }

    private (TraceOutcome Outcome, OutcomeSource Source) WithoutRoot()
    {
        bool hasFailed = _forest.Steps.Exists(static step => step is { OwnFailure: true, IsSuperseded: false, Recovered: false })
            || LastToEnd(Outermost()) is { Verdict.Verdict: Verdict.Failed };
        return hasFailed ? (TraceOutcome.Failed, OutcomeSource.Inferred) : (TraceOutcome.Unknown, OutcomeSource.None);
    }

    // An abort that goes up to the root while something else failed was the consequence.
    private bool AnyStepFailed() =>
        _forest.Steps.Exists(step => step != _forest.Root && step.Verdict is { Verdict: Verdict.Failed, IsAbort: false });

    /// <summary>The outermost steps that a span tells of: of a missing one those below it.</summary>
    private List<StepDraft> Outermost()
    {
        List<StepDraft> steps = [];
        foreach (StepDraft step in _forest.Topmost)
        {
            if (step.Span >= 0)
            {
                steps.Add(step);
            }
            else
            {
                steps.AddRange(step.Children);
            }
        }

        return steps;
    }

    private static StepDraft? LastToEnd(List<StepDraft> steps)
    {
        StepDraft? last = null;
        foreach (StepDraft step in steps)
        {
            last = last is null || step.End >= last.End ? step : last;
        }

        return last;
    }

    /// <summary>The outcome replaces the verdict of the root, whatever its status says, and own failures are marked anew where that changes something.</summary>
    private void ApplyToSteps(TraceOutcome outcome)
    {
        if (outcome == TraceOutcome.Cancelled)
        {
            Cancellation.ByUser(_forest);
        }

        if (_forest.Root is not StepDraft root)
        {
            return;
        }

        SpanVerdict own = root.Verdict;
        root.Verdict = outcome switch
        {
            TraceOutcome.Failed when own.Verdict != Verdict.Failed => SpanVerdict.Failed("outcome", own.ErrorType),
            TraceOutcome.Ok when own.Verdict is not (Verdict.Ok or Verdict.Degraded) => SpanVerdict.Ok,
            TraceOutcome.Cancelled when own.Verdict != Verdict.Cancelled => SpanVerdict.Cancelled("outcome"),
            _ => own,
        };
        if (root.Verdict != own || outcome == TraceOutcome.Cancelled)
        {
            OwnFailures.Mark(_forest);
        }
    }
}
