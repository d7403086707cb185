namespace TraceGap.Server.Queries;

/// <summary>The questions that a server answers, whatever the transport. Answers are the JSON documents of the query API. Thread-safe.</summary>
public interface IReportQueries
{
    /// <summary>The report over a window.</summary>
    ValueTask<QueryAnswer> GetReportAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>The workflows of a window.</summary>
    ValueTask<QueryAnswer> ListWorkflowsAsync(ReportQuery query, CancellationToken cancellationToken);

    /// <summary>Matching traces, newest first.</summary>
    ValueTask<QueryAnswer> ListTracesAsync(TracesQuery query, CancellationToken cancellationToken);

    /// <summary>One trace with all that was found in it.</summary>
    /// <param name="traceId">32 hexadecimal digits, as the caller wrote them.</param>
    /// <param name="cancellationToken">The caller gave up.</param>
    ValueTask<QueryAnswer> GetTraceAsync(string traceId, CancellationToken cancellationToken);
}
