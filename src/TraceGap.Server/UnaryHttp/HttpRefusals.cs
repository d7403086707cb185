using TraceGap.Server.Grpc;

namespace TraceGap.Server.UnaryHttp;

/// <summary>The failures that the transport itself ends a call with.</summary>
internal static class HttpRefusals
{
    public static HttpReply CorruptCompression { get; } = BadRequest("the compressed body cannot be decompressed, or was cut");

    public static HttpReply UnexpectedError { get; } = HttpReply.Failure(StatusCodes.Status500InternalServerError, GrpcStatuses.UnexpectedError);

    public static HttpReply BadRequest(string reason) =>
        HttpReply.Failure(StatusCodes.Status400BadRequest, new GrpcStatus(GrpcStatusCode.InvalidArgument, reason));

    public static HttpReply NotPost(string method) =>
        HttpReply.Failure(StatusCodes.Status405MethodNotAllowed, new GrpcStatus(GrpcStatusCode.Unimplemented, $"messages are sent with POST, this is {method}"));

    public static HttpReply UnknownPath(string path, string whatIsServed) =>
        HttpReply.Failure(StatusCodes.Status404NotFound, new GrpcStatus(GrpcStatusCode.Unimplemented, $"there is nothing at {path}; {whatIsServed}"));

    public static HttpReply UnknownType(string? type) => HttpReply.Failure(
        StatusCodes.Status415UnsupportedMediaType,
        new GrpcStatus(GrpcStatusCode.InvalidArgument, $"Content-Type '{type}' is not supported, only {HttpRequestHead.AcceptedTypes}"));

    public static HttpReply UnknownEncoding(string encoding) => HttpReply.Failure(
        StatusCodes.Status415UnsupportedMediaType,
        new GrpcStatus(GrpcStatusCode.InvalidArgument, $"Content-Encoding '{encoding}' is not supported, only {HttpRequestHead.AcceptedEncodings}"));

    public static HttpReply TooLarge(long bytes, int limit) => HttpReply.Failure(StatusCodes.Status413PayloadTooLarge, GrpcStatuses.TooLarge(bytes, limit));

    public static HttpReply GrowsTooLarge(int limit) => HttpReply.Failure(
        StatusCodes.Status413PayloadTooLarge, new GrpcStatus(GrpcStatusCode.ResourceExhausted, $"the body has more bytes than the limit of {limit}"));

    public static HttpReply InflatesTooLarge(int limit) => HttpReply.Failure(StatusCodes.Status413PayloadTooLarge, GrpcStatuses.InflatesTooLarge(limit));

    public static HttpReply Stalled(TimeSpan after) => HttpReply.Failure(StatusCodes.Status408RequestTimeout, GrpcStatuses.Stalled(after));

    public static HttpReply OverBudget(TimeSpan retryAfter) =>
        HttpReply.Failure(StatusCodes.Status503ServiceUnavailable, GrpcStatuses.OverBudget(retryAfter));
}
