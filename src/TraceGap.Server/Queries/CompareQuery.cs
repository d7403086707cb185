namespace TraceGap.Server.Queries;

/// <summary>What is compared with what, as the caller wrote it: the report that is asked for, and how the other one differs. If nothing is said it is that of the period before.</summary>
public sealed record CompareQuery : ReportQuery
{
    /// <summary>Start of the other window, RFC 3339 or seconds since the Unix epoch.</summary>
    public string? AgainstFrom { get; init; }

    /// <summary>End of the other window, likewise.</summary>
    public string? AgainstTo { get; init; }

    /// <summary>The other environment.</summary>
    public string? AgainstEnvironment { get; init; }

    /// <summary>The other version.</summary>
    public string? AgainstVersion { get; init; }
}
