using System.Net;
using System.Security.Cryptography.X509Certificates;
using TraceGap.Server.Grpc;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

/// <summary>A whole server that takes clients of one authority only.</summary>
public sealed class ClientCertificateTests : IAsyncLifetime
{
    private readonly SecretFolder _files = new();
    private readonly TestAuthority _servers = new("servers");
    private readonly TestAuthority _clients = new("clients");
    private SecuredServer _server = null!;

    public async Task InitializeAsync()
    {
        _files.Write(_servers.Issue("server"));
        File.WriteAllText(_files.ClientCa, _clients.Pem);
        _server = await SecuredServer.StartAsync(
            _files, new SecurityOptions { Certificate = _files.Certificate, Key = _files.Key, ClientCa = _files.ClientCa });
    }

    public async Task DisposeAsync()
    {
        await _server.DisposeAsync();
        _clients.Dispose();
        _servers.Dispose();
        _files.Dispose();
    }

    [Fact]
    public async Task A_certificate_of_the_authority_opens_every_listener()
    {
        IssuedCertificate own = _clients.Issue("collector", CertificateUse.Client);

        Assert.Equal(GrpcStatusCode.Ok, await ExportAsync(own));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("/api/v1/report", own));
    }

    [Fact]
    public async Task An_intermediate_that_the_client_sends_along_is_enough()
    {
        using TestAuthority intermediate = new("team", _clients);
        X509Certificate2Collection chain = [];
        chain.ImportFromPem(intermediate.Pem);
        using SecuredClient client = new(_server.OtlpGrpc, _servers, intermediate.Issue("collector", CertificateUse.Client), chain);

        Assert.Equal(GrpcStatusCode.Ok, (await client.CallAsync(SecuredClient.Export)).Code);
    }

    [Fact]
    public async Task Without_a_certificate_nothing_is_served_but_the_probes()
    {
        Assert.Null(await ExportAsync(null));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync("/api/v1/report", null));
        Assert.Equal(HttpStatusCode.Forbidden, await GetAsync("/openapi/v1.json", null));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("/healthz", null));
        Assert.Equal(HttpStatusCode.OK, await GetAsync("/readyz", null));
    }

    [Fact]
    public async Task Certificates_of_others_expired_ones_and_those_of_servers_are_refused_everywhere()
    {
        DateTimeOffset now = TimeProvider.System.GetUtcNow();
        using TestAuthority impostor = new("clients");
        IssuedCertificate[] wrong =
        [
            _servers.Issue("collector", CertificateUse.Client),
            impostor.Issue("collector", CertificateUse.Client),
            _clients.Issue("collector", CertificateUse.Client, now.AddDays(-20), now.AddDays(-10)),
            _clients.Issue("collector", CertificateUse.Server),
        ];
        foreach (IssuedCertificate certificate in wrong)
        {
            Assert.Null(await ExportAsync(certificate));
            Assert.Null(await GetAsync("/api/v1/report", certificate));
            Assert.Null(await GetAsync("/healthz", certificate));
        }
    }

    [Fact]
    public async Task The_authority_can_be_replaced_while_the_server_runs()
    {
        using TestAuthority next = new("next");
        using SecuredClient open = new(_server.OtlpGrpc, _servers, _clients.Issue("collector", CertificateUse.Client));
        Assert.Equal(GrpcStatusCode.Ok, (await open.CallAsync(SecuredClient.Export)).Code);

        File.WriteAllText(_files.ClientCa, next.Pem);
        _server.LookAtFiles();

        Assert.Equal(GrpcStatusCode.Ok, await ExportAsync(next.Issue("collector", CertificateUse.Client)));
        Assert.Null(await ExportAsync(_clients.Issue("collector", CertificateUse.Client)));
        Assert.Equal(GrpcStatusCode.Ok, (await open.CallAsync(SecuredClient.Export)).Code);
        Assert.Equal(1, open.Connections);
    }

    // Null: the connection was refused.
    private async Task<GrpcStatusCode?> ExportAsync(IssuedCertificate? certificate)
    {
        using SecuredClient client = new(_server.OtlpGrpc, _servers, certificate);
        return await AnswerAsync<GrpcStatusCode>(async () => (await client.CallAsync(SecuredClient.Export)).Code);
    }

    private async Task<HttpStatusCode?> GetAsync(string path, IssuedCertificate? certificate)
    {
        using SecuredClient client = new(_server.Http, _servers, certificate);
        return await AnswerAsync<HttpStatusCode>(async () =>
        {
            using HttpResponseMessage response = await client.GetAsync(path);
            return response.StatusCode;
        });
    }

    private static async Task<T?> AnswerAsync<T>(Func<Task<T>> ask)
        where T : struct
    {
        try
        {
            return await ask();
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }
}
