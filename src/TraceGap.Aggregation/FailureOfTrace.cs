namespace TraceGap.Aggregation;

/// <summary>What a failed trace is counted and shown under: the unrecovered own failure that ended first, else the earliest own failure, else nothing: it was lost silently.</summary>
internal static class FailureOfTrace
{
    /// <summary>Finds the failure of a failed trace.</summary>
    public static TraceFailure Of(ReadOnlySpan<StepFinding> steps, string rootErrorType)
    {
        int blamed = -1;
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] is { OwnFailure: true, IsExecution: true } && (blamed < 0 || IsBefore(steps[i], steps[blamed])))
            {
                blamed = i;
            }
        }

        if (blamed < 0)
        {
            return new TraceFailure(-1, Layer: null, Step: null, rootErrorType, SilentText(steps, rootErrorType));
        }

        ref readonly StepFinding step = ref steps[blamed];
        return new TraceFailure(blamed, step.Key.Layer, step.Key, step.ErrorType ?? "", Text(step));
    }

    private static bool IsBefore(in StepFinding step, in StepFinding other) =>
        step.Recovered != other.Recovered ? other.Recovered
        : step.EndUnixNanos != other.EndUnixNanos ? step.EndUnixNanos < other.EndUnixNanos
        : step.Index < other.Index;

    private static string Text(in StepFinding step)
    {
        string attempts = step.Attempts.Count > 1 ? $" after {step.Attempts.Count} attempts" : "";
        string type = string.IsNullOrEmpty(step.ErrorType) ? "" : $": {step.ErrorType}";
        return $"{LayerNames.Shown(step.Key.Layer)} step {step.Key.Operation} of {step.Key.Service} failed{attempts} ({step.VerdictSignal}){type}";
    }

    private static string SilentText(ReadOnlySpan<StepFinding> steps, string errorType)
    {
        int last = -1;
        for (int i = 0; i < steps.Length; i++)
        {
            if (steps[i] is { ParentIndex: >= 0, IsFrame: false } && (last < 0 || steps[i].EndUnixNanos >= steps[last].EndUnixNanos))
            {
                last = i;
            }
        }

        string type = errorType.Length == 0 ? "" : $": {errorType}";
        return last < 0 ? $"failed, and no step tells where{type}" : $"failed although no step did, at a seam after {steps[last].Key.Operation}{type}";
    }
}
