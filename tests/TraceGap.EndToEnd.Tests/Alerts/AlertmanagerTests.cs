using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Alerts;

/// <summary>A real server beside a real Alertmanager, which tells a webhook in turn.</summary>
public sealed class AlertmanagerTests : IDisposable
{
    private const int MinuteSeconds = 60;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-alertmanager-").FullName;
    private readonly Random _random = new(1);
    private readonly int _port = FreePort();
    private readonly CollectingHook _hook = new();
    private Process? _alertmanager;

    private Uri Alertmanager => new($"http://127.0.0.1:{_port}");

    [PeerFact(Peer.Alertmanager)]
    public async Task An_agent_that_degrades_fires_once_is_seen_in_alertmanager_over_a_crash_and_resolves_once()
    {
        StartAlertmanager();
        (string, string)[] settings =
            [("ALERTS__RECEIVERS__AM__TYPE", "alertmanager"), ("ALERTS__RECEIVERS__AM__URL", Alertmanager.AbsoluteUri), ("ALERTS__WORKFLOWS__ASK__MATCH", "shop/*")];
        string data = Path.Combine(_folder, "data");
        using (ServerProcess server = await ServerProcess.StartAsync(data, settings))
        {
            await SendAsync(server, minutesAgo: 30, minutes: 26, perMinute: 40, silentShare: 0);
            await SendAsync(server, minutesAgo: 4, minutes: 3, perMinute: 40, silentShare: 0.5);
            await UntilAsync(server, "firing", alerts: 2);
            await Poll.UntilAsync(async client => await CountAsync(client, "active") == 2, () => "not seen in Alertmanager");
            server.Kill();
        }

        using (ServerProcess server = await ServerProcess.StartAsync(data, settings))
        {
            await UntilAsync(server, "firing", alerts: 2);

            // Only what comes after the alert can end it, and the minute of now is judged when it is over.
            using CancellationTokenSource enough = new();
            Task healthy = KeepHealthyAsync(server, enough.Token);
            await UntilAsync(server, "resolved", alerts: 2);
            await enough.CancelAsync();
            await healthy;
            await Poll.UntilAsync(async client => await CountAsync(client, "active") == 0, () => "still active in Alertmanager");
            await Poll.UntilAsync(_ => Task.FromResult(_hook.Statuses.Count(static status => status == "resolved") == 2), () => $"Alertmanager told {string.Join(", ", _hook.Statuses)}");

            using HttpClient client = new() { BaseAddress = server.Http };
            JsonElement history = JsonDocument.Parse(await client.GetStringAsync(new Uri("/api/v1/alerts", UriKind.Relative))).RootElement.GetProperty("history");
            Assert.Equal(["firing", "firing", "resolved", "resolved"], history.EnumerateArray().Select(static notice => notice.GetProperty("kind").GetString()).Order(StringComparer.Ordinal));
            Assert.All(history.EnumerateArray(), static notice => Assert.Equal("delivered", notice.GetProperty("delivery").GetString()));
            string metrics = await client.GetStringAsync(new Uri("/metrics", UriKind.Relative));
            Assert.Contains("tracegap_alerts_firing{workflow=\"shop/POST /ask\",rule=\"silent\"} 0", metrics, StringComparison.Ordinal);
            CommandRun test = await CommandRun.OfAsync("alerts", "test", "--url", server.Http.AbsoluteUri);
            Assert.Equal((0, ""), (test.ExitCode, test.Errors));
            Assert.Contains("taken", test.Output, StringComparison.Ordinal);
        }

        Assert.Equal(["firing", "firing", "resolved", "resolved"], _hook.Statuses.Order(StringComparer.Ordinal));
    }

    public void Dispose()
    {
        _alertmanager?.Kill();
        _alertmanager?.Dispose();
        _hook.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private void StartAlertmanager()
    {
        string config = Path.Combine(_folder, "alertmanager.yml");
        File.WriteAllText(config, $$"""
            route: { receiver: hook, group_by: [alertname], group_wait: 1s, group_interval: 1s, repeat_interval: 1h, routes: [ { matchers: [ 'rule="test"' ], receiver: nobody } ] }
            receivers:
              - name: nobody
              - name: hook
                webhook_configs: [ { url: '{{_hook.Url}}', send_resolved: true } ]
            """);
        ProcessStartInfo start = new(
            PeerPaths.Alertmanager, [$"--config.file={config}", $"--storage.path={Path.Combine(_folder, "am")}", $"--web.listen-address=127.0.0.1:{_port}", "--cluster.listen-address="])
        {
            RedirectStandardError = true,
            RedirectStandardOutput = true,
        };
        _alertmanager = Process.Start(start)!;
        _alertmanager.BeginErrorReadLine();
        _alertmanager.BeginOutputReadLine();
    }

    private async Task<int> CountAsync(HttpClient client, string state)
    {
        string alerts = await client.GetStringAsync(new Uri(Alertmanager, "/api/v2/alerts?filter=workflow%3D%22shop%2FPOST%20%2Fask%22"));
        return JsonDocument.Parse(alerts).RootElement.EnumerateArray().Count(alert => alert.GetProperty("status").GetProperty("state").GetString() == state);
    }

    private static Task UntilAsync(ServerProcess server, string status, int alerts) => Poll.UntilAsync(
        async client =>
        {
            JsonElement list = JsonDocument.Parse(await client.GetStringAsync(new Uri(server.Http, "/api/v1/alerts"))).RootElement;
            return list.GetProperty("alerts").EnumerateArray().Count(alert => alert.GetProperty("status").GetString() == status) == alerts;
        },
        () => $"not {status}: {string.Join('\n', server.Errors)}");

    private async Task KeepHealthyAsync(ServerProcess server, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await SendAsync(server, minutesAgo: 0, minutes: 1, perMinute: 300, silentShare: 0);
                await Task.Delay(TimeSpan.FromSeconds(2), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    // Runs of one step; those that are lost fail with no step to blame.
    private async Task SendAsync(ServerProcess server, int minutesAgo, int minutes, int perMinute, double silentShare)
    {
        List<EmittedSpan> spans = [];
        long now = TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();
        for (int i = 0; i < minutes * perMinute; i++)
        {
            long end = minutesAgo == 0 ? now - 1 : now - (minutesAgo * MinuteSeconds * 1000L) + (i * MinuteSeconds * 1000L / perMinute);
            ByteString traceId = SpanSource.Id(_random, 16);
            Span root = NewSpan(traceId, "POST /ask", Span.Types.SpanKind.Server, end);
            Span step = NewSpan(traceId, "search", Span.Types.SpanKind.Internal, end);
            step.ParentSpanId = root.SpanId;
            step.Attributes.Add(SpanSource.Text("tracegap.layer", "retrieval"));
            if (_random.NextDouble() < silentShare)
            {
                root.Status = new Status { Code = Status.Types.StatusCode.Error };
            }

            spans.Add(new EmittedSpan("shop", root));
            spans.Add(new EmittedSpan("shop", step));
        }

        using RawGrpcClient client = new(server.OtlpGrpc);
        await client.ExportAsync(SpanSource.Request(spans));
    }

    private Span NewSpan(ByteString traceId, string name, Span.Types.SpanKind kind, long endMilliseconds) => new()
    {
        TraceId = traceId,
        SpanId = SpanSource.Id(_random, 8),
        Name = name,
        Kind = kind,
        StartTimeUnixNano = (ulong)(endMilliseconds - 10) * 1_000_000,
        EndTimeUnixNano = (ulong)endMilliseconds * 1_000_000,
    };

    private static int FreePort()
    {
        using TcpListener probe = new(IPAddress.Loopback, 0);
        probe.Start();
        return ((IPEndPoint)probe.LocalEndpoint).Port;
    }

    /// <summary>What Alertmanager tells people by: the status of every alert of every message that is new.</summary>
    private sealed class CollectingHook : IDisposable
    {
        private readonly HttpListener _listener = new();
        private readonly Lock _lock = new();
        private readonly HashSet<(string Fingerprint, string StartsAt, string Status)> _told = [];

        public CollectingHook()
        {
            Url = new Uri($"http://127.0.0.1:{FreePort()}/");
            _listener.Prefixes.Add(Url.AbsoluteUri);
            _listener.Start();
            _ = AnswerAsync();
        }

        public Uri Url { get; }

        public IReadOnlyList<string> Statuses
        {
            get
            {
                lock (_lock)
                {
                    return [.. _told.Select(static entry => entry.Status)];
                }
            }
        }

        public void Dispose() => _listener.Close();

        private async Task AnswerAsync()
        {
            try
            {
                while (true)
                {
                    HttpListenerContext context = await _listener.GetContextAsync();
                    using StreamReader reader = new(context.Request.InputStream, Encoding.UTF8);
                    JsonElement message = JsonDocument.Parse(await reader.ReadToEndAsync()).RootElement;
                    lock (_lock)
                    {
                        foreach (JsonElement alert in message.GetProperty("alerts").EnumerateArray())
                        {
                            _told.Add((alert.GetProperty("fingerprint").GetString()!, alert.GetProperty("startsAt").GetString()!, alert.GetProperty("status").GetString()!));
                        }
                    }

                    context.Response.Close();
                }
            }
            catch (Exception gone) when (gone is HttpListenerException or ObjectDisposedException)
            {
                // The test is over.
            }
        }
    }
}
