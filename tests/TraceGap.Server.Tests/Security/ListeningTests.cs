using System.Net;
using TraceGap.Server.Configuration;
using TraceGap.Server.Security;

namespace TraceGap.Server.Tests.Security;

/// <summary>Where a server listens, and what it says about it.</summary>
public sealed class ListeningTests : IDisposable
{
    private readonly SecretFolder _files = new();

    public void Dispose() => _files.Dispose();

    [Fact]
    public async Task An_open_address_without_protection_is_not_listened_on()
    {
        InvalidOptionsException failure = await Assert.ThrowsAsync<InvalidOptionsException>(
            () => SecuredServer.StartAsync(_files, new SecurityOptions(), "0.0.0.0"));

        Assert.Equal(["OtlpGrpc", "OtlpHttp", "Http"], failure.Problems.Select(static problem => problem.Split(':')[0]));
        Assert.False(Directory.Exists(_files.Data));
    }

    [Fact]
    public async Task Insecure_is_warned_about_once_for_all_addresses()
    {
        await using SecuredServer server = await SecuredServer.StartAsync(_files, new SecurityOptions { Insecure = true }, "0.0.0.0");

        Assert.Equal([2205], server.Log.SecurityEvents);
    }

    [Fact]
    public async Task Tokens_over_plain_text_are_warned_about_since_a_proxy_may_speak_tls_or_not()
    {
        TokenOptions tokens = new() { Values = ["t"] };
        await using SecuredServer server = await SecuredServer.StartAsync(_files, new SecurityOptions { Ingest = tokens, Query = tokens }, "0.0.0.0");

        Assert.Equal([2206], server.Log.SecurityEvents);
    }

    [Theory]
    [InlineData("rebound.example", HttpStatusCode.MisdirectedRequest)]
    [InlineData("localhost:1234", HttpStatusCode.OK)]
    [InlineData(null, HttpStatusCode.OK)]
    public async Task An_open_query_api_answers_to_names_of_this_machine_only(string? host, HttpStatusCode status)
    {
        await using SecuredServer server = await SecuredServer.StartAsync(_files, new SecurityOptions());
        using SecuredClient client = new(server.Http);

        using HttpResponseMessage response = await client.GetAsync("/api/v1/report", host: host);
        Assert.Equal(status, response.StatusCode);
        using HttpResponseMessage probe = await client.GetAsync("/healthz", host: host);
        Assert.Equal(HttpStatusCode.OK, probe.StatusCode);
    }

    [Fact]
    public async Task With_tokens_or_insecure_any_name_will_do()
    {
        await using (SecuredServer server = await SecuredServer.StartAsync(_files, new SecurityOptions { Query = new TokenOptions { Values = ["t"] } }))
        {
            using SecuredClient client = new(server.Http);
            using HttpResponseMessage response = await client.GetAsync("/api/v1/report", "t", "rebound.example");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }

        await using (SecuredServer server = await SecuredServer.StartAsync(_files, new SecurityOptions { Insecure = true }))
        {
            using SecuredClient client = new(server.Http);
            using HttpResponseMessage response = await client.GetAsync("/api/v1/report", host: "rebound.example");
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        }
    }
}
