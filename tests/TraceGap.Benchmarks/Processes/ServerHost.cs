using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Microsoft.Extensions.Logging.Console;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.Benchmarks.Processes;

/// <summary>The subject: the whole server with the options of <c>tracegap serve</c>.</summary>
internal sealed class ServerHost : IRunningHost
{
    private readonly TraceGapServer _server;
    private readonly ILoggerFactory _logging;

    private ServerHost(TraceGapServer server, ILoggerFactory logging)
    {
        _server = server;
        _logging = logging;
    }

    public HostAddresses Addresses => new(_server.OtlpGrpc, _server.OtlpHttp, _server.Http);

    /// <summary>Starts it on free ports.</summary>
    /// <param name="flags">Configuration as on the command line.</param>
    public static async Task<ServerHost> StartAsync(IReadOnlyDictionary<string, string?> flags)
    {
        IReadOnlyList<string> errors = ServerOptionsReader.Read(null, flags, out ServerOptions options);
        if (errors.Count > 0)
        {
            throw new ArgumentException(string.Join('\n', errors), nameof(flags));
        }

        // As the command logs.
        ILoggerFactory logging = LoggerFactory.Create(static builder => builder
            .SetMinimumLevel(LogLevel.Warning)
            .AddSimpleConsole(static console => console.SingleLine = true)
            .Services.Configure<ConsoleLoggerOptions>(static console => console.LogToStandardErrorThreshold = LogLevel.Trace));
        return new ServerHost(await TraceGapServer.StartAsync(options, logging), logging);
    }

    public async ValueTask DisposeAsync()
    {
        await _server.DisposeAsync();
        _logging.Dispose();
    }
}
