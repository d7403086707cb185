namespace TraceGap.Server.Queries;

/// <summary>What traces are asked for, as the caller wrote it; null is not said.</summary>
public sealed record TracesQuery : ReportQuery
{
    /// <summary>Only traces of this outcome.</summary>
    public string? Outcome { get; init; }

    /// <summary>Only traces that failed of their own in this layer.</summary>
    public string? Layer { get; init; }

    /// <summary>Only traces that took at least so long, such as <c>500ms</c>.</summary>
    public string? MinDuration { get; init; }

    /// <summary>At most so many.</summary>
    public int? Limit { get; init; }

    /// <summary>Where the answer before ended.</summary>
    public string? Cursor { get; init; }
}
