namespace TraceGap.Server.UnaryHttp;

/// <summary>Log messages of calls over plain HTTP; event ids 2100 to 2199, never reused.</summary>
internal static partial class UnaryHttpLog
{
    [LoggerMessage(2100, LogLevel.Error, "The handler of {Path} failed with an exception.")]
    public static partial void HandlerFailed(ILogger logger, string path, Exception exception);
}
