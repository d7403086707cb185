namespace TraceGap.Server.Queries;

/// <summary>What traces are asked for, as the caller wrote it; null is not said.</summary>
public sealed record TracesQuery : ReportQuery
{
    /// <summary>Only traces of this outcome.</summary>
    public string? Outcome { get; init; }

    /// <summary>Only traces that failed of their own in this layer.</summary>
    public string? Layer { get; init; }

    /// <summary>Only traces that failed of their own in this step: its key, or <c>silent</c> for none.</summary>
    public string? Step { get; init; }

    /// <summary>Only traces that failed with this error type.</summary>
    public string? ErrorType { get; init; }

    /// <summary>Only traces that took at least so long, such as <c>500ms</c>.</summary>
    public string? MinDuration { get; init; }

    /// <summary>Only traces that took at most so long.</summary>
    public string? MaxDuration { get; init; }

    /// <summary>Only traces that have all these attributes, each <c>key=value</c>.</summary>
    public IReadOnlyList<string> Attribute { get; init; } = [];

    /// <summary>At most so many.</summary>
    public int? Limit { get; init; }

    /// <summary>Where the answer before ended.</summary>
    public string? Cursor { get; init; }
}
