namespace TraceGap.Server.Queries;

/// <summary>The questions that a server answers, whatever the transport. Answers are the JSON documents of the query API. Thread-safe.</summary>
public interface IReportQueries
{
    /// <summary>The report over a window.</summary>
    ValueTask<QueryAnswer> GetReportAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>What a window spent on models, and what of it was in vain.</summary>
    ValueTask<QueryAnswer> GetCostsAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>The workflows of a window.</summary>
    ValueTask<QueryAnswer> ListWorkflowsAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>The workflows, environments and versions of a window.</summary>
    ValueTask<QueryAnswer> ListFiltersAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>Two reports side by side.</summary>
    ValueTask<QueryAnswer> CompareAsync(CompareQuery query, CancellationToken cancellationToken);

    /// <summary>What each step and layer would buy.</summary>
    ValueTask<QueryAnswer> GetSensitivityAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>How failures hang together.</summary>
    ValueTask<QueryAnswer> GetDependenceAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>Figures over time.</summary>
    ValueTask<QueryAnswer> GetTimeSeriesAsync(SeriesQuery query, CancellationToken cancellationToken);

    /// <summary>Latency against requests in flight.</summary>
    ValueTask<QueryAnswer> GetConcurrencyAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>Which rules decided the layers of spans, in a sample of the traces of a window.</summary>
    ValueTask<QueryAnswer> GetCoverageAsync(SampledQuery query, CancellationToken cancellationToken);

    /// <summary>Where alerts stand, and what was told of them.</summary>
    ValueTask<QueryAnswer> ListAlertsAsync(CancellationToken cancellationToken);

    /// <summary>What a window would have looked like had something been different.</summary>
    /// <param name="query">Which window and traces.</param>
    /// <param name="changes">What is different: a JSON document in UTF-8, as the caller wrote it.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    ValueTask<QueryAnswer> WhatIfAsync(SampledQuery query, ReadOnlyMemory<byte> changes, CancellationToken cancellationToken);

    /// <summary>What is odd about the latest traces of a window.</summary>
    ValueTask<QueryAnswer> GetQualityAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>Matching traces, newest first.</summary>
    ValueTask<QueryAnswer> ListTracesAsync(TracesQuery query, CancellationToken cancellationToken);

    /// <summary>One trace with all that was found in it.</summary>
    /// <param name="traceId">32 hexadecimal digits, as the caller wrote them.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    ValueTask<QueryAnswer> GetTraceAsync(string traceId, CancellationToken cancellationToken);
}
