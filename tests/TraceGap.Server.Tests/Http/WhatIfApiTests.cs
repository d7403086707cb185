using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Aggregation;
using TraceGap.Reporting;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Http;

/// <summary>What-if over HTTP, against a server that has received some traces: each a retrieval of 600 ms, a model call of 250 ms and a tool of 150 ms, every fifth failing at its tool.</summary>
public sealed class WhatIfApiTests(WhatIfApiTests.Fixture fixture) : IClassFixture<WhatIfApiTests.Fixture>
{
    private const int Traces = 60;

    [Fact]
    public async Task A_faster_model_is_projected_onto_the_whole()
    {
        WhatIfReport report = await AskAsync("""{"scale":[{"layer":"inference","factor":0.85}]}""");

        Assert.Equal(new SampledTraces(Traces, Traces), report.Sampled);
        Assert.Equal((1000.0, 962.5), (report.Latency.Before.P50.Value, report.Latency.After.P50.Value));
        Assert.Equal(0.0375, report.Latency.Gain.P50.Value!.Value, 1e-12);
        Assert.Equal(0.0375, report.Latency.Gain.Mean.Low!.Value, 1e-9);
        LayerShift inference = report.Latency.Layers.Single(static layer => layer.Layer == "inference");
        Assert.Equal((0.25, 250.0, 212.5), (inference.ShareBefore!.Value, inference.CriticalMsBefore, inference.CriticalMsAfter));
        Assert.Equal(report.Reliability.Observed.Before, report.Reliability.Observed.After);
        Assert.Empty(report.Unmatched);
    }

    [Fact]
    public async Task Branches_and_tries_are_projected_together()
    {
        WhatIfReport report = await AskAsync(
            """{"parallelize":[{"parent":"POST /ask","children":["retrieve","chat m","lookup"]}],"fallback":[{"step":"lookup","reliability":1}]}""");

        // The longest branch; where the tool failed, it is followed by the fallback, which is as long and still shorter than the longest.
        Assert.Equal((600.0, 600.0), (report.Latency.After.P50.Value, report.Latency.After.P99.Value));
        Assert.Equal((0.8, 1.0), (report.Reliability.Observed.Before.Value, report.Reliability.Observed.After.Value));
        Assert.Contains(report.Assumptions, static sentence => sentence.Contains("not replayed", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Before_is_what_the_report_says_of_reliability()
    {
        Report report = ReportJson.ReadReport(await fixture.Client.GetByteArrayAsync(new Uri("/api/v1/report", UriKind.Relative)));

        WhatIfReport whatIf = await AskAsync("{}");

        Assert.Equal(report.Reliability.Theoretical, whatIf.Reliability.Theoretical.Before);
        Assert.Equal(report.Reliability.Observed.Low, whatIf.Reliability.Observed.Before.Low);
    }

    [Fact]
    public async Task A_sample_says_what_it_is_of_and_is_the_same_each_time()
    {
        WhatIfReport once = await AskAsync("{}", "?sample=10");
        WhatIfReport again = await AskAsync("{}", "?sample=10");

        Assert.Equal(new SampledTraces(10, Traces), once.Sampled);
        Assert.Equal(once.Latency.Before, again.Latency.Before);
        Assert.Contains("10 of 60 traces", once.Assumptions[0], StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_matches_nothing_is_named()
    {
        WhatIfReport report = await AskAsync(
            """
            {"scale":[{"layer":"inference","factor":2},{"step":"nowhere","factor":2},{"model":"gone","factor":2}], "parallelize":[{"parent":"lookup","children":["a","b"]}],
             "remove":[{"step":"gone"}], "retry":[{"layer":"assembly","attempts":3},{"step":"lookup","attempts":3}], "gate":[{"step":"gone","catch":1}], "fallback":[{"layer":"assembly"}]}
            """);

        Assert.Equal(
            [
                "scale[1].step \"nowhere\"", "scale[2].model \"gone\"", "parallelize[0].parent \"lookup\" has no \"a\", \"b\" that ran one after the other", "remove[0].step \"gone\"",
                "retry[0].layer \"assembly\"", "gate[0].step \"gone\"", "fallback[0].layer \"assembly\"",
            ],
            report.Unmatched);
    }

    [Theory]
    [InlineData("?workflow=gateway%2FPOST%20%2Fask", Traces)]
    [InlineData("?workflow=other", 0)]
    [InlineData("?environment=prod", 0)]
    [InlineData("?version=", Traces)]
    [InlineData("?from=0&to=60", 0)]
    public async Task The_filters_of_reports_hold(string filters, int expected) => Assert.Equal(expected, (await AskAsync("{}", filters)).Sampled.Of);

    [Theory]
    [InlineData("?window=soon", "{}", "window: \"soon\"")]
    [InlineData("?sample=0", "{}", "sample: 0 is not from 1 to 10000")]
    [InlineData("?sample=many", "{}", "sample: \"many\" is no whole number")]
    [InlineData("?granularity=layer", "{}", "granularity: unknown parameter")]
    [InlineData("", "", "the question: is no JSON")]
    [InlineData("", """{"scale":[{"layer":"inference","factor":0}]}""", "scale[0].factor: must be above 0")]
    [InlineData("", """{"bogus":1}""", "bogus: is unknown")]
    public async Task A_question_that_makes_no_sense_is_answered_with_what_is_wrong(string query, string question, string detail)
    {
        using HttpResponseMessage response = await PostAsync(question, query);

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Equal("application/problem+json", response.Content.Headers.ContentType!.MediaType);
        using JsonDocument problem = JsonDocument.Parse(await response.Content.ReadAsStringAsync());
        Assert.StartsWith(detail, problem.RootElement.GetProperty("detail").GetString(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_beyond_64_KiB_is_refused_unread()
    {
        using HttpResponseMessage response = await PostAsync($"{{\"remove\":[{{\"step\":\"{new string('x', 70_000)}\"}}]}}");

        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        Assert.Contains("longer than 65536 bytes", await response.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_question_that_is_no_JSON_by_its_type_is_refused()
    {
        using StringContent content = new("{}", Encoding.UTF8, "text/plain");
        using HttpResponseMessage response = await fixture.Client.PostAsync(new Uri("/api/v1/whatif", UriKind.Relative), content);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, response.StatusCode);
    }

    [Fact]
    public async Task The_description_has_question_and_answer()
    {
        using JsonDocument document = JsonDocument.Parse(await fixture.Client.GetStringAsync(new Uri("/openapi/v1.json", UriKind.Relative)));

        JsonElement post = document.RootElement.GetProperty("paths").GetProperty("/api/v1/whatif").GetProperty("post");
        Assert.Equal("#/components/schemas/WhatIfRequest", SchemaOf(post.GetProperty("requestBody")));
        Assert.Equal("#/components/schemas/WhatIfReport", SchemaOf(post.GetProperty("responses").GetProperty("200")));
    }

    private static string? SchemaOf(JsonElement body) => body.GetProperty("content").GetProperty("application/json").GetProperty("schema").GetProperty("$ref").GetString();

    private async Task<WhatIfReport> AskAsync(string question, string query = "")
    {
        using HttpResponseMessage response = await PostAsync(question, query);
        Assert.Equal(HttpStatusCode.OK, response.StatusCode);
        return WhatIfJson.ReadReport(await response.Content.ReadAsByteArrayAsync());
    }

    private async Task<HttpResponseMessage> PostAsync(string question, string query = "")
    {
        using StringContent content = new(question, new MediaTypeHeaderValue("application/json"));
        return await fixture.Client.PostAsync(new Uri($"/api/v1/whatif{query}", UriKind.Relative), content);
    }

    /// <summary>A server with the traces in it.</summary>
    public sealed class Fixture : IAsyncLifetime
    {
        private readonly string _data = Directory.CreateTempSubdirectory("tracegap-whatif-").FullName;
        private TraceGapServer _server = null!;

        public HttpClient Client { get; } = new();

        public async Task InitializeAsync()
        {
            ServerOptions options = new()
            {
                DataFolder = _data, OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0",
                Assembly = new AssemblyOptions { Quiet = TimeSpan.FromMilliseconds(50) },
            };
            _server = await TraceGapServer.StartAsync(options, NullLoggerFactory.Instance);
            Client.BaseAddress = _server.Http;
            using StringContent traces = new(Request(), new MediaTypeHeaderValue("application/json"));
            using HttpResponseMessage response = await Client.PostAsync(new Uri(_server.OtlpHttp, "/v1/traces"), traces);
            Assert.Equal(HttpStatusCode.OK, response.StatusCode);
            using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(20));
            while (ReportJson.ReadReport(await Client.GetByteArrayAsync(new Uri("/api/v1/report", UriKind.Relative))).Traces.Total < Traces)
            {
                await poll.WaitForNextTickAsync();
            }
        }

        public async Task DisposeAsync()
        {
            Client.Dispose();
            await _server.DisposeAsync();
            Directory.Delete(_data, recursive: true);
        }

        private static string Request() =>
            """{"resourceSpans":[{"resource":{"attributes":[{"key":"service.name","value":{"stringValue":"gateway"}}]},"scopeSpans":[{"spans":["""
            + string.Join(',', Enumerable.Range(1, Traces).SelectMany(Trace)) + "]}]}]}";

        private static IEnumerable<string> Trace(int number)
        {
            bool fails = number % 5 == 0;
            yield return Span(number, 1, 0, "POST /ask", 2, 0, 1000, fails, ("http.request.method", "POST"), ("http.route", "/ask"));
            yield return Span(number, 2, 1, "retrieve", 1, 0, 600, false, ("tracegap.layer", "retrieval"));
            yield return Span(number, 3, 1, "chat m", 3, 600, 850, false, ("gen_ai.operation.name", "chat"), ("gen_ai.request.model", "m"));
            yield return Span(number, 4, 1, "execute_tool lookup", 1, 850, 1000, fails, ("gen_ai.operation.name", "execute_tool"), ("gen_ai.tool.name", "lookup"));
        }

        private static string Span(int trace, int id, int parent, string name, int kind, int from, int to, bool fails, params (string Key, string Value)[] attributes)
        {
            long start = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60 * 60 * 1_000_000_000) - 60_000_000_000;
            string Time(int milliseconds) => (start + (milliseconds * 1_000_000L)).ToString(CultureInfo.InvariantCulture);
            string Attribute((string Key, string Value) pair) => $$$"""{"key":"{{{pair.Key}}}","value":{"stringValue":"{{{pair.Value}}}"}}""";
            return $$"""{"traceId":"{{trace:x32}}","spanId":"{{id:x16}}","parentSpanId":"{{(parent == 0 ? "" : parent.ToString("x16", CultureInfo.InvariantCulture))}}","name":"{{name}}","kind":{{kind}},"""
                + $$""" "startTimeUnixNano":"{{Time(from)}}","endTimeUnixNano":"{{Time(to)}}","status":{"code":{{(fails ? 2 : 0)}}},"attributes":[{{string.Join(',', attributes.Select(Attribute))}}]}""";
        }
    }
}
