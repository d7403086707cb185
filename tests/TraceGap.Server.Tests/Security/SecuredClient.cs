using System.Net;
using System.Net.Security;
using System.Security.Cryptography.X509Certificates;
using TraceGap.Server.Tests.Grpc;

namespace TraceGap.Server.Tests.Security;

/// <summary>A client of one server that trusts one authority and counts its connections.</summary>
internal sealed class SecuredClient : IDisposable
{
    public const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    public const string GetReport = "/tracegap.v1.ReportService/GetReport";
    public const string Origin = "https://shop.example";
    public const string Health = "/grpc.health.v1.Health/Check";

    private readonly HttpClient _http;
    private int _connections;

    public SecuredClient(Uri server, TestAuthority? trusted = null, IssuedCertificate? certificate = null, X509Certificate2Collection? chain = null)
    {
        SocketsHttpHandler handler = new()
        {
            ConnectCallback = async (context, token) =>
            {
                Interlocked.Increment(ref _connections);
                System.Net.Sockets.Socket socket = new(System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Tcp);
                await socket.ConnectAsync(context.DnsEndPoint, token);
                return new System.Net.Sockets.NetworkStream(socket, ownsSocket: true);
            },
        };
        if (trusted is not null)
        {
            X509ChainPolicy policy = new() { TrustMode = X509ChainTrustMode.CustomRootTrust, RevocationMode = X509RevocationMode.NoCheck };
            policy.CustomTrustStore.ImportFromPem(trusted.Pem);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        if (certificate is not null)
        {
            handler.SslOptions.ClientCertificateContext = SslStreamCertificateContext.Create(certificate.Load(), chain, offline: true);
        }

        _http = new HttpClient(handler) { BaseAddress = server };
    }

    /// <summary>Connections that were opened so far.</summary>
    public int Connections => _connections;

    /// <summary>Calls a gRPC method with an empty message.</summary>
    public async Task<GrpcTestReply> CallAsync(string method, string? token = null, HttpContent? content = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, method)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = content ?? new ByteArrayContent(new byte[5]),
        };
        request.Content.Headers.TryAddWithoutValidation("content-type", "application/grpc");
        Authorize(request, token);
        using HttpResponseMessage response = await _http.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await GrpcTestReply.ReadAsync(response);
    }

    /// <summary>Sends an empty request over OTLP/HTTP.</summary>
    public async Task<HttpResponseMessage> ExportAsync(string contentType, string? token = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, "/v1/traces") { Content = new ByteArrayContent(contentType == "application/json" ? "{}"u8.ToArray() : []) };
        request.Content.Headers.TryAddWithoutValidation("content-type", contentType);
        request.Headers.TryAddWithoutValidation("origin", Origin);
        Authorize(request, token);
        return await _http.SendAsync(request);
    }

    /// <summary>Asks as a browser does whether a page of <see cref="Origin"/> may send a token.</summary>
    public async Task<HttpResponseMessage> PreflightAsync()
    {
        using HttpRequestMessage request = new(HttpMethod.Options, "/v1/traces");
        request.Headers.TryAddWithoutValidation("origin", Origin);
        request.Headers.TryAddWithoutValidation("access-control-request-method", "POST");
        request.Headers.TryAddWithoutValidation("access-control-request-headers", "authorization,content-type");
        return await _http.SendAsync(request);
    }

    /// <summary>GETs a path.</summary>
    public async Task<HttpResponseMessage> GetAsync(string path, string? token = null, string? host = null)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, path);
        request.Headers.Host = host;
        Authorize(request, token);
        return await _http.SendAsync(request);
    }

    public void Dispose() => _http.Dispose();

    private static void Authorize(HttpRequestMessage request, string? token)
    {
        if (token is not null)
        {
            request.Headers.TryAddWithoutValidation("authorization", $"Bearer {token}");
        }
    }
}
