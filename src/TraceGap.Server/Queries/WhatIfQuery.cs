namespace TraceGap.Server.Queries;

/// <summary>Of what a change is asked for, as the caller wrote it.</summary>
public sealed record WhatIfQuery : ReportQuery
{
    /// <summary>Most traces that are replayed.</summary>
    public int? Sample { get; init; }
}
