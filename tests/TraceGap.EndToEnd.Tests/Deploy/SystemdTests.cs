using System.Diagnostics;
using TraceGap.EndToEnd.Tests.Alerts;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Deploy;

/// <summary>The unit, judged by systemd's own tools, and the published program in surroundings like those that it gives: another user, no capability, nothing to write to but its data.</summary>
[Collection(PublishedProgram.Collection)]
public sealed class SystemdTests(PublishedProgram program) : IDisposable
{
    private const string User = "61654";
    private const string Data = "/var/lib/tracegap";

    private static readonly string Unit = Path.Combine(PeerPaths.Deploy, "systemd", "tracegap.service");

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-unit-").FullName;

    [PeerFact(Peer.Systemd)]
    public async Task Systemd_takes_the_unit_and_finds_little_exposed()
    {
        // Only the program must be where the unit looks for it.
        string unit = Path.Combine(_folder, "tracegap.service");
        await File.WriteAllTextAsync(unit, (await File.ReadAllTextAsync(Unit)).Replace("ExecStart=/usr/local/bin/tracegap", "ExecStart=/bin/true", StringComparison.Ordinal));

        // A key that it does not know is a warning to it, no error.
        Assert.Equal("", await PeerRun.OutputAsync(PeerPaths.Shell, "-c", $"systemd-analyze verify --man=no '{unit}' 2>&1"));
        await PeerRun.OutputAsync("systemd-analyze", "security", "--offline=true", "--threshold=15", "--no-pager", unit);
    }

    [PeerFact(Peer.Confinement)]
    public async Task The_published_program_serves_where_it_may_write_to_its_data_alone_and_makes_only_calls_that_the_unit_allows()
    {
        string file = await program.FileAsync();
        string data = Directory.CreateDirectory(Path.Combine(_folder, "data")).FullName;
        await PeerRun.OutputAsync("chown", $"{User}:{User}", data);
        LossyAgent agent = new();
        for (int run = 1; run <= 2; run++)
        {
            using ServerProcess server = ServerProcess.Launch(Confined(file, data));
            await server.UntilReadyAsync();
            await agent.SendAsync(server, minutesAgo: 5, minutes: 3, perMinute: 40, silentShare: 0.1);
            await UntilReportedAsync(server, traces: run * 120);
            await AssertAsksAsync(file, server);

            // The process that was started holds the namespaces; the one that serves is the only one of that name and user.
            await PeerRun.OutputAsync("pkill", "-TERM", "-u", User, "-x", "tracegap");
            await server.UntilExitAsync();
            Assert.Equal((0, "tracegap: stopping; what was acknowledged is kept"), (server.ExitCode, server.Errors[^1]));
        }

        string[] calls = [];
        await Poll.UntilAsync(async _ => (calls = await File.ReadAllLinesAsync(Path.Combine(data, "calls"))).Count(static line => line == "total") == 2, () => string.Join('\n', calls));
        calls = [.. calls.Where(static line => line is not ("syscall" or "total") && !line.StartsWith('-'))];
        Assert.Contains("epoll_wait", calls);
        Assert.Empty(calls.Except(await AllowedCallsAsync()));
    }

    public void Dispose() => Directory.Delete(_folder, recursive: true);

    private static ProcessStartInfo Confined(string file, string data)
    {
        string[] surroundings =
        [
            "--ro-bind", "/", "/", "--tmpfs", "/tmp", "--tmpfs", "/root", "--proc", "/proc", "--dev", "/dev", "--tmpfs", "/usr/local/bin", "--ro-bind", file, "/usr/local/bin/tracegap",
            "--tmpfs", "/var/lib", "--bind", data, Data, "--chdir", Data, "--unshare-ipc", "--setenv", "DOTNET_EnableDiagnostics", "0", "--setenv", "HOME", Data,
            "--cap-drop", "ALL", "--cap-add", "CAP_SETUID", "--cap-add", "CAP_SETGID", "--cap-add", "CAP_SETPCAP",
        ];
        string[] identity = ["setpriv", "--reuid", User, "--regid", User, "--clear-groups", "--bounding-set", "-all", "--inh-caps", "-all", "--no-new-privs"];

        // -D: who watches does so from aside, and the program is a child of nobody but bwrap.
        string[] watched = ["strace", "-D", "-f", "-qq", "-c", "-U", "name", "-o", $"|cat >> {Data}/calls", "/usr/local/bin/tracegap", "serve", "--data", $"{Data}/store"];
        return new ProcessStartInfo("bwrap", [.. surroundings, "--", .. identity, "--", .. watched, "--otlp-grpc", "127.0.0.1:0", "--otlp-http", "127.0.0.1:0", "--http", "127.0.0.1:0"]);
    }

    private static Task UntilReportedAsync(ServerProcess server, int traces) => Poll.UntilAsync(
        async client => (await client.GetStringAsync(new Uri(server.Http, "/api/v1/report?window=1h"))).Contains($"\"total\":{traces}", StringComparison.Ordinal), () => string.Join('\n', server.Errors));

    private static async Task AssertAsksAsync(string file, ServerProcess server)
    {
        await PeerRun.OutputAsync(file, "ready", "--url", server.Http.AbsoluteUri);
        Assert.Contains("shop/POST /ask", await PeerRun.OutputAsync(file, "report", "--workflow", LossyAgent.Workflow, "--url", server.Http.AbsoluteUri), StringComparison.Ordinal);
        using HttpClient client = new();
        Assert.Contains("\"openapi\"", await client.GetStringAsync(new Uri(server.Http, "/openapi/v1.json")), StringComparison.Ordinal);
    }

    private static async Task<HashSet<string>> AllowedCallsAsync()
    {
        Dictionary<string, string[]> groups = [];
        string group = "";
        foreach (string line in (await PeerRun.OutputAsync("systemd-analyze", "syscall-filter", "--no-pager")).Split('\n'))
        {
            if (line.StartsWith('@'))
            {
                group = line.Trim();
            }
            else if (line.Trim() is { Length: > 0 } name && !name.StartsWith('#'))
            {
                groups[group] = [.. groups.GetValueOrDefault(group, []), name];
            }
        }

        HashSet<string> allowed = [];
        foreach (string filter in (await File.ReadAllLinesAsync(Unit)).Where(static line => line.StartsWith("SystemCallFilter=", StringComparison.Ordinal)).Select(static line => line["SystemCallFilter=".Length..]))
        {
            IEnumerable<string> names = filter.TrimStart('~').Split(' ').SelectMany(Expand);
            allowed = [.. filter.StartsWith('~') ? allowed.Except(names) : allowed.Union(names)];
        }

        return allowed;

        IEnumerable<string> Expand(string name) => groups.TryGetValue(name, out string[]? names) ? names.SelectMany(Expand) : [name];
    }
}
