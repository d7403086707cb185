namespace TraceGap.Aggregation;

/// <summary>What a failed trace is counted and shown under: the unrecovered own failure that ended first, else the earliest own failure, else nothing: it was lost silently.</summary>
internal static class FailureOfTrace
{
    /// <summary>Finds the failure of a failed trace.</summary>
    public static TraceFailure Of(IReadOnlyList<StepFinding> steps, string rootErrorType)
    {
        StepFinding? blamed = null;
        foreach (StepFinding step in steps)
        {
            if (step.OwnFailure && step.IsExecution && (blamed is null || IsBefore(step, blamed)))
            {
                blamed = step;
            }
        }

        return blamed is null
            ? new TraceFailure(-1, Layer: null, Step: null, rootErrorType, SilentText(steps, rootErrorType))
            : new TraceFailure(blamed.Index, blamed.Key.Layer, blamed.Key, blamed.ErrorType ?? "", Text(blamed));
    }

    private static bool IsBefore(StepFinding step, StepFinding other) =>
        step.Recovered != other.Recovered ? other.Recovered
        : step.EndUnixNanos != other.EndUnixNanos ? step.EndUnixNanos < other.EndUnixNanos
        : step.Index < other.Index;

    private static string Text(StepFinding step)
    {
        string attempts = step.Attempts.Count > 1 ? $" after {step.Attempts.Count} attempts" : "";
        string type = string.IsNullOrEmpty(step.ErrorType) ? "" : $": {step.ErrorType}";
        return $"{LayerNames.Shown(step.Key.Layer)} step {step.Key.Operation} of {step.Key.Service} failed{attempts} ({step.VerdictSignal}){type}";
    }

    private static string SilentText(IReadOnlyList<StepFinding> steps, string errorType)
    {
        StepFinding? last = null;
        foreach (StepFinding step in steps)
        {
            if (step.ParentIndex >= 0 && !step.IsFrame && (last is null || step.EndUnixNanos >= last.EndUnixNanos))
            {
                last = step;
            }
        }

        string type = errorType.Length == 0 ? "" : $": {errorType}";
        return last is null ? $"failed, and no step tells where{type}" : $"failed although no step did, at a seam after {last.Key.Operation}{type}";
    }
}
