namespace TraceGap.Otlp;

/// <summary>Role of a span in a remote interaction; numbers as in opentelemetry.proto.trace.v1.Span.SpanKind.</summary>
public enum SpanKind : byte
{
    /// <summary>Not said; read as <see cref="Internal"/>.</summary>
    Unspecified = 0,

    /// <summary>Work inside one process.</summary>
    Internal = 1,

    /// <summary>Server half of a synchronous request.</summary>
    Server = 2,

    /// <summary>Client half of a synchronous request.</summary>
    Client = 3,

    /// <summary>Hands a message to a broker or queue.</summary>
    Producer = 4,

    /// <summary>Takes a message from a broker or queue.</summary>
    Consumer = 5,

    /// <summary>
    /// No span and not on the wire: what was said about the parent elsewhere than on it, by a log record, by a span of another trace, or as one of several evaluations. It has the id of a
    /// span made of what it says, so that the same said twice is one.
    /// </summary>
    Signal = 6,
}
