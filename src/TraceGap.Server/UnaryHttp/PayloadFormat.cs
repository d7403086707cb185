namespace TraceGap.Server.UnaryHttp;

/// <summary>How messages are written; an answer is written as its request was.</summary>
public enum PayloadFormat
{
    /// <summary>The Protocol Buffers wire format.</summary>
    Protobuf,

    /// <summary>The JSON mapping of Protocol Buffers.</summary>
    Json,
}
