namespace TraceGap.Server.Queries;

/// <summary>What a series is asked for, as the caller wrote it.</summary>
public sealed record SeriesQuery : ReportQuery
{
    /// <summary>Metrics, comma-separated.</summary>
    public string? Metric { get; init; }

    /// <summary>Length of a step, such as <c>5m</c>; whole minutes.</summary>
    public string? Step { get; init; }

    /// <summary>What is told apart: <c>workflow</c>, <c>layer</c> or <c>step</c>.</summary>
    public string? By { get; init; }
}
