using System.Text.Json;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Alerts;

/// <summary>A real server beside a real Prometheus and a real Alertmanager, which hears both and tells a webhook in turn; and a receiver that is dead at first.</summary>
public sealed class AlertDeliveryTests : IDisposable
{
    private static readonly string[] Rules = ["divergence", "silent"];

    private static readonly string[] Figures = ["TraceGapWorkflowDivergence", "TraceGapWorkflowSilent"];

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-alerts-").FullName;
    private readonly LossyAgent _agent = new();
    private readonly CollectingHook _people = CollectingHook.OfAlertmanager(MonitoringStack.FreePort());
    private readonly int _deadPort = MonitoringStack.FreePort();
    private readonly MonitoringStack _stack;

    public AlertDeliveryTests() => _stack = new MonitoringStack(_folder);

    [PeerFact(Peer.Monitoring)]
    public async Task An_agent_that_degrades_fires_once_in_prometheus_and_alertmanager_over_a_crash_and_resolves_once_and_a_dead_receiver_harms_nothing()
    {
        await _stack.StartAlertmanagerAsync(_people.Url);
        await _stack.StartPrometheusAsync();
        (string, string)[] settings =
        [
            ("ALERTS__RECEIVERS__AM__TYPE", "alertmanager"), ("ALERTS__RECEIVERS__AM__URL", _stack.Alertmanager.AbsoluteUri),
            ("ALERTS__RECEIVERS__DEAD__TYPE", "webhook"), ("ALERTS__RECEIVERS__DEAD__URL", CollectingHook.UrlOf(_deadPort).AbsoluteUri),
            ("ALERTS__WORKFLOWS__ASK__MATCH", "shop/*"),
        ];
        string data = Path.Combine(_folder, "data");
        using (ServerProcess server = await ServerProcess.StartAsync(data, settings))
        {
            _stack.Scrape(server);
            await _agent.SendAsync(server, minutesAgo: 30, minutes: 26, perMinute: 40, silentShare: 0);
            await _agent.SendAsync(server, minutesAgo: 4, minutes: 3, perMinute: 40, silentShare: 0.5);
            await UntilAsync(server, "firing");
            await UntilSeenAsync();
            await Poll.UntilAsync(async client => await FailedAttemptsAsync(client, server) > 1, () => "the dead receiver is not tried again");
            using HttpClient client = new();
            Assert.All((await HistoryAsync(client, server)).Where(IsDead), static notice => Assert.Equal("pending", notice.GetProperty("delivery").GetString()));
            server.Kill();
        }

        using CollectingHook dead = CollectingHook.OfTraceGap(_deadPort);
        using (ServerProcess server = await ServerProcess.StartAsync(data, settings))
        {
            _stack.Scrape(server);
            await UntilAsync(server, "firing");
            await Poll.UntilAsync(_ => Task.FromResult(Rules.All(rule => dead.Count(rule, "firing") == 1)), () => "the receiver that came back was told nothing");
            await UntilSeenAsync();

            // Only what comes after the alert can end it, and the minute of now is judged when it is over.
            using CancellationTokenSource enough = new();
            Task healthy = _agent.KeepHealthyAsync(server, enough.Token);
            await UntilAsync(server, "resolved");
            await UntilOverAsync();
            await enough.CancelAsync();
            await healthy;
            await Poll.UntilAsync(_ => Task.FromResult(Rules.All(rule => dead.Count(rule, "resolved") == 1)), () => "the receiver that came back was not told that it is over");
            Assert.All(Rules, rule => Assert.Equal(1, dead.Count(rule, "firing")));
            await AssertToldAsync(server);
        }

        foreach (string alert in new[] { "TraceGapDivergence divergence", "TraceGapSilent silent" })
        {
            Assert.Equal((1, 1), (_people.Count(alert, "firing"), _people.Count(alert, "resolved")));
        }

        // What Prometheus found may have been told before TraceGap itself was heard, never twice.
        Assert.All(_people.All.GroupBy(static told => (told.Alert, told.Status)), static group => Assert.Single(group));
    }

    public void Dispose()
    {
        _stack.Dispose();
        _people.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static bool IsDead(JsonElement notice) => notice.GetProperty("receiver").GetString() == "DEAD";

    private static async Task<JsonElement[]> HistoryAsync(HttpClient client, ServerProcess server) =>
        [.. JsonDocument.Parse(await client.GetStringAsync(new Uri(server.Http, "/api/v1/alerts"))).RootElement.GetProperty("history").EnumerateArray()];

    private static async Task<double> FailedAttemptsAsync(HttpClient client, ServerProcess server)
    {
        const string Series = "tracegap_alerts_failed_attempts_total{receiver=\"DEAD\"} ";
        string metrics = await client.GetStringAsync(new Uri(server.Http, "/metrics"));
        return metrics.Split('\n').Where(static line => line.StartsWith(Series, StringComparison.Ordinal)).Select(static line => double.Parse(line[Series.Length..])).SingleOrDefault();
    }

    private static Task UntilAsync(ServerProcess server, string status) => Poll.UntilAsync(
        async client =>
        {
            JsonElement list = JsonDocument.Parse(await client.GetStringAsync(new Uri(server.Http, "/api/v1/alerts"))).RootElement;
            return list.GetProperty("alerts").EnumerateArray().Count(alert => alert.GetProperty("status").GetString() == status) == Rules.Length;
        },
        () => $"not {status}: {string.Join('\n', server.Errors)}");

    // In Alertmanager TraceGap's own alerts suppress what Prometheus says of the same loss.
    private async Task UntilSeenAsync()
    {
        await Poll.UntilAsync(
            async client => await _stack.InAlertmanagerAsync(client, "TraceGapDivergence", "active") == 1 && await _stack.InAlertmanagerAsync(client, "TraceGapSilent", "active") == 1
                && await _stack.InAlertmanagerAsync(client, "TraceGapScanFires", "suppressed") == 2,
            () => $"not seen in Alertmanager: {_stack.Output}");
        foreach (string alert in Figures)
        {
            await Poll.UntilAsync(
                async client => await _stack.InPrometheusAsync(client, alert) == "firing" && await _stack.InAlertmanagerAsync(client, alert, "suppressed") == 1,
                () => $"{alert} does not fire: {_stack.Output}");
        }
    }

    private async Task UntilOverAsync()
    {
        foreach (string alert in Figures.Append("TraceGapScanFires"))
        {
            await Poll.UntilAsync(async client => await _stack.InPrometheusAsync(client, alert) is null, () => $"{alert} is not over in Prometheus");
            await Poll.UntilAsync(
                async client => await _stack.InAlertmanagerAsync(client, alert, "suppressed") + await _stack.InAlertmanagerAsync(client, alert, "active") == 0, () => $"{alert} is not over in Alertmanager");
        }

        await Poll.UntilAsync(_ => Task.FromResult(_people.Count("TraceGapSilent silent", "resolved") + _people.Count("TraceGapDivergence divergence", "resolved") == 2), () => "nobody was told that it is over");

        // The time since when an alert is active is written at every evaluation; it stayed the same.
        using HttpClient client = new();
        foreach (string alert in Figures)
        {
            Assert.Equal(0, await _stack.QueryAsync(client, $"max(changes(ALERTS_FOR_STATE{{alertname=\"{alert}\"}}[1h]))"));
        }
    }

    private static async Task AssertToldAsync(ServerProcess server)
    {
        using HttpClient client = new() { BaseAddress = server.Http };
        JsonElement[] history = [];
        await Poll.UntilAsync(
            async _ => (history = await HistoryAsync(client, server)).All(static notice => notice.GetProperty("delivery").GetString() == "delivered"), () => string.Join('\n', history.Select(static notice => notice.ToString())));
        Assert.Equal(["AM", "DEAD"], history.Select(static notice => notice.GetProperty("receiver").GetString()).Distinct().Order(StringComparer.Ordinal));
        foreach (IGrouping<string?, JsonElement> receiver in history.GroupBy(static notice => notice.GetProperty("receiver").GetString()))
        {
            Assert.Equal(["firing", "firing", "resolved", "resolved"], receiver.Select(static notice => notice.GetProperty("kind").GetString()).Order(StringComparer.Ordinal));
        }

        string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
        Assert.Contains($"tracegap_alerts_firing{{workflow=\"{LossyAgent.Workflow}\",rule=\"silent\"}} 0", metrics, StringComparison.Ordinal);
        Assert.Contains("""tracegap_alerts_notifications_total{receiver="AM",outcome="sent"}""", metrics, StringComparison.Ordinal);
        CommandRun test = await CommandRun.OfAsync("alerts", "test", "--url", server.Http.AbsoluteUri);
        Assert.Equal((0, ""), (test.ExitCode, test.Errors));
        Assert.Contains("taken", test.Output, StringComparison.Ordinal);
    }
}
