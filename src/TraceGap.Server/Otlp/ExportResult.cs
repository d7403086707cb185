namespace TraceGap.Server.Otlp;

/// <summary>How an export request ended; each transport has its own word for it.</summary>
public enum ExportOutcome
{
    /// <summary>What was not rejected is durable.</summary>
    Accepted,

    /// <summary>The request is broken and will stay broken; nothing was kept.</summary>
    Malformed,

    /// <summary>Too much at once: come again after a delay; nothing was kept.</summary>
    Overloaded,

    /// <summary>Spans cannot be kept at present: come again after a delay; nothing was kept.</summary>
    Unavailable,
}

/// <summary>What came of an export request, whatever the transport.</summary>
/// <param name="Outcome">How it ended.</param>
/// <param name="Rejected">Spans or log records that were rejected one by one though the request was accepted.</param>
/// <param name="Reason">Why the first of them was rejected, or why the request was not accepted; empty on full success.</param>
/// <param name="RetryAfter">When to come again, if that makes sense; else zero.</param>
public readonly record struct ExportResult(ExportOutcome Outcome, int Rejected, string Reason, TimeSpan RetryAfter)
{
    /// <summary>What is kept is durable: all but what was rejected.</summary>
    public static ExportResult Accepted(int rejected, string? reason) => new(ExportOutcome.Accepted, rejected, reason ?? "", TimeSpan.Zero);

    /// <summary>The request is broken.</summary>
    public static ExportResult Malformed(string reason) => new(ExportOutcome.Malformed, 0, reason, TimeSpan.Zero);
}
