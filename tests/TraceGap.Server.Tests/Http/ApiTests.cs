using System.Net;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Http;

public sealed class ApiTests : IAsyncLifetime
{
    private readonly string _data = Directory.CreateTempSubdirectory("tracegap-api-").FullName;
    private readonly HttpClient _client = new();
    private TraceGapServer _server = null!;

    public async Task InitializeAsync()
    {
        ServerOptions options = new() { DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0" };
        _server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance);
        _client.BaseAddress = _server.Http;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_data, recursive: true);
    }

    [Theory]
    [InlineData("/api/v1/report?window=soon", "window: \"soon\"")]
    [InlineData("/api/v1/report?granularity=span", "granularity: \"span\"")]
    [InlineData("/api/v1/report?windw=1h", "windw: unknown parameter")]
    [InlineData("/api/v1/costs?window=soon", "window: \"soon\"")]
    [InlineData("/api/v1/costs?granularity=layer", "granularity: unknown parameter")]
    [InlineData("/api/v1/workflows?from=x", "from: \"x\"")]
    [InlineData("/api/v1/filters?from=x", "from: \"x\"")]
    [InlineData("/api/v1/filters?granularity=layer", "granularity: unknown parameter")]
    [InlineData("/api/v1/compare?againstFrom=0", "againstFrom: give both")]
    [InlineData("/api/v1/compare?againstFrom=x&againstTo=5", "againstFrom: \"x\"")]
    [InlineData("/api/v1/compare?againstFrom=9&againstTo=5", "againstFrom: must lie before")]
    [InlineData("/api/v1/compare?granularity=span", "granularity: \"span\"")]
    [InlineData("/api/v1/timeseries", "metric: say which")]
    [InlineData("/api/v1/timeseries?metric=p98", "metric: \"p98\" is none of observed, theoretical")]
    [InlineData("/api/v1/timeseries?metric=p99&step=90s", "step: \"90s\"")]
    [InlineData("/api/v1/timeseries?metric=p99&step=1m&window=2d", "step: 1m gives more than 1500 steps; take at least 2m")]
    [InlineData("/api/v1/timeseries?metric=p99&window=soon", "window: \"soon\"")]
    [InlineData("/api/v1/concurrency?step=1m", "step: unknown parameter")]
    [InlineData("/api/v1/coverage?sample=0", "sample: 0")]
    [InlineData("/api/v1/coverage?sample=x", "sample: \"x\"")]
    [InlineData("/api/v1/coverage?window=soon", "window: \"soon\"")]
    [InlineData("/api/v1/coverage?granularity=layer", "granularity: unknown parameter")]
    [InlineData("/api/v1/traces?outcome=fine", "outcome: \"fine\"")]
    [InlineData("/api/v1/traces?layer=gpu", "layer: \"gpu\"")]
    [InlineData("/api/v1/traces?minDuration=5", "minDuration: \"5\"")]
    [InlineData("/api/v1/traces?maxDuration=5", "maxDuration: \"5\"")]
    [InlineData("/api/v1/traces?minDuration=2s&maxDuration=1s", "minDuration: is longer than maxDuration")]
    [InlineData("/api/v1/traces?attribute=model", "attribute: \"model\" is no key=value")]
    [InlineData("/api/v1/traces?attribute=a=1&attribute==b", "attribute: \"=b\" is no key=value")]
    [InlineData("/api/v1/traces?attribute=a=&attribute=b=&attribute=c=&attribute=d=&attribute=e=&attribute=f=&attribute=g=&attribute=h=&attribute=i=&attribute=j=&attribute=k=&attribute=l=&attribute=m=&attribute=n=&attribute=o=&attribute=p=&attribute=q=", "attribute: 17 are more than 16")]
    [InlineData("/api/v1/timeseries?metric=p99&by=span", "by: \"span\"")]
    [InlineData("/api/v1/timeseries?metric=p99&by=step", "metric: \"p99\" is none of reliability")]
    [InlineData("/api/v1/timeseries?metric=p99&by=workflow&step=1m&from=0&to=86400", "step: 1m gives more than 120 steps; take at least 12m")]
    [InlineData("/api/v1/traces?limit=0", "limit: 0")]
    [InlineData("/api/v1/traces?limit=many", "limit: \"many\"")]
    [InlineData("/api/v1/traces?cursor=x", "cursor:")]
    [InlineData("/api/v1/traces/xyz", "traceId: \"xyz\"")]
    public async Task A_question_that_makes_no_sense_is_answered_with_what_is_wrong(string path, string detail)
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri(path, UriKind.Relative));

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.StartsWith(detail, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_trace_that_is_not_there_is_not_found()
    {
        using HttpResponseMessage response = await _client.GetAsync(new Uri($"/api/v1/traces/{new string('a', 32)}", UriKind.Relative));

        Assert.Equal(HttpStatusCode.NotFound, response.StatusCode);
    }

    [Fact]
    public async Task Without_data_a_report_has_no_figures_and_says_so_with_null()
    {
        using JsonDocument report = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/api/v1/report", UriKind.Relative)));

        Assert.Equal(0, report.RootElement.GetProperty("traces").GetProperty("total").GetInt32());
        Assert.Equal(JsonValueKind.Null, report.RootElement.GetProperty("reliability").GetProperty("observed").GetProperty("value").ValueKind);
    }

    [Theory]
    [InlineData("from=7200&to=10800", 3600, 7200)]
    [InlineData("from=7200&to=10800&againstVersion=1", 7200, 10800)]
    [InlineData("from=7200&to=10800&againstFrom=0&againstTo=3600", 0, 3600)]
    [InlineData("from=3600&to=10800", 0, 3600)]
    public async Task Without_a_word_on_the_other_side_it_is_the_period_before(string query, int from, int to)
    {
        using JsonDocument comparison = JsonDocument.Parse(await _client.GetStringAsync(new Uri($"/api/v1/compare?{query}", UriKind.Relative)));

        JsonElement before = comparison.RootElement.GetProperty("before").GetProperty("window");
        Assert.Equal((DateTime.UnixEpoch.AddSeconds(from), DateTime.UnixEpoch.AddSeconds(to)), (before.GetProperty("from").GetDateTime(), before.GetProperty("to").GetDateTime()));
    }

    [Fact]
    public async Task The_description_names_every_call_and_its_answer()
    {
        using JsonDocument document = JsonDocument.Parse(await _client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        JsonElement paths = document.RootElement.GetProperty("paths");
        foreach (string path in (string[])
            ["/api/v1/report", "/api/v1/costs", "/api/v1/workflows", "/api/v1/filters", "/api/v1/compare", "/api/v1/sensitivity", "/api/v1/dependence", "/api/v1/timeseries", "/api/v1/concurrency", "/api/v1/quality", "/api/v1/traces", "/api/v1/traces/{traceId}"])
        {
            JsonElement answer = paths.GetProperty(path).GetProperty("get").GetProperty("responses").GetProperty("200");
            Assert.StartsWith(
                "#/components/schemas/",
                answer.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString(),
                StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("/healthz", "ok\n")]
    [InlineData("/readyz", "ready\n")]
    public async Task Probes_answer(string path, string expected) => Assert.Equal(expected, await _client.GetStringAsync(new Uri(path, UriKind.Relative)));

    [Fact]
    public async Task A_data_folder_that_is_in_use_is_named()
    {
        ServerOptions options = new() { DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0" };

        Storage.StorageUnavailableException failure = await Assert.ThrowsAsync<Storage.StorageUnavailableException>(
            () => TraceGapServer.StartAsync(options, NullLoggerFactory.Instance));

        Assert.Contains(_data, failure.Message, StringComparison.Ordinal);
        Assert.Contains("another process", failure.Message, StringComparison.Ordinal);
    }
}
