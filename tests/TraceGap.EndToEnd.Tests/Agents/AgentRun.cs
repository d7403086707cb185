using System.Text.Json;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.Reporting;
using TraceGap.Reporting.Traces;

namespace TraceGap.EndToEnd.Tests.Agents;

/// <summary>One run of a live agent against a server that is told nothing about it: what the agent says it did, and what the server found.</summary>
/// <param name="Truth">What the agent did.</param>
/// <param name="Report">The report over all of it.</param>
/// <param name="Traces">Every trace.</param>
internal sealed record AgentRun(AgentTruth Truth, Report Report, IReadOnlyList<TraceReport> Traces)
{
    private const string Window = "window=1h";
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web);

    /// <summary>Runs one of the Node agents: <c>langgraph.js</c>, <c>vercel.js</c>, <c>mcp.js</c>.</summary>
    /// <param name="agent">Which.</param>
    /// <param name="arguments">Its arguments.</param>
    /// <param name="settings">Settings of the server that are about patience, not about the agent.</param>
    public static Task<AgentRun> OfNodeAsync(string agent, string arguments, params (string Key, string Value)[] settings)
    {
        Assert.True(PeerPaths.Problem(Peer.Agents) is null, PeerPaths.Problem(Peer.Agents));
        return OfAsync(PeerPaths.Node, [Path.Combine(PeerPaths.AgentsFolder, agent)], arguments, settings);
    }

    /// <summary>Runs an agent to its end and waits until all that it sent is in the report.</summary>
    public static async Task<AgentRun> OfAsync(string program, string[] before, string arguments, params (string Key, string Value)[] settings)
    {
        string folder = Directory.CreateTempSubdirectory("tracegap-agent-").FullName;
        using ServerProcess server = await ServerProcess.StartAsync(Path.Combine(folder, "data"), settings);
        string output = await PeerRun.OutputAsync(
            program, [.. before, "--otlp", server.OtlpHttp.ToString().TrimEnd('/'), .. arguments.Split(' ', StringSplitOptions.RemoveEmptyEntries)]);
        AgentTruth truth = JsonSerializer.Deserialize<AgentTruth>(output, Json)!;

        Report report = await ReportAsync(server, truth);
        List<TraceReport> traces = await TracesAsync(server);
        server.Kill();
        Directory.Delete(folder, recursive: true);
        return new AgentRun(truth, report, traces);
    }

    private static async Task<Report> ReportAsync(ServerProcess server, AgentTruth truth)
    {
        Report? report = null;
        await Poll.UntilAsync(
            async client =>
            {
                report = ReportJson.ReadReport(await client.GetByteArrayAsync(new Uri(server.Http, "/api/v1/report?" + Window)));
                return report.Traces.Total >= truth.Runs && report.Spans >= truth.Spans && report.Traces.Open == 0;
            },
            () => $"{report?.Traces}, {report?.Spans} spans of {truth.Spans} arrived");
        return report!;
    }

    private static async Task<List<TraceReport>> TracesAsync(ServerProcess server)
    {
        using HttpClient client = new() { BaseAddress = server.Http };
        List<TraceReport> traces = [];
        string? cursor = null;
        do
        {
            string from = cursor is null ? "" : "&cursor=" + Uri.EscapeDataString(cursor);
            string page = await client.GetStringAsync($"/api/v1/traces?{Window}&limit=100{from}");
            using JsonDocument list = JsonDocument.Parse(page);
            foreach (JsonElement row in list.RootElement.GetProperty("traces").EnumerateArray())
            {
                byte[] trace = await client.GetByteArrayAsync($"/api/v1/traces/{row.GetProperty("traceId").GetString()}");
                traces.Add(JsonSerializer.Deserialize<TraceReport>(trace, Json)!);
            }

            cursor = list.RootElement.GetProperty("nextCursor").GetString();
        }
        while (cursor is not null);
        return traces;
    }
}
