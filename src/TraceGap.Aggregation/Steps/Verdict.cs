namespace TraceGap.Aggregation;

/// <summary>How a span, attempt or step went. Numbers are stored on disk; never reuse one.</summary>
public enum Verdict : byte
{
    /// <summary>Fine.</summary>
    Ok = 0,

    /// <summary>Fine in the product, reported beside it: truncated, blocked, empty retrieval.</summary>
    Degraded = 1,

    /// <summary>Failed.</summary>
    Failed = 2,

    /// <summary>Ended by its user or because a sibling failed; in no count.</summary>
    Cancelled = 3,

    /// <summary>Never ended, or was never exported.</summary>
    Unfinished = 4,
}
