using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using TraceGap.Server;
using TraceGap.Server.Configuration;
using TraceGap.Storage;

namespace TraceGap.Commands;

/// <summary>A server that runs, or why it does not.</summary>
/// <param name="Server">The server, or null.</param>
/// <param name="Problem">Why there is none, in one line; empty if there is one.</param>
internal readonly record struct ServerStart(TraceGapServer? Server, string Problem)
{
    /// <summary>Starts a server. What a user can do something about (an address that is taken, a folder that cannot be used) is told, not thrown.</summary>
    public static async Task<ServerStart> TryAsync(ServerOptions options, ILoggerFactory logging, CancellationToken stop)
    {
        try
        {
            return new ServerStart(await TraceGapServer.StartAsync(options, logging, TimeProvider.System, stop), "");
        }
        catch (Exception exception) when (exception is IOException or UnauthorizedAccessException or StorageUnavailableException or InvalidOptionsException)
        {
            return new ServerStart(null, $"cannot start: {exception.Message.ReplaceLineEndings(" ").TrimEnd('.')}");
        }
    }

    /// <summary>Logs of a server that runs in the foreground: warnings and errors, one a line, where messages go and results do not.</summary>
    public static ILoggerFactory NewLogging() => LoggerFactory.Create(static builder => builder
        .SetMinimumLevel(LogLevel.Warning)

        // Why a server does not start is told in one line; the host would tell it again with its stack.
        .AddFilter("Microsoft.Extensions.Hosting", LogLevel.None)
        .AddSimpleConsole(static console => console.SingleLine = true)
        .Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
}
