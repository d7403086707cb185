namespace TraceGap.Server.Grpc;

/// <summary>How the messages of a call are compressed, where a message says that it is.</summary>
internal enum GrpcEncoding
{
    /// <summary>Not at all.</summary>
    Identity,

    /// <summary>gzip, RFC 1952.</summary>
    Gzip,
}
