using System.Diagnostics;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using Microsoft.Extensions.Logging.Abstractions;
using OpenTelemetry;
using OpenTelemetry.Exporter;
using OpenTelemetry.Trace;
using TraceGap.Server;
using TraceGap.Server.Configuration;
using TraceGap.Server.Security;
using TraceGap.Server.Tests.Security;

namespace TraceGap.EndToEnd.Tests.Peers;

/// <summary>A whole server with TLS, client certificates and tokens, and outside clients that have what it takes or lack some of it.</summary>
public sealed class SecuredPeerTests : IAsyncLifetime
{
    private const string IngestToken = "send-1234";
    private const string QueryToken = "ask-1234";
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string GetReport = "/tracegap.v1.ReportService/GetReport";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-secured-").FullName;
    private readonly TestAuthority _root = new("root");
    private readonly TestAuthority _clients = new("clients");
    private IssuedCertificate _own = null!;
    private TraceGapServer _server = null!;

    public async Task InitializeAsync()
    {
        using TestAuthority intermediate = new("intermediate", _root);
        IssuedCertificate shown = intermediate.Issue("server");
        _own = _clients.Issue("client", CertificateUse.Client);
        Write("root.pem", _root.Pem);
        Write("client.pem", _own.CertificatePem);
        Write("client.key", _own.KeyPem);
        ServerOptions options = new()
        {
            DataFolder = Path.Combine(_folder, "data"),
            OtlpGrpc = "127.0.0.1:0",
            OtlpHttp = "127.0.0.1:0",
            Http = "127.0.0.1:0",
            Security = new SecurityOptions
            {
                Certificate = Write("server.pem", shown.CertificatePem + intermediate.Pem),
                Key = Write("server.key", shown.KeyPem),
                ClientCa = Write("clients.pem", _clients.Pem),
                Ingest = new TokenOptions { Values = [IngestToken] },
                Query = new TokenOptions { Values = [QueryToken] },
            },
        };
        _server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance);
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _root.Dispose();
        _clients.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [PeerTheory(Peer.Python)]
    [InlineData(Export, IngestToken, "OK")]
    [InlineData(Export, QueryToken, "PERMISSION_DENIED")]
    [InlineData(Export, "", "UNAUTHENTICATED")]
    [InlineData(Export, "guess", "UNAUTHENTICATED")]
    [InlineData(GetReport, QueryToken, "OK")]
    [InlineData(GetReport, IngestToken, "PERMISSION_DENIED")]
    public async Task Grpc_with_channel_credentials_needs_a_token_of_the_scope(string method, string token, string code) =>
        Assert.Equal(code, (await CallAsync(method, token, "client")).Code);

    [PeerFact(Peer.Python)]
    public async Task Grpc_without_a_client_certificate_does_not_connect() =>
        Assert.Equal("UNAVAILABLE", (await CallAsync(Export, IngestToken, "")).Code);

    [PeerTheory(Peer.Curl)]
    [InlineData(IngestToken, 200)]
    [InlineData(QueryToken, 403)]
    [InlineData("guess", 401)]
    public async Task Curl_sends_with_a_token_of_the_scope(string token, int status) => Assert.Equal(
        status, await CurlAsync(_server.OtlpHttp, "/v1/traces", token, [.. Certificate, "--data-binary", "{}", "-H", "content-type: application/json"]));

    [PeerTheory(Peer.Curl)]
    [InlineData("/api/v1/report", QueryToken, true, 200)]
    [InlineData("/api/v1/report", IngestToken, true, 403)]
    [InlineData("/api/v1/report", QueryToken, false, 403)]
    [InlineData("/api/v1/report", "guess", true, 401)]
    [InlineData("/readyz", "guess", false, 200)]
    public async Task Curl_asks_with_certificate_and_token(string path, string token, bool withCertificate, int status) =>
        Assert.Equal(status, await CurlAsync(_server.Http, path, token, withCertificate ? Certificate : []));

    [PeerFact(Peer.Curl)]
    public async Task Curl_is_not_connected_where_trust_is_missing()
    {
        Assert.Equal(0, await CurlAsync(_server.OtlpHttp, "/v1/traces", IngestToken, []));
        Assert.Equal(0, await CurlAsync(_server.Http, "/readyz", QueryToken, [.. Certificate, "--tls-max", "1.1"]));
        Assert.Equal(0, await CurlAsync(_server.Http, "/readyz", QueryToken, [.. Certificate, "--cacert", Path.Combine(_folder, "clients.pem")]));
    }

    [Theory]
    [InlineData(OtlpExportProtocol.Grpc, IngestToken, true)]
    [InlineData(OtlpExportProtocol.HttpProtobuf, IngestToken, true)]
    [InlineData(OtlpExportProtocol.Grpc, QueryToken, false)]
    public void The_dotnet_exporter_sends_with_headers(OtlpExportProtocol protocol, string token, bool arrives)
    {
        using ActivitySource source = new($"tracegap.secured.{protocol}.{token}");
        using ActivityListener listener = new()
        {
            ShouldListenTo = other => other.Name == source.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
        };
        ActivitySource.AddActivityListener(listener);
        using Activity activity = source.StartActivity("step")!;
        activity.Stop();
        using OtlpTraceExporter exporter = new(new OtlpExporterOptions
        {
            Endpoint = protocol == OtlpExportProtocol.Grpc ? _server.OtlpGrpc : new Uri(_server.OtlpHttp, "/v1/traces"),
            Protocol = protocol,
            Headers = $"authorization=Bearer {token}",
            HttpClientFactory = NewHttpClient,
        });

        Assert.Equal(arrives ? ExportResult.Success : ExportResult.Failure, exporter.Export(new Batch<Activity>(activity)));
    }

    private string[] Certificate => ["--cert", Path.Combine(_folder, "client.pem"), "--key", Path.Combine(_folder, "client.key")];

    private string Write(string name, string content)
    {
        string path = Path.Combine(_folder, name);
        File.WriteAllText(path, content);
        return path;
    }

    private Task<PeerAnswer> CallAsync(string method, string token, string certificate) => PeerRun.AskAsync(
        PeerPaths.Python, Path.Combine(PeerPaths.PythonFolder, "secured.py"), _server.OtlpGrpc.Authority, _folder, certificate, method, token);

    // The HTTP status; 0 where there was no answer.
    private async Task<int> CurlAsync(Uri server, string path, string token, string[] arguments)
    {
        string[] always = ["--silent", "--output", Path.Combine(_folder, "answer"), "--write-out", "%{http_code}", "--cacert", Path.Combine(_folder, "root.pem")];
        ProcessStartInfo start = new(PeerPaths.Curl, [.. always, "-H", $"authorization: Bearer {token}", .. arguments, new Uri(server, path).AbsoluteUri])
        {
            RedirectStandardOutput = true,
        };
        using Process curl = Process.Start(start)!;
        string status = await curl.StandardOutput.ReadToEndAsync();
        await curl.WaitForExitAsync();
        return int.Parse(status);
    }

    private HttpClient NewHttpClient()
    {
        X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
        policy.CustomTrustStore.ImportFromPem(_root.Pem);
        SocketsHttpHandler handler = new();
        handler.SslOptions.CertificateChainPolicy = policy;
        handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(_own.Load(), additionalCertificates: null, offline: true);
        return new HttpClient(handler);
    }
}
