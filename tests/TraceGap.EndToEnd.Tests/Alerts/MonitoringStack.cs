using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text.Json;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Alerts;

/// <summary>
/// A real Prometheus and a real Alertmanager with the files of <c>deploy/</c>. Only addresses are changed in them, and what would take minutes: intervals and waits of 15 s to 5 min are a second, a <c>for</c> of
/// minutes is a second, and a <c>keep_firing_for</c> of a quarter of an hour is half a minute, which a restart of the server is shorter than.
/// </summary>
internal sealed class MonitoringStack(string folder) : IDisposable
{
    private readonly List<Process> _processes = [];
    private readonly ConcurrentQueue<string> _output = [];

    public Uri Prometheus { get; } = new($"http://127.0.0.1:{FreePort()}");

    public Uri Alertmanager { get; } = new($"http://127.0.0.1:{FreePort()}");

    /// <summary>What the two wrote.</summary>
    public string Output => string.Join('\n', _output);

    public static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    public async Task StartAlertmanagerAsync(Uri hook)
    {
        string config = Path.Combine(folder, "alertmanager.yml");
        await File.WriteAllTextAsync(config, Replaced(
            Path.Combine(PeerPaths.Deploy, "alertmanager", "alertmanager.yml"),
            ("group_wait: 30s", "group_wait: 1s"),
            ("group_interval: 5m", "group_interval: 1s"),
            ("# webhook_configs: [{ url: \"http://127.0.0.1:8080/\" }]", $"webhook_configs: [{{ url: \"{hook}\" }}]")));
        Start(
            PeerPaths.Alertmanager,
            $"--config.file={config}", $"--storage.path={Path.Combine(folder, "alertmanager")}", $"--web.listen-address={Alertmanager.Authority}", "--cluster.listen-address=");
        await UntilReadyAsync(Alertmanager);
    }

    public async Task StartPrometheusAsync()
    {
        string rules = Directory.CreateDirectory(Path.Combine(folder, "rules")).FullName;
        await File.WriteAllTextAsync(Path.Combine(folder, "prometheus.yml"), Replaced(
            Path.Combine(PeerPaths.Deploy, "prometheus", "prometheus.yml"),
            ("scrape_interval: 15s", "scrape_interval: 1s"),
            ("evaluation_interval: 15s", "evaluation_interval: 1s"),
            ("alertmanager:9093", Alertmanager.Authority),
            ("static_configs:\n      - targets: [\"tracegap:4319\"]", "file_sd_configs: [{ files: [server.json], refresh_interval: 1s }]")));
        await File.WriteAllTextAsync(Path.Combine(rules, "workflows.yml"), Replaced(
            Path.Combine(PeerPaths.Deploy, "prometheus", "rules", "workflows.yml"), ("for: 2m", "for: 1s"), ("keep_firing_for: 15m", "keep_firing_for: 30s")));
        File.Copy(Path.Combine(PeerPaths.Deploy, "prometheus", "rules", "scan.yml"), Path.Combine(rules, "scan.yml"));
        Start(
            PeerPaths.Prometheus,
            $"--config.file={Path.Combine(folder, "prometheus.yml")}", $"--storage.tsdb.path={Path.Combine(folder, "prometheus")}", $"--web.listen-address={Prometheus.Authority}");
        await UntilReadyAsync(Prometheus);
    }

    /// <summary>Has Prometheus scrape a server, which has a new port after a restart. Prometheus takes a file for what it is once it is renamed.</summary>
    public void Scrape(ServerProcess server)
    {
        string file = Path.Combine(folder, "server.json");
        File.WriteAllText($"{file}.new", $$"""[{ "targets": ["{{server.Http.Authority}}"], "labels": { "instance": "server" } }]""");
        File.Move($"{file}.new", file, overwrite: true);
    }

    /// <summary>How many alerts of a name have a state in Alertmanager: active, or suppressed by another.</summary>
    public async Task<int> InAlertmanagerAsync(HttpClient client, string alertName, string state)
    {
        string alerts = await client.GetStringAsync(new Uri(Alertmanager, $"/api/v2/alerts?filter=alertname%3D{alertName}"));
        return JsonDocument.Parse(alerts).RootElement.EnumerateArray().Count(alert => alert.GetProperty("status").GetProperty("state").GetString() == state);
    }

    /// <summary>The state of the only alert of a name in Prometheus; null if there is none.</summary>
    public async Task<string?> InPrometheusAsync(HttpClient client, string alertName)
    {
        string alerts = await client.GetStringAsync(new Uri(Prometheus, "/api/v1/alerts"));
        return JsonDocument.Parse(alerts).RootElement.GetProperty("data").GetProperty("alerts").EnumerateArray()
            .SingleOrDefault(alert => alert.GetProperty("labels").GetProperty("alertname").GetString() == alertName) is { ValueKind: JsonValueKind.Object } found
            ? found.GetProperty("state").GetString()
            : null;
    }

    /// <summary>The single value of a query to Prometheus; null if there is none.</summary>
    public async Task<double?> QueryAsync(HttpClient client, string expression)
    {
        string answer = await client.GetStringAsync(new Uri(Prometheus, $"/api/v1/query?query={Uri.EscapeDataString(expression)}"));
        JsonElement result = JsonDocument.Parse(answer).RootElement.GetProperty("data").GetProperty("result");
        return result.GetArrayLength() == 0 ? null : double.Parse(result.EnumerateArray().Single().GetProperty("value")[1].GetString()!);
    }

    public void Dispose()
    {
        foreach (Process process in _processes)
        {
            process.Kill();
            process.WaitForExit();
            process.Dispose();
        }
    }

    private void Start(string program, params string[] arguments)
    {
        Process process = new() { StartInfo = new ProcessStartInfo(program, arguments) { RedirectStandardError = true, RedirectStandardOutput = true } };
        process.OutputDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.ErrorDataReceived += (_, line) => _output.Enqueue(line.Data ?? "");
        process.Start();
        process.BeginErrorReadLine();
        process.BeginOutputReadLine();
        _processes.Add(process);
    }

    private Task UntilReadyAsync(Uri server) => Poll.UntilAsync(
        async client => (await client.GetAsync(new Uri(server, "/-/ready"))).IsSuccessStatusCode, () => $"{server} did not get ready: {Output}");

    // A line that the file no longer has would leave minutes to wait for.
    private static string Replaced(string file, params (string Old, string New)[] changes) => changes.Aggregate(File.ReadAllText(file), (text, change) =>
    {
        Assert.Contains(change.Old, text, StringComparison.Ordinal);
        return text.Replace(change.Old, change.New, StringComparison.Ordinal);
    });
}
