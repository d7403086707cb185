namespace TraceGap.Server.Grpc;

/// <summary>Log messages of the gRPC host; event ids 2000 to 2099, never reused.</summary>
internal static partial class GrpcLog
{
    [LoggerMessage(2000, LogLevel.Error, "The handler of {Path} failed with an exception.")]
    public static partial void HandlerFailed(ILogger logger, string path, Exception exception);
}
