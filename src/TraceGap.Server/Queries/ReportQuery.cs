namespace TraceGap.Server.Queries;

/// <summary>What a report is asked for, as the caller wrote it; null is not said. Judged by <see cref="IReportQueries"/>.</summary>
public record ReportQuery
{
    /// <summary>Length of the window that ends now, such as <c>15m</c> or <c>1h</c>.</summary>
    public string? Window { get; init; }

    /// <summary>Start of the window, RFC 3339 or seconds since the Unix epoch.</summary>
    public string? From { get; init; }

    /// <summary>End of the window, likewise.</summary>
    public string? To { get; init; }

    /// <summary>Only this workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>Only this environment.</summary>
    public string? Environment { get; init; }

    /// <summary>Only this version of the root's service.</summary>
    public string? Version { get; init; }

    /// <summary>What steps are told apart by: <c>step</c> or <c>layer</c>.</summary>
    public string? Granularity { get; init; }
}
