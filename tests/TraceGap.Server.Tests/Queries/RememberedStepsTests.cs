using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Aggregation;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Queries;

/// <summary>A series is the same whether its steps were asked for before or not.</summary>
public sealed class RememberedStepsTests : IAsyncLifetime
{
    private const long HourNanos = 3_600_000_000_000;

    private static readonly long Start = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 3600 * HourNanos) - (6 * HourNanos);

    private static readonly string[] Questions =
    [
        "metric=observed,theoretical&step=1h", "metric=observed,theoretical&step=1h&granularity=layer", "metric=p50,p95&step=1h", "metric=ok,failed&step=30m",
        "metric=ok,failed&step=1h&workflow=gateway%2FPOST%20%2Fask", "metric=ok,failed&step=1h&workflow=nobody", "metric=ok,failed&step=1h&environment=production", "metric=ok,failed&step=1h&version=2",
    ];

    private readonly string _data = Directory.CreateTempSubdirectory("tracegap-remembered-").FullName;
    private readonly HttpClient _client = new();
    private TraceGapServer? _server;

    public Task InitializeAsync() => StartAsync();

    public async Task DisposeAsync()
    {
        await _server!.DisposeAsync();
        _client.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task What_comes_late_for_a_step_is_in_the_next_answer()
    {
        await SendAsync(1, Start + HourNanos, isFailed: false);
        await SendAsync(2, Start + (3 * HourNanos), isFailed: false);
        await UntilStoredAsync(2);
        string[] before = await AskAllAsync();
        Assert.Equal(before, await AskAllAsync());

        await SendAsync(3, Start + HourNanos + 60_000_000_000, isFailed: true);
        await UntilStoredAsync(3);
        string[] remembered = await AskAllAsync();
        Assert.NotEqual(before[0], remembered[0]);
        Assert.Equal(remembered, await AskAllAsync());

        await _server!.DisposeAsync();
        await StartAsync();
        Assert.Equal(await AskAllAsync(), remembered);
    }

    private async Task StartAsync() => _server = await TraceGapServer.StartAsync(
        new ServerOptions
        {
            DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0",
            Assembly = new AssemblyOptions { Quiet = TimeSpan.FromMilliseconds(50) },
        },
        NullLoggerFactory.Instance);

    private async Task<string[]> AskAllAsync()
    {
        string window = string.Create(CultureInfo.InvariantCulture, $"from={Start / 1_000_000_000}&to={(Start + (5 * HourNanos)) / 1_000_000_000}");
        List<string> answers = [];
        foreach (string question in Questions)
        {
            answers.Add(await _client.GetStringAsync(new Uri(_server!.Http, $"/api/v1/timeseries?{question}&{window}")));
        }

        return [.. answers];
    }

    private async Task UntilStoredAsync(int traces)
    {
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
        string found = $"\"total\":{traces},";
        while (!(await _client.GetStringAsync(new Uri(_server!.Http, "/api/v1/report?window=1d"))).Contains(found, StringComparison.Ordinal))
        {
            await poll.WaitForNextTickAsync();
        }
    }

    private async Task SendAsync(int number, long start, bool isFailed)
    {
        string span = string.Create(
            CultureInfo.InvariantCulture,
            $$$"""{"traceId":"{{{number:x32}}}","spanId":"0000000000000001","name":"POST /ask","kind":2,"startTimeUnixNano":"{{{start}}}","endTimeUnixNano":"{{{start + 1_000_000}}}","status":{"code":{{{(isFailed ? 2 : 1)}}} }}""");
        using StringContent spans = new(
            $$$"""{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}}]},"scopeSpans":[{"spans":[{{{span}}}]}]}]}""", new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage response = await _client.PostAsync(new Uri(_server!.OtlpHttp, "/v1/traces"), spans);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
    }
}
