namespace TraceGap.Server.Queries;

/// <summary>Of what a question about single traces is asked, as the caller wrote it.</summary>
public record SampledQuery : ReportQuery
{
    /// <summary>Most traces that are looked at.</summary>
    public int? Sample { get; init; }
}
