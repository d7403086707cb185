using System.Net;
using System.Net.Security;
using System.Security.Authentication;
using TraceGap.Server.Grpc;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

/// <summary>A whole server that speaks TLS.</summary>
public sealed class TlsTests : IDisposable
{
    private readonly SecretFolder _files = new();
    private readonly TestAuthority _authority = new("root");

    public void Dispose()
    {
        _authority.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task Every_listener_speaks_tls_with_its_own_protocol_and_no_old_version()
    {
        _files.Write(_authority.Issue("server"));
        await using SecuredServer server = await StartAsync();
        SslApplicationProtocol[] both = [SslApplicationProtocol.Http11, SslApplicationProtocol.Http2];

        Assert.Equal("h2", (await SecuredServer.HandshakeAsync(server.OtlpGrpc, offered: both)).Protocol);
        Assert.Equal("http/1.1", (await SecuredServer.HandshakeAsync(server.OtlpHttp, offered: both)).Protocol);
        Assert.Equal("http/1.1", (await SecuredServer.HandshakeAsync(server.Http, offered: both)).Protocol);
        Assert.Equal(SslProtocols.Tls12, (await SecuredServer.HandshakeAsync(server.Http, SslProtocols.Tls12)).Version);
        Assert.Equal(SslProtocols.Tls13, (await SecuredServer.HandshakeAsync(server.Http)).Version);
#pragma warning disable SYSLIB0039, CA5397 // That they are refused is the point.
        await Assert.ThrowsAnyAsync<Exception>(() => SecuredServer.HandshakeAsync(server.Http, SslProtocols.Tls11));
#pragma warning restore SYSLIB0039, CA5397
    }

    [Fact]
    public async Task Plain_text_is_not_answered()
    {
        _files.Write(_authority.Issue("server"));
        await using SecuredServer server = await StartAsync();
        using SecuredClient plain = new(new UriBuilder(server.Http) { Scheme = "http" }.Uri);

        await Assert.ThrowsAsync<HttpRequestException>(() => plain.GetAsync("/healthz"));
    }

    [Fact]
    public async Task The_chain_in_the_file_is_served_so_that_the_root_is_all_a_client_needs()
    {
        using TestAuthority intermediate = new("intermediate", _authority);
        _files.Write(intermediate.Issue("server"), intermediate.Pem);
        await using SecuredServer server = await StartAsync();
        using SecuredClient client = new(server.OtlpGrpc, _authority);

        Assert.Equal(GrpcStatusCode.Ok, (await client.CallAsync(SecuredClient.Export)).Code);
    }

    [Fact]
    public async Task A_new_certificate_goes_to_new_connections_and_open_ones_go_on()
    {
        IssuedCertificate first = _authority.Issue("first");
        IssuedCertificate second = _authority.Issue("second", to: TimeProvider.System.GetUtcNow().AddDays(200));
        _files.Write(first);
        await using SecuredServer server = await StartAsync();
        using SecuredClient client = new(server.OtlpGrpc, _authority);
        Assert.Equal(GrpcStatusCode.Ok, (await client.CallAsync(SecuredClient.Export)).Code);
        Assert.Equal(first.SerialNumber, (await SecuredServer.HandshakeAsync(server.OtlpGrpc)).Serial);

        _files.Write(second);
        server.LookAtFiles();

        Assert.Equal(second.SerialNumber, (await SecuredServer.HandshakeAsync(server.OtlpGrpc)).Serial);
        Assert.Equal(second.SerialNumber, (await SecuredServer.HandshakeAsync(server.Http)).Serial);
        Assert.Equal(second.Load().NotAfter.ToUniversalTime(), server.CertificateExpiresAt!.Value.UtcDateTime);
        using SecuredClient scraper = new(server.Http, _authority);
        using HttpResponseMessage metrics = await scraper.GetAsync("/metrics");
        Assert.Contains(
            $"tracegap_tls_certificate_expiry_timestamp_seconds {server.CertificateExpiresAt.Value.ToUnixTimeSeconds()}", await metrics.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal(GrpcStatusCode.Ok, (await client.CallAsync(SecuredClient.Export)).Code);
        Assert.Equal(1, client.Connections);
        Assert.Equal([2201], server.Log.SecurityEvents);
    }

    [Fact]
    public async Task Half_written_files_leave_the_certificate_in_use_until_a_pair_fits()
    {
        IssuedCertificate first = _authority.Issue("first");
        IssuedCertificate second = _authority.Issue("second");
        _files.Write(first);
        await using SecuredServer server = await StartAsync();

        File.WriteAllText(_files.Certificate, second.CertificatePem[..200]);
        server.LookAtFiles();
        Assert.Equal(first.SerialNumber, (await SecuredServer.HandshakeAsync(server.Http)).Serial);
        File.WriteAllText(_files.Certificate, second.CertificatePem);
        server.LookAtFiles();
        server.LookAtFiles();
        Assert.Equal(first.SerialNumber, (await SecuredServer.HandshakeAsync(server.Http)).Serial);
        File.WriteAllText(_files.Key, second.KeyPem);
        server.LookAtFiles();

        Assert.Equal(second.SerialNumber, (await SecuredServer.HandshakeAsync(server.Http)).Serial);
        Assert.Equal([2200, 2200, 2201], server.Log.SecurityEvents);
        Assert.Contains(server.Log.Texts, text => text.StartsWith($"Tls:Certificate: {_files.Certificate}: ends within a PEM block; what was read before", StringComparison.Ordinal));
        Assert.Contains(server.Log.Texts, text => text.StartsWith($"Tls:Key: {_files.Key}: the private key does not belong", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_end_of_a_certificate_is_told_ahead_and_once()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        _files.Write(_authority.Issue("server", from: now.AddDays(-320), to: now.AddDays(45)));
        await using SecuredServer server = await StartAsync();
        Assert.Empty(server.Log.SecurityEvents);

        server.Pass(TimeSpan.FromDays(20));
        server.LookAtFiles();
        Assert.Equal([2202], server.Log.SecurityEvents);
        server.Pass(TimeSpan.FromDays(30));
        server.LookAtFiles();

        Assert.Equal([2202, 2203], server.Log.SecurityEvents);
    }

    [Fact]
    public async Task An_expired_certificate_is_served_with_a_warning()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        IssuedCertificate expired = _authority.Issue("server", from: now.AddDays(-30), to: now.AddDays(-1));
        _files.Write(expired);
        await using SecuredServer server = await StartAsync();

        Assert.Equal([2203], server.Log.SecurityEvents);
        Assert.Equal(expired.SerialNumber, (await SecuredServer.HandshakeAsync(server.Http)).Serial);
    }

    private Task<SecuredServer> StartAsync() =>
        SecuredServer.StartAsync(_files, new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key });
}
