using System.Text.RegularExpressions;
using TraceGap.Commands;
using TraceGap.Server.Tests.Security;

namespace TraceGap.Tests.Commands;

/// <summary>The commands at both ends of a secured server.</summary>
public sealed class SecuredServingTests : IDisposable
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-secured-").FullName;
    private readonly TestAuthority _authority = new("root");
    private readonly string _ca;

    public SecuredServingTests() => _ca = Write("ca.pem", _authority.Pem);

    public void Dispose()
    {
        _authority.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_secured_server_is_asked_with_what_it_takes_and_says_what_is_missing()
    {
        IssuedCertificate client = _authority.Issue("client", CertificateUse.Client);
        string[] pair = ["--cert", Write("client.pem", client.CertificatePem), "--key", Write("client.key", client.KeyPem)];
        await using Serving server = await Serving.StartAsync(ServeArguments("--tls-client-ca", _ca));
        string[] report = ["report", "--url", server.Url];

        CommandRun all = await CommandRun.OfAsync([.. report, "--ca", _ca, .. pair, "--token", "ask"]);
        CommandRun traces = await CommandRun.OfAsync(["traces", "--url", server.Url, "--ca", _ca, .. pair, "--token", "ask"]);
        CommandRun noToken = await CommandRun.OfAsync([.. report, "--ca", _ca, .. pair]);
        CommandRun wrongScope = await CommandRun.OfAsync([.. report, "--ca", _ca, .. pair, "--token", "send"]);
        CommandRun noCertificate = await CommandRun.OfAsync([.. report, "--ca", _ca, "--token", "ask"]);
        CommandRun noTrust = await CommandRun.OfAsync([.. report, .. pair, "--token", "ask"]);
        CommandRun plain = await CommandRun.OfAsync(["report", "--url", server.Url.Replace("https", "http", StringComparison.Ordinal), "--token", "ask"]);

        Assert.Equal((ExitCodes.Fine, ""), (all.ExitCode, all.Error));
        Assert.Contains("no traces", all.Out, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.Fine, "No traces.\n"), (traces.ExitCode, traces.Out));
        AssertTold(noToken, "401 a bearer token is needed", "; set --token or TRACEGAP_TOKEN");
        AssertTold(wrongScope, "403 the token is good for sending spans, not for asking");
        AssertTold(noCertificate, "403 present a client certificate");
        AssertTold(noTrust, "cannot reach", "Name the server's authority with --ca.");
        AssertTold(plain, "cannot reach", "does the server speak https");
    }

    [Fact]
    public async Task The_token_of_the_environment_is_taken_where_none_is_given()
    {
        await using Serving server = await Serving.StartAsync(ServeArguments());
        Environment.SetEnvironmentVariable(AccessOptions.TokenVariable, "ask");
        try
        {
            CommandRun run = await CommandRun.OfAsync("report", "--url", server.Url, "--ca", _ca);

            Assert.Equal((ExitCodes.Fine, ""), (run.ExitCode, run.Error));
        }
        finally
        {
            Environment.SetEnvironmentVariable(AccessOptions.TokenVariable, null);
        }
    }

    [Fact]
    public async Task The_start_screen_shows_what_a_sender_needs_and_no_token()
    {
        await using Serving server = await Serving.StartAsync(ServeArguments("--tls-client-ca", _ca));

        Assert.Matches(
            """endpoint: 127\.0\.0\.1:[0-9]+, tls: \{ ca_file: CA\.pem, cert_file: CERT\.pem, key_file: KEY\.pem \}, headers: \{ authorization: "Bearer TOKEN" \} \}""",
            server.Screen);
        Assert.Contains("OTEL_EXPORTER_OTLP_ENDPOINT=https://", server.Screen, StringComparison.Ordinal);
        Assert.DoesNotMatch("\\bsend\\b|\\bask\\b", server.Screen);
    }

    [Fact]
    public async Task Files_that_cannot_be_used_are_wrong_usage_and_told_all_at_once()
    {
        CommandRun serve = await CommandRun.OfAsync(
            "serve", "--data", _folder, "--tls-certificate", "no.pem", "--ingest-token-file", "no.tokens", "--http", "0.0.0.0:0");
        CommandRun report = await CommandRun.OfAsync("report", "--ca", "no-ca.pem");
        CommandRun key = await CommandRun.OfAsync("report", "--key", "no.key");

        Assert.Equal(ExitCodes.WrongUsage, serve.ExitCode);
        Assert.Equal(
            ["Tls:Certificate", "Tokens:IngestFile", "Http"],
            serve.Error.Split('\n', StringSplitOptions.RemoveEmptyEntries).Select(static line => Regex.Match(line, "^tracegap: ([A-Za-z:]+): ").Groups[1].Value));
        Assert.Equal(ExitCodes.WrongUsage, report.ExitCode);
        Assert.StartsWith("tracegap: --ca: ", report.Error, StringComparison.Ordinal);
        Assert.Equal((ExitCodes.WrongUsage, "tracegap: --key: there is no --cert that it belongs to\n"), (key.ExitCode, key.Error));
    }

    private string[] ServeArguments(params string[] further)
    {
        IssuedCertificate issued = _authority.Issue("server");
        return
        [
            "serve", "--data", Path.Combine(_folder, "data"), "--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--http", "127.0.0.1:0",
            "--tls-certificate", Write("server.pem", issued.CertificatePem), "--tls-key", Write("server.key", issued.KeyPem),
            "--ingest-token-file", Write("ingest.tokens", "send\n"), "--query-token-file", Write("query.tokens", "ask\n"), .. further,
        ];
    }

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private static void AssertTold(CommandRun run, params string[] parts)
    {
        Assert.Equal(ExitCodes.Unreadable, run.ExitCode);
        Assert.Equal(1, run.Error.Count(static character => character == '\n'));
        Assert.All(parts, part => Assert.Contains(part, run.Error, StringComparison.Ordinal));
    }

    /// <summary>A command <c>serve</c> that runs until disposed of.</summary>
    private sealed class Serving(CancellationTokenSource stop, WatchedWriter output, Task<int> running) : IAsyncDisposable
    {
        public string Screen => output.ToString();

        public string Url => Regex.Match(Screen, "--url (https?://[0-9.:]+)").Groups[1].Value;

        public static async Task<Serving> StartAsync(string[] args)
        {
            CancellationTokenSource stop = new();
            WatchedWriter output = new("Ctrl-C");
            StringWriter error = new();
            Terminal terminal = new() { Out = output, Error = error, Console = Terminal.PlainConsole(output, 200), OpenInput = static () => Stream.Null };
            Task<int> running = CommandLineApp.RunAsync(args, terminal, stop.Token);
            Assert.True(await Task.WhenAny(output.Came, running) == output.Came, error.ToString());
            return new Serving(stop, output, running);
        }

        public async ValueTask DisposeAsync()
        {
            await stop.CancelAsync();
            Assert.Equal(ExitCodes.Fine, await running);
            stop.Dispose();
            await output.DisposeAsync();
        }
    }
}
