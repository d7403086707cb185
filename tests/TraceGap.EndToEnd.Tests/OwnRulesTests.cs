using System.Net.Http.Headers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests;

/// <summary>A rule file by the command alone: it is judged before the server starts, taken up as it changes, and what it did is told.</summary>
public sealed class OwnRulesTests : IDisposable
{
    private const string Trace = "0af7651916cd43dd8448eb211c80319";

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-own-rules-").FullName;

    private string Rules => Path.Combine(_folder, "rules.yaml");

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    [Fact]
    public async Task A_rule_file_is_judged_taken_up_and_explained()
    {
        await File.WriteAllTextAsync(Rules, "rules:\n- name: stages\n  match: { attributes: { acme.stage: fetch } }\n  layer: retreival\n");
        using (ServerProcess refused = ServerProcess.Launch(Path.Combine(_folder, "data"), ("RULES__FILE", Rules)))
        {
            await refused.UntilExitAsync();
            Assert.Equal(2, refused.ExitCode);
            Assert.Contains(refused.Errors, line => line.Contains($"{Rules}:4:10: unknown layer 'retreival'; did you mean 'retrieval'?", StringComparison.Ordinal));
        }

        await File.WriteAllTextAsync(Rules, "rules: []\n");
        using ServerProcess server = await ServerProcess.StartAsync(Path.Combine(_folder, "data"), ("RULES__FILE", Rules));
        Assert.Contains("taken from the nearest span above", await ExplainAsync(server, '1'), StringComparison.Ordinal);

        await File.WriteAllTextAsync(Rules, "rules:\n- name: stages\n  match: { attributes: { acme.stage: fetch } }\n  layer: retrieval\n");
        await Poll.UntilAsync(
            async client => (await client.GetStringAsync(new Uri(server.Http, "/api/v1/report"))).Split("\"since\":\"").Length == 3,
            () => "the changed file was not taken up");
        Assert.Contains("retrieval: rule stages says so", await ExplainAsync(server, '2'), StringComparison.Ordinal);

        CommandRun coverage = await CommandRun.OfAsync("coverage", "--url", server.Http.ToString());
        Assert.Contains("rule stages", coverage.Output, StringComparison.Ordinal);
        Assert.Contains("2 traces · 4 spans", coverage.Output, StringComparison.Ordinal);
        Assert.Contains("mixes traces of 2 rule sets: built-in since ", (await CommandRun.OfAsync("report", "--url", server.Http.ToString())).Output.ReplaceLineEndings(" "), StringComparison.Ordinal);
    }

    /// <summary>Sends a run and asks why the span in it has its layer.</summary>
    private static async Task<string> ExplainAsync(ServerProcess server, char run)
    {
        long end = (TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() - 1) * 1_000_000_000;
        string Span(int id, string parent, string attributes) =>
            $$"""{"traceId":"{{Trace}}{{run}}","spanId":"{{id:x16}}","parentSpanId":"{{parent}}","name":"span {{id}}","kind":1,"startTimeUnixNano":"{{end - (8_000_000 / id)}}","endTimeUnixNano":"{{end}}","attributes":[{{attributes}}]}""";
        string body = """{"resourceSpans":[{"scopeSpans":[{"spans":[""" + Span(1, "", "") + "," + Span(2, "0000000000000001", """{"key":"acme.stage","value":{"stringValue":"Fetch"}}""") + "]}]}]}";
        using (HttpClient sender = new())
        using (StringContent content = new(body, new MediaTypeHeaderValue("application/json")))
        {
            (await sender.PostAsync(new Uri(server.OtlpHttp, "/v1/traces"), content)).EnsureSuccessStatusCode();
        }

        await Poll.UntilAsync(
            async client => (await client.GetAsync(new Uri(server.Http, $"/api/v1/traces/{Trace}{run}"))).IsSuccessStatusCode,
            () => "the trace did not arrive");
        CommandRun explained = await CommandRun.OfAsync("explain-layer", "--url", server.Http.ToString(), "--trace", Trace + run, "--span", "0000000000000002");
        Assert.Equal((0, ""), (explained.ExitCode, explained.Errors));
        return explained.Output;
    }
}
