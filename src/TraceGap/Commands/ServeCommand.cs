using System.CommandLine;
using Microsoft.Extensions.Logging;
using Spectre.Console;
using TraceGap.Rendering;
using TraceGap.Server;
using TraceGap.Server.Configuration;
using TraceGap.Server.Otlp;
using TraceGap.Server.Security;

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

    private static readonly Option<string?> OtlpHttp = new("--otlp-http")
    {
        Description = $"Where OTLP/HTTP is received; port 0 takes a free one. [default: {ServerOptions.DefaultOtlpHttp}]",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> Http = new("--http")
    {
        Description = $"Where the query API answers; port 0 takes a free one. [default: {ServerOptions.DefaultHttp}]",
        HelpName = "HOST:PORT",
    };

    private static readonly Option<string?> TlsCertificate = FileOption("--tls-certificate", "PEM certificate to serve with, then its intermediates; all listeners then speak TLS alone.");
    private static readonly Option<string?> TlsKey = FileOption("--tls-key", "PEM private key of the certificate. [default: in the certificate's file]");
    private static readonly Option<string?> TlsClientCa = FileOption("--tls-client-ca", "PEM authorities: clients must present a certificate that one of them issued.");
    private static readonly Option<string?> IngestTokenFile = FileOption("--ingest-token-file", "Bearer tokens, one a line; sending spans needs one of them.");
    private static readonly Option<string?> QueryTokenFile = FileOption("--query-token-file", "Bearer tokens, one a line; asking needs one of them.");

    private static readonly Option<bool> Insecure = new("--insecure")
    {
        Description = "Listen beyond loopback without tokens or client certificates.",
    };

    private static readonly Option<string?> Rules = FileOption("--rules", "YAML with rules of your own for the layers of spans; followed as it changes.");

    private static readonly Option<string?> Config = SharedOptions.NewConfig();

    public static Command New(Terminal terminal)
    {
        Command command = new("serve", "Receive OTLP, analyse it and answer queries until stopped.")
        {
            Data, OtlpGrpc, OtlpHttp, Http, TlsCertificate, TlsKey, TlsClientCa, IngestTokenFile, QueryTokenFile, Insecure, Rules, Config,
        };
        command.SetAction((parsed, stop) => RunAsync(parsed, terminal, stop));
        return command;
    }

    private static Option<string?> FileOption(string name, string description) => new(name) { Description = description, HelpName = "FILE" };

    private static async Task<int> RunAsync(ParseResult parsed, Terminal terminal, CancellationToken stop)
    {
        Dictionary<string, string?> flags = new()
        {
            ["Data"] = parsed.GetValue(Data),
            ["OtlpGrpc"] = parsed.GetValue(OtlpGrpc),
            ["OtlpHttp"] = parsed.GetValue(OtlpHttp),
            ["Http"] = parsed.GetValue(Http),
            ["Tls:Certificate"] = parsed.GetValue(TlsCertificate),
            ["Tls:Key"] = parsed.GetValue(TlsKey),
            ["Tls:ClientCa"] = parsed.GetValue(TlsClientCa),
            ["Tokens:IngestFile"] = parsed.GetValue(IngestTokenFile),
            ["Tokens:QueryFile"] = parsed.GetValue(QueryTokenFile),
            ["Insecure"] = parsed.GetValue(Insecure) ? bool.TrueString : null,
            ["Rules:File"] = parsed.GetValue(Rules),
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
        string otlpHttp = server.OtlpHttp.AbsoluteUri.TrimEnd('/');
        string http = server.Http.AbsoluteUri.TrimEnd('/');
        TextGrid grid = new(Column.Text(""), Column.Text(""));
        Row("OTLP/gRPC", grpc);
        Row("OTLP/HTTP", $"{otlpHttp}{OtlpSignal.Traces.Path}");
        Row("page", http);
        Row("query API", $"{http}/api/v1/report");
        Row("data", Path.GetFullPath(options.DataFolder));
        console.Write(new Text("TraceGap is listening", Palette.Title));
        console.WriteLine();
        grid.Write(console);
        console.WriteLine();
        Line($"Send from a Collector:  exporters: {{ otlp/tracegap: {{ {ExporterSettings(grpc, server.OtlpGrpc, options.Security)} }} }}");
        Line($"Send from an SDK:       OTEL_EXPORTER_OTLP_PROTOCOL=grpc OTEL_EXPORTER_OTLP_ENDPOINT={server.OtlpGrpc.AbsoluteUri.TrimEnd('/')}");
        Line($"  or                    OTEL_EXPORTER_OTLP_PROTOCOL=http/protobuf OTEL_EXPORTER_OTLP_ENDPOINT={otlpHttp}");
        Line($"See the report:         tracegap report --url {http}");
        Line("Stop:                   Ctrl-C");

        void Row(string name, string value) => grid.Row(new Cell("  " + name, Palette.Faint), value);

        void Line(string text) => console.Profile.Out.Writer.WriteLine(text);
    }

    // Names what is needed, not what it is: a token has no place on a screen.
    private static string ExporterSettings(string address, Uri server, SecurityOptions security)
    {
        string tls = server.Scheme == Uri.UriSchemeHttp ? "insecure: true"
            : security.ClientCa is null ? "ca_file: CA.pem"
            : "ca_file: CA.pem, cert_file: CERT.pem, key_file: KEY.pem";
        string headers = security.Ingest.AreSet ? ", headers: { authorization: \"Bearer TOKEN\" }" : "";
        return $"endpoint: {address}, tls: {{ {tls} }}{headers}";
    }
}
