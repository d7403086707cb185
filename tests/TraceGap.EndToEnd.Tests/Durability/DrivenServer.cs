using System.Runtime.InteropServices;
using Microsoft.Extensions.Logging;
using TraceGap.Aggregation;
using TraceGap.Commands;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>A server with small files and short periods, so that a short load crosses every kind of write: a program of its own, for a process that faults are put below.</summary>
internal static class DrivenServer
{
    public static ServerOptions Options(string folder) => new()
    {
        DataFolder = folder,
        OtlpGrpc = "127.0.0.1:0",
        OtlpHttp = "127.0.0.1:0",
        Http = "127.0.0.1:0",
        InboxSegmentBytes = 6_000,
        CheckpointPages = 24,
        Assembly = new AssemblyOptions
        {
            Quiet = TimeSpan.FromMilliseconds(100),
            Idle = TimeSpan.FromMilliseconds(200),
            RootGrace = TimeSpan.FromMilliseconds(800),
        },
    };

    private static async Task<int> Main(string[] arguments)
    {
        using CancellationTokenSource stop = new();
        using PosixSignalRegistration signal = PosixSignalRegistration.Create(
            PosixSignal.SIGTERM,
            context =>
            {
                context.Cancel = true;
                stop.Cancel();
            });
        ServerOptions options = Options(arguments[0]);
        options.Fsync = arguments[1] == "fsync";
        using ILoggerFactory logging = ServerStart.NewLogging();
        ServerStart start = await ServerStart.TryAsync(options, logging, stop.Token);
        if (start.Server is not TraceGapServer server)
        {
            await Console.Error.WriteLineAsync(start.Problem);
            return 3;
        }

        await using (server)
        {
            ServeCommand.WriteStartScreen(Terminal.OfProcess().Console, server, options);
            await ServeCommand.UntilStoppedAsync(stop.Token);
        }

        return 0;
    }
}
