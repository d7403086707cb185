using System.Collections.Concurrent;
using System.Diagnostics;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Server.Configuration;
using TraceGap.Server.Telemetry;

namespace TraceGap.Server.Tests.Telemetry;

public sealed class QueryTracingTests : IAsyncLifetime
{
    // Other servers of this process make spans too: those of a test are known by the trace that its calls belong to.
    private const string Caller = "00f067aa0ba902b7";

    private readonly string _data = Directory.CreateTempSubdirectory("tracegap-spans-").FullName;
    private readonly ActivityTraceId _traceId = ActivityTraceId.CreateRandom();
    private readonly BlockingCollection<Activity> _spans = [];
    private readonly ActivityListener _listener;
    private readonly HttpClient _client = new();
    private TraceGapServer _server = null!;

    public QueryTracingTests()
    {
        _listener = new ActivityListener
        {
            ShouldListenTo = static source => source.Name == SelfTelemetry.Name,
            Sample = static (ref ActivityCreationOptions<ActivityContext> _) => ActivitySamplingResult.AllDataAndRecorded,
            ActivityStopped = activity =>
            {
                if (activity.TraceId == _traceId)
                {
                    _spans.Add(activity);
                }
            },
        };
        ActivitySource.AddActivityListener(_listener);
    }

    public async Task InitializeAsync() => _server = await TraceGapServer.StartAsync(
        new ServerOptions { DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0" }, NullLoggerFactory.Instance);

    public async Task DisposeAsync()
    {
        _listener.Dispose();
        _client.Dispose();
        await _server.DisposeAsync();
        _spans.Dispose();
        Directory.Delete(_data, recursive: true);
    }

    [Fact]
    public async Task A_query_over_http_is_a_server_span_below_the_callers()
    {
        await GetAsync($"/api/v1/traces/{new string('a', 32)}");

        Activity span = Take();

        Assert.Equal(("GET /api/v1/traces/{traceId}", ActivityKind.Server, Caller), (span.DisplayName, span.Kind, span.ParentSpanId.ToHexString()));
        Assert.Equal(
            ("GET", "/api/v1/traces/{traceId}", "127.0.0.1", _server.Http.Port, 404, ActivityStatusCode.Unset),
            (span.GetTagItem("http.request.method"), span.GetTagItem("http.route"), span.GetTagItem("server.address"), span.GetTagItem("server.port"),
                span.GetTagItem("http.response.status_code"), span.Status));
    }

    [Fact]
    public async Task A_query_over_grpc_is_a_server_span_with_its_status()
    {
        await CallAsync("/tracegap.v1.ReportService/GetTrace");

        Activity span = Take();

        Assert.Equal(("tracegap.v1.ReportService/GetTrace", ActivityKind.Server, Caller), (span.DisplayName, span.Kind, span.ParentSpanId.ToHexString()));
        Assert.Equal(
            ("grpc", "tracegap.v1.ReportService/GetTrace", "INVALID_ARGUMENT", ActivityStatusCode.Unset),
            (span.GetTagItem("rpc.system.name"), span.GetTagItem("rpc.method"), span.GetTagItem("rpc.response.status_code"), span.Status));
    }

    [Fact]
    public async Task Received_spans_probes_and_scrapes_make_no_span()
    {
        await CallAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export");
        await CallAsync("/grpc.health.v1.Health/Check");
        await GetAsync("/metrics");
        await GetAsync("/readyz");
        await GetAsync("/api/v1/workflows");

        Assert.Equal("GET /api/v1/workflows", Take().DisplayName);
        Assert.Empty(_spans);
    }

    private Activity Take()
    {
        Assert.True(_spans.TryTake(out Activity? span, TimeSpan.FromMinutes(1)));
        return span;
    }

    private async Task GetAsync(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Get, new Uri(_server.Http, path));
        await SendAsync(request);
    }

    private async Task CallAsync(string path)
    {
        using HttpRequestMessage request = new(HttpMethod.Post, new Uri(_server.OtlpGrpc, path))
        {
            Version = new Version(2, 0),
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(new byte[5]) { Headers = { { "Content-Type", "application/grpc" } } },
        };
        await SendAsync(request);
    }

    private async Task SendAsync(HttpRequestMessage request)
    {
        request.Headers.Add("traceparent", $"00-{_traceId}-{Caller}-01");
        using HttpResponseMessage response = await _client.SendAsync(request);
        await response.Content.ReadAsByteArrayAsync();
    }
}
