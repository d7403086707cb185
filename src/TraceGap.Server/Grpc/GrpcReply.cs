namespace TraceGap.Server.Grpc;

/// <summary>What a unary handler answers: one message, or a status that is not OK.</summary>
public readonly record struct GrpcReply
{
    private GrpcReply(ReadOnlyMemory<byte> message, GrpcStatus status)
    {
        Message = message;
        Status = status;
    }

    /// <summary>The serialised message; empty for a message without fields, and for failures.</summary>
    public ReadOnlyMemory<byte> Message { get; }

    /// <summary>How the call ended.</summary>
    public GrpcStatus Status { get; }

    /// <summary>Success with a serialised message, which may be empty.</summary>
    public static GrpcReply Success(ReadOnlyMemory<byte> message) => new(message, GrpcStatus.Ok);

    /// <summary>Failure; the code must not be <see cref="GrpcStatusCode.Ok"/>.</summary>
    public static GrpcReply Failure(GrpcStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfEqual(status.Code, GrpcStatusCode.Ok);
        return new GrpcReply(default, status);
    }

    /// <summary>Failure with a code other than <see cref="GrpcStatusCode.Ok"/>, a text for people, and possibly when to try again.</summary>
    public static GrpcReply Failure(GrpcStatusCode code, string message, TimeSpan? retryAfter = null) =>
        Failure(new GrpcStatus(code, message, retryAfter));
}
