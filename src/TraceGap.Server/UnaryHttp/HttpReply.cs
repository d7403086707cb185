using TraceGap.Server.Grpc;

namespace TraceGap.Server.UnaryHttp;

/// <summary>What a unary handler answers: one message, or an HTTP status that says why not.</summary>
public readonly record struct HttpReply
{
    private HttpReply(int httpStatus, ReadOnlyMemory<byte> message, GrpcStatus status)
    {
        HttpStatus = httpStatus;
        Message = message;
        Status = status;
    }

    /// <summary>The HTTP status code.</summary>
    public int HttpStatus { get; }

    /// <summary>The serialised message, in the format of the request; empty for failures.</summary>
    public ReadOnlyMemory<byte> Message { get; }

    /// <summary>What the body of a failure says, as <c>google.rpc.Status</c>; its codes are gRPC's.</summary>
    public GrpcStatus Status { get; }

    /// <summary>Success with a serialised message, which may be empty.</summary>
    public static HttpReply Success(ReadOnlyMemory<byte> message) => new(StatusCodes.Status200OK, message, GrpcStatus.Ok);

    /// <summary>Failure; <paramref name="status"/> must not be OK. Its retry delay is sent as <c>Retry-After</c>.</summary>
    public static HttpReply Failure(int httpStatus, GrpcStatus status)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(httpStatus, StatusCodes.Status400BadRequest);
        ArgumentOutOfRangeException.ThrowIfEqual(status.Code, GrpcStatusCode.Ok);
        return new HttpReply(httpStatus, default, status);
    }
}
