namespace TraceGap.Server.Grpc;

/// <summary>The statuses that the transport itself ends a call with.</summary>
internal static class GrpcStatuses
{
    public static GrpcStatus NoMessage { get; } = new(GrpcStatusCode.Internal, "the request has no message; a unary call has one");

    public static GrpcStatus BrokenBody { get; } = new(GrpcStatusCode.Internal, "the request body broke off");

    public static GrpcStatus SecondMessage { get; } = new(GrpcStatusCode.Internal, "the request goes on after its message; a unary call has one");

    public static GrpcStatus FlagWithoutEncoding { get; } = new(GrpcStatusCode.Internal, "the message is flagged compressed, but grpc-encoding names no compression");

    public static GrpcStatus CorruptCompression { get; } = new(GrpcStatusCode.Internal, "the compressed message cannot be decompressed");

    public static GrpcStatus UnreadableMessage { get; } = new(GrpcStatusCode.Internal, "the request message is no protobuf message of its type");

    public static GrpcStatus DeadlineExceeded { get; } = new(GrpcStatusCode.DeadlineExceeded, "the deadline passed before the call was done");

    public static GrpcStatus UnexpectedError { get; } = new(GrpcStatusCode.Internal, "the server met an unexpected error; its log says more");

    public static GrpcStatus CutFrame(long expected, long received) =>
        new(GrpcStatusCode.Internal, $"the request ends within its message: {received} of {expected} bytes");

    public static GrpcStatus UnknownFlag(byte flag) => new(GrpcStatusCode.Internal, $"the frame's flag is {flag}; 0 and 1 are defined");

    // Without a retry delay OTLP clients take RESOURCE_EXHAUSTED as final, and a message that is too large stays too large.
    public static GrpcStatus TooLarge(long bytes, int limit) =>
        new(GrpcStatusCode.ResourceExhausted, $"the message has {bytes} bytes; the limit is {limit}");

    public static GrpcStatus InflatesTooLarge(int limit) =>
        new(GrpcStatusCode.ResourceExhausted, $"the decompressed message has more bytes than the limit of {limit}");

    public static GrpcStatus OverBudget(TimeSpan retryAfter) =>
        new(GrpcStatusCode.Unavailable, "the server has no memory left for more requests at present", retryAfter);

    public static GrpcStatus Stalled(TimeSpan after) =>
        new(GrpcStatusCode.DeadlineExceeded, $"the request body made no progress for {after.TotalSeconds} s");

    public static GrpcStatus UnknownMethod(string path) => new(GrpcStatusCode.Unimplemented, $"there is no method {path}");

    public static GrpcStatus NotPost(string method) => new(GrpcStatusCode.Unimplemented, $"calls are POST requests, this is {method}");
}
