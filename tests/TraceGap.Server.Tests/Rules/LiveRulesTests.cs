using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Text.Json;
using Microsoft.Extensions.Logging.Abstractions;
using TraceGap.Aggregation;
using TraceGap.Reporting;
using TraceGap.Server.Configuration;

namespace TraceGap.Server.Tests.Rules;

public sealed class LiveRulesTests : IAsyncLifetime
{
    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-rules-").FullName;
    private readonly HttpClient _client = new();
    private TraceGapServer _server = null!;

    private string RuleFile => Path.Combine(_folder, "rules.yaml");

    public async Task InitializeAsync()
    {
        Write(Rule("first", "retrieval"));
        _server = await TraceGapServer.StartAsync(Options(), NullLoggerFactory.Instance);
        _client.BaseAddress = _server.Http;
    }

    public async Task DisposeAsync()
    {
        _client.Dispose();
        await _server.DisposeAsync();
        Directory.Delete(_folder, recursive: true);
    }

    [Fact]
    public async Task A_changed_file_holds_for_what_is_analysed_afterwards_and_a_bad_one_changes_nothing()
    {
        Assert.Equal(("retrieval", "rule first"), await LayerOfAsync(1));

        Write(Rule("second", "assembly", key: "acme.other"));
        await UntilAsync(async () => (await ReportAsync()).RuleSets.Count == 2);
        Assert.Equal(("assembly", "rule second"), await LayerOfAsync(2));

        CoverageReport coverage = ReportJson.ReadCoverage(await _client.GetByteArrayAsync(new Uri("/api/v1/coverage?sample=10", UriKind.Relative)));
        Assert.Equal((2, 2, 4), (coverage.Sample.Traces, coverage.Sample.Of, coverage.Spans));

        // What the second rule looks at was not kept of the first trace.
        Assert.Equal([("root", 2), ("inherited", 1), ("rule second", 1)], coverage.Rules.Select(static rule => (rule.Rule, rule.Spans)));
        Assert.Equal(1, coverage.Rules.Sum(static rule => rule.PathShare!.Value), 12);

        Write(Rule("third", "asembly"));
        await UntilAsync(async () => (await TextAsync("/readyz")).Contains("rules not taken up", StringComparison.Ordinal));
        Assert.Contains($"rules not taken up: {RuleFile}:4:10: unknown layer 'asembly'; did you mean 'assembly'?", await TextAsync("/readyz"), StringComparison.Ordinal);
        Assert.Equal(("assembly", "rule second"), await LayerOfAsync(3));

        Write(Rule("second", "assembly", key: "acme.other"));
        await UntilAsync(async () => !(await TextAsync("/readyz")).Contains("rules", StringComparison.Ordinal));
        Report report = await ReportAsync();
        Assert.Equal(2, report.RuleSets.DistinctBy(static set => set.Id).Count());
        Assert.Equal(2, report.RuleSets.Count);
        Assert.True(report.RuleSets[0].Since < report.RuleSets[1].Since);
        Assert.Equal(["assembly", "retrieval"], report.Steps.Where(static step => step.Operation == "work").Select(static step => step.Layer).Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_server_does_not_start_with_a_bad_file_and_names_every_mistake()
    {
        string file = Path.Combine(_folder, "bad.yaml");
        await File.WriteAllTextAsync(file, "rules:\n- { name: a, match: { kind: x }, layer: y }\n");

        InvalidOptionsException refused = await Assert.ThrowsAsync<InvalidOptionsException>(
            () => TraceGapServer.StartAsync(new ServerOptions { DataFolder = Path.Combine(_folder, "other"), RuleFile = file }, NullLoggerFactory.Instance));

        Assert.Equal([$"{file}:2:29: unknown kind 'x'. ", $"{file}:2:41: unknown layer 'y'. "], refused.Problems.Select(static problem => problem[..(problem.IndexOf("'. ", StringComparison.Ordinal) + 3)]));
        Assert.Equal(refused.Problems, ServerOptionsReader.Read(null, new Dictionary<string, string?> { ["Rules:File"] = file }, out _));
        Assert.Equal(
            [$"Rules:File: {file}.no: no such file"],
            ServerOptionsReader.Read(null, new Dictionary<string, string?> { ["Rules:File"] = file + ".no" }, out _));
    }

    private ServerOptions Options() => new()
    {
        DataFolder = Path.Combine(_folder, "data"), OtlpGrpc = "127.0.0.1:0", OtlpHttp = "127.0.0.1:0", Http = "127.0.0.1:0", RuleFile = RuleFile,
        Assembly = new AssemblyOptions { Quiet = TimeSpan.FromMilliseconds(50) },
    };

    private void Write(string rules) => File.WriteAllText(RuleFile, rules);

    private static string Rule(string name, string layer, string key = "acme.stage") => $"rules:\n- name: {name}\n  match: {{ attributes: {{ {key}: look* }} }}\n  layer: {layer}\n";

    /// <summary>Sends a run with one span that only rules know, and asks for that span's layer and rule.</summary>
    private async Task<(string Layer, string Rule)> LayerOfAsync(int trace)
    {
        string id = trace.ToString("x32", CultureInfo.InvariantCulture);
        long start = (TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds() - 1000) * 1_000_000;
        string Span(int span, string parent, string name, long from, long to) =>
            $$"""{"traceId":"{{id}}","spanId":"{{span:x16}}","parentSpanId":"{{parent}}","name":"{{name}}","kind":1,"startTimeUnixNano":"{{start + from}}","endTimeUnixNano":"{{start + to}}","""
            + """ "attributes":[{"key":"acme.stage","value":{"stringValue":"look-up"}},{"key":"acme.other","value":{"stringValue":"look-up"}}]}""";
        string body = """{"resourceSpans":[{"scopeSpans":[{"spans":["""
            + Span(1, "", "run", 0, 9_000_000).Replace("look-up", "-", StringComparison.Ordinal) + "," + Span(2, "0000000000000001", "work", 1_000_000, 8_000_000) + "]}]}]}";
        using StringContent content = new(body, new MediaTypeHeaderValue("application/json"));
        using HttpResponseMessage sent = await _client.PostAsync(new Uri(_server.OtlpHttp, "/v1/traces"), content);
        Assert.Equal(HttpStatusCode.OK, sent.StatusCode);
        JsonElement span = default;
        await UntilAsync(async () =>
        {
            using HttpResponseMessage answer = await _client.GetAsync(new Uri($"/api/v1/traces/{id}", UriKind.Relative));
            if (answer.StatusCode != HttpStatusCode.OK)
            {
                return false;
            }

            span = JsonDocument.Parse(await answer.Content.ReadAsByteArrayAsync()).RootElement.GetProperty("spans")[1].Clone();
            return true;
        });
        return (span.GetProperty("layer").GetString()!, span.GetProperty("layerRule").GetString()!);
    }

    private async Task<Report> ReportAsync() => ReportJson.ReadReport(await _client.GetByteArrayAsync(new Uri("/api/v1/report", UriKind.Relative)));

    private async Task<string> TextAsync(string path) => await _client.GetStringAsync(new Uri(path, UriKind.Relative));

    private static async Task UntilAsync(Func<Task<bool>> isSo)
    {
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(50));
        while (!await isSo())
        {
            await poll.WaitForNextTickAsync();
        }
    }
}
