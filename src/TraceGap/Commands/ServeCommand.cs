using System.CommandLine;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using TraceGap.Rendering;
using TraceGap.Server;
using TraceGap.Server.Configuration;

namespace TraceGap.Commands;

/// <summary><c>tracegap serve</c>: receives, analyses, answers, until stopped.</summary>
internal static class ServeCommand
{
    private static readonly Option<string?> Data = new("--data")
    {
        Description = $"Data folder; made if it is not there. [default: {new ServerOptions().DataFolder}]",
        HelpName = "DIR",
    };

    private static readonly Option<string?> OtlpGrpc = new("--otlp-grpc")
    {
        Description = $"Where OTLP/gRPC is received; port 0 takes a free one. [default: {ServerOptions.DefaultOtlpGrpc}]",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> Http = new("--http")
    {
        Description = $"Where the query API answers; port 0 takes a free one. [default: {ServerOptions.DefaultHttp}]",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> Config = SharedOptions.NewConfig();

    public static Command New(Terminal terminal)
    {
        Command command = new("serve", "Receive OTLP, analyse it and answer queries until stopped.") { Data, OtlpGrpc, Http, Config };
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        Dictionary<string, string?> flags = new()
        {
            ["Data"] = parsed.GetValue(Data),
            ["OtlpGrpc"] = parsed.GetValue(OtlpGrpc),
            ["Http"] = parsed.GetValue(Http),
        };
        IReadOnlyList<string> errors = ServerOptionsReader.Read(parsed.GetValue(Config), flags, out ServerOptions options);
        if (errors.Count > 0)
        {
            return terminal.Fail(ExitCodes.WrongUsage, errors);
        }

        using ILoggerFactory logging = ServerStart.NewLogging();
        ServerStart start = await ServerStart.TryAsync(options, logging, stop);
        if (start.Server is not TraceGapServer server)
        {
            return terminal.Fail(ExitCodes.Unreadable, start.Problem);
        }

        await using (server)
        {
            WriteStartScreen(terminal.Console, server, options);
            await UntilStoppedAsync(stop);
            terminal.Tell("stopping; what was acknowledged is kept");
        }

        return ExitCodes.Fine;
    }

    /// <summary>Waits until the command is told to stop.</summary>
    public static Task UntilStoppedAsync(CancellationToken stop)
    {
        TaskCompletionSource stopped = new(TaskCreationOptions.RunContinuationsAsynchronously);
        stop.Register(stopped.SetResult);
        return stopped.Task;
    }

    /// <summary>Says where the server is to be found and how to send to it.</summary>
    public static void WriteStartScreen(IAnsiConsole console, TraceGapServer server, ServerOptions options)
    {
        string grpc = $"{server.OtlpGrpc.Host}:{server.OtlpGrpc.Port}";
        string http = server.Http.AbsoluteUri.TrimEnd('/');
        TextGrid grid = new(Column.Text(""), Column.Text(""));
        Row("OTLP/gRPC", grpc);
        Row("query API", $"{http}/api/v1/report");
        Row("data", Path.GetFullPath(options.DataFolder));
        console.Write(new Text("TraceGap is listening", Palette.Title));
        console.WriteLine();
        grid.Write(console);
        console.WriteLine();
        Line("Send from a Collector:  exporters: { otlp/tracegap: { endpoint: " + grpc + ", tls: { insecure: true } } }");
        Line($"Send from an SDK:       OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT=http://{grpc}");
        Line($"See the report:         tracegap report --url {http}");
        Line("Stop:                   Ctrl-C");

        void Row(string name, string value) => grid.Row(new Cell("  " + name, Palette.Faint), value);

        void Line(string text) => console.Profile.Out.Writer.WriteLine(text);
    }
}
