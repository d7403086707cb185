namespace TraceGap.Aggregation;

/// <summary>What a failed trace is counted and shown under: the unrecovered own failure that ended first, else the earliest own failure, else nothing: it was lost silently.</summary>
internal static class FailureOfTrace
{
    // What silent failures that nothing else names are counted under.
    private const string EvaluationType = "evaluation";

    /// <summary>Finds the failure of a failed trace.</summary>
    /// <param name="steps">Its steps.</param>
    /// <param name="root">What the root says of itself.</param>
    /// <param name="source">What told that the trace failed.</param>
    /// <param name="evaluation">The evaluation that did, if one did.</param>
    public static TraceFailure Of(ReadOnlySpan<StepFinding> steps, SpanVerdict root, OutcomeSource source, EvaluationFinding? evaluation)
    {
        int blamed = -1;
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] is { OwnFailure: true, IsExecution: true } && (blamed < 0 || IsBefore(steps[i], steps[blamed])))
            {
                blamed = i;
            }
        }

        EvaluationFinding? decisive = source == OutcomeSource.Evaluation ? evaluation : null;
        if (blamed < 0)
        {
            string type = root.ErrorType.Length == 0 && decisive is not null ? EvaluationType : root.ErrorType;
            return new TraceFailure(-1, Layer: null, Step: null, type, SilentText(steps, root, source, decisive));
        }

        ref readonly StepFinding step = ref steps[blamed];
        string judged = decisive is null ? "" : $"; the result was judged {decisive.Text}";
        return new TraceFailure(blamed, step.Key.Layer, step.Key, step.ErrorType ?? "", Text(step) + judged);
    }

    private static bool IsBefore(in StepFinding step, in StepFinding other) =>
        step.Recovered != other.Recovered ? other.Recovered
        : step.EndUnixNanos != other.EndUnixNanos ? step.EndUnixNanos < other.EndUnixNanos
        : step.Index < other.Index;

    private static string Text(in StepFinding step)
    {
        string attempts = step.Attempts.Count > 1 ? $" after {step.Attempts.Count} attempts" : "";
        string type = string.IsNullOrEmpty(step.ErrorType) ? "" : $": {step.ErrorType}";
        return $"{NameOf(step)} of {step.Key.Service} failed{attempts} ({step.VerdictSignal}){type}";
    }

    private static string SilentText(ReadOnlySpan<StepFinding> steps, SpanVerdict root, OutcomeSource source, EvaluationFinding? evaluation)
    {
        if (evaluation?.Step is StepDraft judged)
        {
            return $"failed although no step did, at the seam after {NameOf(steps[judged.Index])}: its result was judged {evaluation.Text}";
        }

        int last = -1;
        int degraded = -1;
        for (int i = 0; i < steps.Length; i++)
        {
            bool isInner = steps[i] is { ParentIndex: >= 0, IsSuperseded: false };
            last = isInner && !steps[i].IsFrame && (last < 0 || steps[i].EndUnixNanos >= steps[last].EndUnixNanos) ? i : last;
            degraded = isInner && steps[i].Verdict == Verdict.Degraded && (degraded < 0 || steps[i].EndUnixNanos >= steps[degraded].EndUnixNanos) ? i : degraded;
        }

        string told = evaluation is not null ? $"the result was judged {evaluation.Text}"
            : source == OutcomeSource.Explicit ? $"the application says so ({VerdictSignals.OutcomeKey})"
            : root.Signal;
        told = told.Length == 0 ? "" : $" ({told})";
        string type = root.ErrorType.Length == 0 ? "" : $": {root.ErrorType}";
        string before = degraded < 0 ? "" : $"; {NameOf(steps[degraded])} was degraded ({steps[degraded].VerdictSignal})";
        return last < 0 ? $"failed{told}, and no step tells where{type}" : $"failed although no step did{told}, at a seam after {steps[last].Key.Operation}{type}{before}";
    }

    private static string NameOf(in StepFinding step) => $"{LayerNames.Shown(step.Key.Layer)} step {step.Key.Operation}";
}
