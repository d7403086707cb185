using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Google.Protobuf;
using Microsoft.Playwright;
using TraceGap.Demo;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>A server in a process of its own that the demo's agents have sent to over OTLP/gRPC, and a browser; shared by the tests of the page, and not there where the browser is not.</summary>
public sealed class PageServer : IAsyncLifetime
{
    /// <summary>No rate over so many lies between two figures of one decimal, where languages round differently.</summary>
    private const int Requests = 387;
    private const int PerSecond = 200;

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-page-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;
    private ServerProcess? _server;

    internal IBrowser Browser => _browser!;

    internal Uri Http => _server!.Http;

    /// <summary>Where screenshots of the views are kept.</summary>
    internal static string Screenshots { get; } = Directory.CreateDirectory(Path.Combine(AppContext.BaseDirectory, "screenshots")).FullName;

    public async Task InitializeAsync()
    {
        if (PeerPaths.Problem(Peer.Browser) is not null)
        {
            return;
        }

        _playwright = await Playwright.CreateAsync();
        _browser = await _playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = PeerPaths.Chromium, Args = ["--no-sandbox"] });
        _server = await ServerProcess.StartAsync(Path.Combine(_folder, "data"), ("PRICES__large__INPUT", "2.5"), ("PRICES__large__OUTPUT", "10"));
        await SendAgentsAsync(_server, seed: 11, Requests);
        await UntilTracesAsync(_server.Http, Requests);
    }

    public async Task DisposeAsync()
    {
        await (_browser?.DisposeAsync() ?? ValueTask.CompletedTask);
        _playwright?.Dispose();
        _server?.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    internal Task<PageVisit> VisitAsync(ColorScheme colors = ColorScheme.Light, int width = 1360) => PageVisit.OpenAsync(Browser, Http, colors, width);

    /// <summary>An answer of the query API.</summary>
    internal async Task<JsonNode> AskAsync(string path)
    {
        using HttpClient client = new();
        return JsonNode.Parse(await client.GetStringAsync(new Uri(Http, $"/api/v1/{path}")))!;
    }

    /// <summary>The answer to a what-if question.</summary>
    internal async Task<JsonNode> AskWhatIfAsync(string window, string changes)
    {
        using HttpClient client = new();
        using StringContent question = new(changes, Encoding.UTF8, "application/json");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(Http, $"/api/v1/whatif?{window}"), question);
        return JsonNode.Parse(await answer.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
    }

    /// <summary>A window that does not move, around all that was sent.</summary>
    internal async Task<string> ClosedWindowAsync()
    {
        JsonNode window = (await AskAsync("report"))["window"]!;
        return $"from={window["from"]!.GetValue<DateTime>():yyyy-MM-ddTHH:mm:ss.000Z}&to={window["to"]!.GetValue<DateTime>().AddMinutes(1):yyyy-MM-ddTHH:mm:ss.000Z}";
    }

    /// <summary>Waits until the minute is over in which requests ended: load is told of whole minutes.</summary>
    internal Task UntilLoadIsKnownAsync() => Poll.UntilAsync(
        async client => JsonNode.Parse(await client.GetStringAsync(new Uri(Http, "/api/v1/concurrency")))!["maxInFlight"] is not null,
        () => "no whole minute has requests");

    /// <summary>The same, compared with itself.</summary>
    internal async Task<string> SameTwiceAsync()
    {
        string window = await ClosedWindowAsync();
        return $"{window}&{window.Replace("from=", "againstFrom=", StringComparison.Ordinal).Replace("to=", "againstTo=", StringComparison.Ordinal)}";
    }

    /// <summary>Lets the demo's agents answer requests.</summary>
    internal static async Task SendAgentsAsync(ServerProcess server, ulong seed, int requests)
    {
        ExportCounts counts = new();
        using AgentServices services = new(() => AgentServices.Batched(new CountingOtlpExporter(server.OtlpGrpc, counts)));
        await new AgentLoad(services, new Injection(seed), new Ledger()).RunAsync(requests, PerSecond, static _ => { }, CancellationToken.None);
        Assert.True(services.Flush(TimeSpan.FromSeconds(30)));
        Assert.Equal(0, counts.FailedSpans);
    }

    /// <summary>Sends spans over OTLP/HTTP.</summary>
    internal static async Task SendAsync(ServerProcess server, IEnumerable<EmittedSpan> spans)
    {
        using HttpClient client = new();
        using ByteArrayContent body = new(SpanSource.Request(spans).ToByteArray());
        body.Headers.ContentType = new MediaTypeHeaderValue("application/x-protobuf");
        using HttpResponseMessage answer = await client.PostAsync(new Uri(server.OtlpHttp, "/v1/traces"), body);
        answer.EnsureSuccessStatusCode();
    }

    internal static Task UntilTracesAsync(Uri http, int traces) => Poll.UntilAsync(
        async client => JsonNode.Parse(await client.GetStringAsync(new Uri(http, "/api/v1/report")))!["traces"]!["total"]!.GetValue<int>() >= traces,
        () => "the traces did not arrive");
}
