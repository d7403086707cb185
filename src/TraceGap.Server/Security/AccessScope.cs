namespace TraceGap.Server.Security;

/// <summary>What a caller may do.</summary>
public enum AccessScope
{
    /// <summary>Send spans.</summary>
    Ingest,

    /// <summary>Ask: the query API over HTTP and gRPC, its description, metrics.</summary>
    Query,
}
