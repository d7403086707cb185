namespace TraceGap.Otlp;

/// <summary>Status code of a span; numbers as in opentelemetry.proto.trace.v1.Status.StatusCode.</summary>
public enum SpanStatus : byte
{
    /// <summary>Nothing was said. Not "unknown": instrumentations leave success unset.</summary>
    Unset = 0,

    /// <summary>Said to be fine; no proof, some emitters always set it.</summary>
    Ok = 1,

    /// <summary>Said to have failed.</summary>
    Error = 2,
}
