namespace TraceGap.Server.Ingest;

/// <summary>Why spans were refused though they were well-formed; the sender is asked to come again.</summary>
internal enum RefuseReason
{
    /// <summary>Too much waits to be written or to be assembled.</summary>
    QueueFull,

    /// <summary>The disk is full.</summary>
    NoSpace,

    /// <summary>Writing failed.</summary>
    IoFailed,

    /// <summary>The server is stopping.</summary>
    ShuttingDown,

    /// <summary>Spans come much faster than they can be analysed.</summary>
    Behind,
}
