namespace TraceGap.Aggregation;

/// <summary>The outcome of a trace as applications state it.</summary>
internal static class TraceOutcomes
{
    /// <summary>Reads a stated outcome; other words state none.</summary>
    public static bool TryParse(string text, out TraceOutcome outcome)
    {
        (bool known, outcome) = text.Trim().ToLowerInvariant() switch
        {
            "ok" or "success" or "succeeded" or "passed" => (true, TraceOutcome.Ok),
            "failed" or "failure" or "error" => (true, TraceOutcome.Failed),
            "cancelled" or "canceled" => (true, TraceOutcome.Cancelled),
            _ => (false, TraceOutcome.Unknown),
        };
        return known;
    }
}
