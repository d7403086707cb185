using System.Net;
using System.Text.Json;
using TraceGap.Server.Configuration;
using TraceGap.Server.Grpc;
using TraceGap.Server.Security;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Grpc;

namespace TraceGap.Server.Tests.Security;

/// <summary>A whole server with tokens, over plain text on loopback.</summary>
public sealed class TokenAccessTests : IAsyncLifetime
{
    private const string IngestToken = "ingest-aaaa";
    private const string QueryToken = "query-bbbb";

    private readonly SecretFolder _files = new();
    private SecuredServer _server = null!;
    private SecuredClient _grpc = null!;
    private SecuredClient _otlpHttp = null!;
    private SecuredClient _http = null!;

    public async Task InitializeAsync()
    {
        File.WriteAllText(_files.IngestTokens, IngestToken + "\n");
        File.WriteAllText(_files.QueryTokens, QueryToken + "\n");
        SecurityOptions security = new()
        {
            Ingest = new TokenOptions { File = _files.IngestTokens, Values = ["ingest-fixed"] },
            Query = new TokenOptions { File = _files.QueryTokens },
        };
        _server = await SecuredServer.StartAsync(_files, security, corsOrigins: SecuredClient.Origin);
        _grpc = new SecuredClient(_server.OtlpGrpc);
        _otlpHttp = new SecuredClient(_server.OtlpHttp);
        _http = new SecuredClient(_server.Http);
    }

    public async Task DisposeAsync()
    {
        Assert.DoesNotContain(_server.Log.Texts, static text => text.Contains("-aaaa", StringComparison.Ordinal) || text.Contains("-bbbb", StringComparison.Ordinal));
        _grpc.Dispose();
        _otlpHttp.Dispose();
        _http.Dispose();
        await _server.DisposeAsync();
        _files.Dispose();
    }

    [Theory]
    [InlineData(SecuredClient.Export, IngestToken, GrpcStatusCode.Ok)]
    [InlineData(SecuredClient.Export, "ingest-fixed", GrpcStatusCode.Ok)]
    [InlineData(SecuredClient.Export, QueryToken, GrpcStatusCode.PermissionDenied)]
    [InlineData(SecuredClient.Export, "guess", GrpcStatusCode.Unauthenticated)]
    [InlineData(SecuredClient.Export, null, GrpcStatusCode.Unauthenticated)]
    [InlineData(SecuredClient.GetReport, QueryToken, GrpcStatusCode.Ok)]
    [InlineData(SecuredClient.GetReport, IngestToken, GrpcStatusCode.PermissionDenied)]
    [InlineData(SecuredClient.GetReport, null, GrpcStatusCode.Unauthenticated)]
    [InlineData("/tracegap.v1.ReportService/GetSecrets", null, GrpcStatusCode.Unauthenticated)]
    [InlineData(SecuredClient.Health, null, GrpcStatusCode.Ok)]
    [InlineData(SecuredClient.Health, "guess", GrpcStatusCode.Ok)]
    public async Task A_grpc_call_needs_a_token_of_its_scope(string method, string? token, GrpcStatusCode code)
    {
        GrpcTestReply reply = await _grpc.CallAsync(method, token);

        Assert.Equal((HttpStatusCode.OK, code), (reply.HttpStatus, reply.Code));
        Assert.Equal(code != GrpcStatusCode.Ok, reply.IsTrailersOnly);
    }

    [Fact]
    public async Task A_call_without_token_is_answered_while_its_body_has_not_come()
    {
        using PausedContent endless = new(new byte[1]);

        Assert.Equal(GrpcStatusCode.Unauthenticated, (await _grpc.CallAsync(SecuredClient.Export, content: endless)).Code);
        Assert.Equal(GrpcStatusCode.Ok, (await _grpc.CallAsync(SecuredClient.Export, IngestToken)).Code);
        Assert.Equal(1, _grpc.Connections);
    }

    [Theory]
    [InlineData("application/json", null, 401, 16)]
    [InlineData("application/json", "guess", 401, 16)]
    [InlineData("application/x-protobuf", "guess", 401, 16)]
    [InlineData("application/x-protobuf", QueryToken, 403, 7)]
    [InlineData("text/plain", null, 401, 16)]
    public async Task Otlp_over_http_refuses_with_a_status_in_the_format_of_the_request(string contentType, string? token, int http, int code)
    {
        using HttpResponseMessage response = await _otlpHttp.ExportAsync(contentType, token);

        Assert.Equal(http, (int)response.StatusCode);
        Assert.StartsWith("Bearer realm=\"tracegap\"", response.Headers.WwwAuthenticate.ToString(), StringComparison.Ordinal);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        if (contentType == "application/x-protobuf")
        {
            // google.rpc.Status: code is field 1, a varint.
            Assert.Equal((contentType, 0x08, code), (response.Content.Headers.ContentType!.MediaType, body[0], body[1]));
        }
        else
        {
            using JsonDocument status = JsonDocument.Parse(body);
            Assert.Equal(("application/json", code), (response.Content.Headers.ContentType!.MediaType, status.RootElement.GetProperty("code").GetInt32()));
        }
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf")]
    public async Task Otlp_over_http_takes_what_comes_with_a_token(string contentType)
    {
        using HttpResponseMessage response = await _otlpHttp.ExportAsync(contentType, IngestToken);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task A_browser_may_ask_without_a_token_and_read_why_a_page_was_refused()
    {
        using HttpResponseMessage preflight = await _otlpHttp.PreflightAsync();
        using HttpResponseMessage refused = await _otlpHttp.ExportAsync("application/json");

        Assert.Equal(HttpStatusCode.NoContent, preflight.StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, refused.StatusCode);
        Assert.All([preflight, refused], static answer => Assert.Equal([SecuredClient.Origin], answer.Headers.GetValues("access-control-allow-origin")));
    }

    [Theory]
    [InlineData("/api/v1/report")]
    [InlineData("/api/v1/traces/4bf92f3577b34da6a3ce929d0e0e4736")]
    [InlineData("/openapi/v1.json")]
    [InlineData("/metrics")]
    [InlineData("/no/such/path")]
    public async Task The_query_api_tells_what_is_missing(string path)
    {
        await AssertProblemAsync(path, null, HttpStatusCode.Unauthorized, "Bearer realm=\"tracegap\"", "a bearer token is needed");
        await AssertProblemAsync(path, "guess", HttpStatusCode.Unauthorized, "Bearer realm=\"tracegap\", error=\"invalid_token\"", "none of this server's");
        await AssertProblemAsync(
            path, IngestToken, HttpStatusCode.Forbidden, "Bearer realm=\"tracegap\", error=\"insufficient_scope\"", "for sending spans, not for asking");
        using HttpResponseMessage served = await _http.GetAsync(path, QueryToken);
        Assert.True(served.StatusCode is HttpStatusCode.OK or HttpStatusCode.NotFound);
    }

    [Theory]
    [InlineData("/healthz")]
    [InlineData("/readyz")]
    public async Task Probes_need_no_token(string path)
    {
        using HttpResponseMessage response = await _http.GetAsync(path);

        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }

    [Fact]
    public async Task Tokens_rotate_on_an_open_connection()
    {
        Assert.Equal(GrpcStatusCode.Ok, await CodeAsync(IngestToken));
        Assert.Equal(GrpcStatusCode.Unauthenticated, await CodeAsync("next"));

        File.WriteAllText(_files.IngestTokens, $"{IngestToken}\nnext\n");
        _server.LookAtFiles();
        Assert.Equal((GrpcStatusCode.Ok, GrpcStatusCode.Ok), (await CodeAsync(IngestToken), await CodeAsync("next")));

        File.WriteAllText(_files.IngestTokens, "next\n");
        _server.LookAtFiles();
        Assert.Equal((GrpcStatusCode.Unauthenticated, GrpcStatusCode.Ok), (await CodeAsync(IngestToken), await CodeAsync("next")));
        Assert.Equal(1, _grpc.Connections);
    }

    [Fact]
    public async Task A_token_file_that_is_emptied_or_gone_opens_nothing_and_shuts_nobody_out()
    {
        File.WriteAllText(_files.IngestTokens, "");
        _server.LookAtFiles();
        Assert.Equal((GrpcStatusCode.Ok, GrpcStatusCode.Unauthenticated), (await CodeAsync(IngestToken), await CodeAsync(null)));

        File.Delete(_files.IngestTokens);
        _server.LookAtFiles();
        _server.LookAtFiles();

        Assert.Equal((GrpcStatusCode.Ok, GrpcStatusCode.Unauthenticated), (await CodeAsync(IngestToken), await CodeAsync(null)));
        Assert.Equal([2200, 2200], _server.Log.SecurityEvents);
        Assert.Contains(_server.Log.Texts, text => text.StartsWith($"Tokens:IngestFile: {_files.IngestTokens}: holds no token; what was read before stays in use.", StringComparison.Ordinal));
    }

    private async Task<GrpcStatusCode> CodeAsync(string? token) => (await _grpc.CallAsync(SecuredClient.Export, token)).Code;

    private async Task AssertProblemAsync(string path, string? token, HttpStatusCode status, string challenge, string detail)
    {
        using HttpResponseMessage response = await _http.GetAsync(path, token);
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(challenge, response.Headers.WwwAuthenticate.ToString());
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.Contains(detail, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }
}
