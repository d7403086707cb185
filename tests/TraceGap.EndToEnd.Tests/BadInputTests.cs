using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests;

/// <summary>What cannot be taken gets the status that OTLP prescribes, with a reason; the server goes on, and nothing that it acknowledged is lost.</summary>
public sealed class BadInputTests(PythonStubs stubs) : IClassFixture<PythonStubs>
{
    [PeerFact(Peer.Python)]
    public async Task Bad_requests_are_refused_and_what_was_acknowledged_stays()
    {
        string data = Directory.CreateTempSubdirectory("tracegap-bad-").FullName;

        // The peer's spans are always the same hundred of one trace, two seconds after the epoch.
        using ServerProcess server = await ServerProcess.StartAsync(data, ("RETENTION__MAXEVENTAGE", "36000d"), ("RETENTION__ROLLUPMAXAGE", "36500d"));

        Assert.Equal("OK", (await AskAsync(server, "plain")).Code);
        await AssertRefusedAsync(server, "malformed", "INVALID_ARGUMENT");
        await AssertRefusedAsync(server, "too-large", "RESOURCE_EXHAUSTED");
        await AssertRefusedAsync(server, "bomb", "RESOURCE_EXHAUSTED");
        PeerAnswer partial = await AskAsync(server, "bad-ids");
        Assert.Equal(("OK", true, 2), (partial.Code, partial.Partial, partial.Rejected));
        Assert.Contains("trace_id", partial.Details, StringComparison.Ordinal);
        Assert.Equal("OK", (await AskAsync(server, "gzip")).Code);
        Assert.Equal("SERVING", (await AskAsync(server, "health")).Details);

        Report? report = null;
        await Poll.UntilAsync(
            async client =>
            {
                report = ReportJson.ReadReport(await client.GetByteArrayAsync(new Uri(server.Http, "/api/v1/report?from=0&to=60")));
                return report.Traces.Total == 1;
            },
            () => "the trace did not arrive");
        Assert.Equal(100, report!.Spans);
        Directory.Delete(data, recursive: true);
    }

    private async Task AssertRefusedAsync(ServerProcess server, string scenario, string code)
    {
        PeerAnswer answer = await AskAsync(server, scenario);
        Assert.Equal(code, answer.Code);
        Assert.NotEmpty(answer.Details!);
    }

    private Task<PeerAnswer> AskAsync(ServerProcess server, string scenario) =>
        PeerRun.AskAsync(PeerPaths.Python, Path.Combine(PeerPaths.PythonFolder, "peer.py"), server.OtlpGrpc.Authority, stubs.Folder, scenario);
}
