using System.Globalization;
using System.Net;
using System.Net.Sockets;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Google.Protobuf;
using Microsoft.Playwright;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using static Microsoft.Playwright.Assertions;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>Alerts on the page, over a server of its own with a receiver that answers and one that does not.</summary>
public sealed class PageAlertTests : IAsyncLifetime
{
    private static readonly LocatorAssertionsToHaveTextOptions Patiently = new() { Timeout = 120_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-page-alerts-").FullName;
    private readonly Random _random = new(3);
    private readonly TcpListener _receiver = new(IPAddress.Loopback, 0);
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
        _receiver.Start();
        _ = TakeAllAsync();
        if (PeerPaths.Problem(Peer.Browser) is null)
        {
            _playwright = await Playwright.CreateAsync();
            _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = PeerPaths.Chromium, Args = ["--no-sandbox"] });
        }
    }

    public async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
        _receiver.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    [PeerFact(Peer.Browser)]
    public async Task What_fires_shows_everywhere_without_reload_with_what_it_rests_on_and_who_was_told()
    {
        using ServerProcess server = await ServerProcess.StartAsync(
            Path.Combine(_folder, "data"),
            ("ALERTS__RECEIVERS__ops__TYPE", "webhook"), ("ALERTS__RECEIVERS__ops__URL", $"http://{_receiver.LocalEndpoint}/hook"),
            ("ALERTS__RECEIVERS__dead__TYPE", "slack"), ("ALERTS__RECEIVERS__dead__URL", "http://127.0.0.1:1/none"),
            ("ALERTS__P99FACTOR", "3"), ("OBJECTIVES__answers__MATCH", "batch/*"), ("OBJECTIVES__answers__RELIABILITY", "0.9995"),
            ("ALERTS__SILENCES__tests__WORKFLOW", "test/*"), ("ALERTS__SILENCES__tests__RULE", "silent"));
        await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http);
        await SendAsync(server, minutesAgo: 30, minutes: 26, silentShare: 0);
        await PageServer.UntilTracesAsync(server.Http, 1);
        await visit.GoAsync("/alerts");
        ILocator heading = visit.Tab.GetByRole(AriaRole.Heading, new() { Level = 1 });
        await Expect(heading).ToHaveTextAsync("No alert is firing");
        await visit.Tab.EvaluateAsync("window.isTheSameDocument = true");

        await SendAsync(server, minutesAgo: 4, minutes: 3, silentShare: 0.5);

        await Expect(heading).ToHaveTextAsync("2 alerts firing", Patiently);
        await Expect(visit.Tab.GetByRole(AriaRole.Navigation)).ToContainTextAsync("2 firing");
        ILocator notices = visit.Tab.GetByRole(AriaRole.Table, new() { Name = "Notifications" });
        await Expect(notices.Locator("tbody tr")).ToHaveCountAsync(4);
        await Expect(notices).ToContainTextAsync("delivered", new() { Timeout = 60_000 });
        Assert.True(await visit.Tab.EvaluateAsync<bool>("window.isTheSameDocument"));

        JsonNode silent = await AlertAsync(server, "silent");
        ILocator card = visit.Tab.GetByRole(AriaRole.Region, new() { Name = "Silent loss" });
        await Expect(card.Locator("[data-figure=value]")).ToHaveTextAsync(
            $"−{Math.Abs(silent["evidence"]!["value"]!.GetValue<double>() * 100).ToString("F1", CultureInfo.InvariantCulture)} pp");
        await Expect(card).ToContainTextAsync(silent["summary"]!.GetValue<string>());
        await Expect(card).ToContainTextAsync("critical");
        await Expect(card).ToContainTextAsync("firing since");
        await Expect(visit.Tab.GetByRole(AriaRole.List, new() { Name = "Silences" })).ToContainTextAsync("holds now");
        await Expect(visit.Tab.GetByRole(AriaRole.List, new() { Name = "Tolerated" })).ToContainTextAsync("p99 may take × 3 as long");
        await Expect(visit.Tab.GetByRole(AriaRole.List, new() { Name = "Objectives" })).ToContainTextAsync("answers batch/* 99.95 % end ok over 30d");

        // The first that was to be told; the others wait behind it.
        await Expect(visit.Tab.GetByRole(AriaRole.Region, new() { Name = "Divergence" })).ToContainTextAsync(new Regex("tried \\d+ times: "), new() { Timeout = 60_000 });
        await LooksGoodAsync(server, "alerts-firing", "/alerts", "2 alerts firing");
        await LooksGoodAsync(server, "overview-firing", "/", "2 alerts firing");

        await visit.Tab.GetByRole(AriaRole.Button, new() { Name = "Send a test notification" }).ClickAsync();
        await Expect(visit.Tab.GetByText("1 of 2 took it.")).ToBeVisibleAsync(new() { Timeout = 60_000 });
        await Expect(visit.Tab.GetByText("✕ not taken")).ToBeVisibleAsync();
        string[] lines = System.Text.Encoding.UTF8.GetString(await PageViewTests.DownloadAsync(visit.Tab, "Download notifications as CSV")).TrimEnd().Split("\r\n");
        Assert.Equal(5, lines.Length);

        await visit.GoAsync("/alerts?status=firing&workflow=elsewhere");
        await Expect(heading).ToHaveTextAsync("No alert is firing");
        await visit.GoAsync("/");
        await visit.Tab.GetByRole(AriaRole.Region, new() { Name = "Alerts now" }).GetByRole(AriaRole.Link, new() { Name = "Silent loss" }).ClickAsync();
        string example = silent["evidence"]!["exampleTraceIds"]![0]!.GetValue<string>();
        await card.GetByTitle(example).ClickAsync();
        await Expect(visit.Tab.GetByRole(AriaRole.Treegrid)).ToBeVisibleAsync();
        Assert.EndsWith($"/traces/{example}?workflow=shop%2FPOST+%2Fask", visit.Tab.Url, StringComparison.Ordinal);
        Assert.Empty(visit.Troubles);
    }

    private async Task LooksGoodAsync(ServerProcess server, string name, string path, string shown)
    {
        foreach ((ColorScheme colors, int width) in ((ColorScheme, int)[])[(ColorScheme.Light, 1360), (ColorScheme.Dark, 390)])
        {
            await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http, colors, width);
            await visit.GoAsync(path);
            await Expect(visit.Tab.Locator("main")).ToContainTextAsync(shown);
            await PageViewTests.UntilDrawnAsync(visit.Tab);
            await visit.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PageServer.Screenshots, $"{name}-{colors}-{width}.png"), FullPage = true });
            Assert.Equal("", await visit.BarriersAsync());
            Assert.True(await visit.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"{name} is wider than {width}");
            Assert.Empty(visit.Troubles);
        }
    }

    private static async Task<JsonNode> AlertAsync(ServerProcess server, string rule)
    {
        using HttpClient client = new();
        JsonNode list = JsonNode.Parse(await client.GetStringAsync(new Uri(server.Http, "/api/v1/alerts")))!;
        return list["alerts"]!.AsArray().First(alert => alert!["rule"]!.GetValue<string>() == rule)!;
    }

    // Runs of one step; those that are lost fail with no step to blame.
    private Task SendAsync(ServerProcess server, int minutesAgo, int minutes, double silentShare)
    {
        const int PerMinute = 40;
        List<EmittedSpan> spans = [];
        DateTimeOffset begin = TimeProvider.System.GetUtcNow().AddMinutes(-minutesAgo);
        for (int i = 0; i < minutes * PerMinute; i++)
        {
            ulong end = (ulong)begin.AddMinutes((double)i / PerMinute).ToUnixTimeMilliseconds() * 1_000_000;
            ByteString trace = SpanSource.Id(_random, 16);
            Span root = New(trace, "POST /ask", Span.Types.SpanKind.Server, end);
            Span step = New(trace, "search", Span.Types.SpanKind.Internal, end);
            step.ParentSpanId = root.SpanId;
            step.Attributes.Add(SpanSource.Text("tracegap.layer", "retrieval"));
            root.Status = _random.NextDouble() < silentShare ? new Status { Code = Status.Types.StatusCode.Error } : null;
            spans.AddRange([new EmittedSpan("shop", root), new EmittedSpan("shop", step)]);
        }

        return PageServer.SendAsync(server, spans);
    }

    private Span New(ByteString trace, string name, Span.Types.SpanKind kind, ulong end) => new()
    {
        TraceId = trace,
        SpanId = SpanSource.Id(_random, 8),
        Name = name,
        Kind = kind,
        StartTimeUnixNano = end - 10_000_000,
        EndTimeUnixNano = end,
    };

    /// <summary>Answers everything with 204, a connection a request.</summary>
    private async Task TakeAllAsync()
    {
        try
        {
            while (true)
            {
                using TcpClient caller = await _receiver.AcceptTcpClientAsync();
                NetworkStream stream = caller.GetStream();
                byte[] buffer = new byte[64 * 1024];
                int read = await stream.ReadAsync(buffer);
                if (read > 0)
                {
                    await stream.WriteAsync("HTTP/1.1 204 No Content\r\nConnection: close\r\n\r\n"u8.ToArray());
                }
            }
        }
        catch (Exception over) when (over is SocketException or ObjectDisposedException or IOException)
        {
            // The test is over.
        }
    }
}
