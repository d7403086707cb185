using System.Text.Json.Nodes;
using Microsoft.Playwright;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using static Microsoft.Playwright.Assertions;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>The page from the first start on, on servers of its own.</summary>
public sealed class PageLiveTests : IAsyncLifetime
{
    private const string QueryToken = "query-cccc";
    private const int ManySpans = 10_000;

    /// <summary>More than any view needs, however busy the machine: a limit only ends a test that would hang.</summary>
    private static readonly LocatorAssertionsToContainTextOptions Patiently = new() { Timeout = 60_000 };

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-page-live-").FullName;
    private IPlaywright? _playwright;
    private IBrowser? _browser;

    public async Task InitializeAsync()
    {
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
        Directory.Delete(_folder, recursive: true);
    }

    [PeerFact(Peer.Browser)]
    public async Task The_first_page_says_how_to_send_and_what_it_says_works_as_pasted()
    {
        using ServerProcess server = await StartAsync();
        await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http);
        await visit.GoAsync("/");
        await Expect(visit.Tab.GetByText("Waiting for the first span")).ToBeVisibleAsync();
        await Expect(visit.Tab.Locator("pre")).ToContainTextAsync($"endpoint: {server.OtlpGrpc.Authority}");
        await visit.Tab.EvaluateAsync("window.isTheSameDocument = true");
        await visit.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PageServer.Screenshots, "first-run.png") });
        Assert.Equal("", await visit.BarriersAsync());

        await visit.Tab.GetByRole(AriaRole.Tab, new() { Name = "curl" }).ClickAsync();
        await PeerRun.OutputAsync(PeerPaths.Shell, "-c", await visit.Tab.Locator("pre").InnerTextAsync());

        await Expect(visit.Tab.Locator("main")).ToContainTextAsync("1 finished trace", Patiently);
        Assert.True(await visit.Tab.EvaluateAsync<bool>("window.isTheSameDocument"));
        await PageServer.SendAgentsAsync(server, seed: 3, requests: 40);
        await Expect(visit.Tab.Locator("main")).ToContainTextAsync("41 finished traces", Patiently);
        Assert.True(await visit.Tab.EvaluateAsync<bool>("window.isTheSameDocument"));
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task Where_tokens_are_set_the_page_asks_for_one_and_keeps_it_for_the_tab()
    {
        using ServerProcess server = await StartAsync(("TOKENS__QUERY", QueryToken));
        await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http);
        await visit.GoAsync("/steps");
        ILocator field = visit.Tab.GetByLabel("Query token");

        await Expect(field).ToBeVisibleAsync();
        Assert.Equal("", await visit.BarriersAsync());
        await field.FillAsync("guess");
        await field.PressAsync("Enter");
        await Expect(visit.Tab.GetByRole(AriaRole.Alert)).ToBeVisibleAsync();
        await field.FillAsync(QueryToken);
        await field.PressAsync("Enter");
        await Expect(visit.Tab.GetByRole(AriaRole.Heading, new() { Name = "Steps" })).ToBeVisibleAsync();
        await visit.Tab.ReloadAsync();
        await Expect(visit.Tab.GetByRole(AriaRole.Heading, new() { Name = "Steps" })).ToBeVisibleAsync();
        await visit.Tab.GetByRole(AriaRole.Button, new() { Name = "Sign out" }).ClickAsync();
        await Expect(field).ToBeVisibleAsync();

        // What was refused is told in the browser's console; nothing else may be.
        visit.Forget(static trouble => trouble.Contains("401", StringComparison.Ordinal));
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task Text_of_spans_is_shown_and_never_runs()
    {
        string[] attacks =
        [
            "<img src=x onerror=\"window.isHit=1;alert(1)\">",
            "\"><script>window.isHit=1</script>",
            "javascript:window.isHit=1//=HYPERLINK(\"http://elsewhere.example\")",
            "{{constructor.constructor('window.isHit=1')()}}\u202egnp.\u0000'`${window.isHit=1}`",
        ];
        using ServerProcess server = await StartAsync();
        (string TraceId, List<EmittedSpan> Spans)[] traces = [.. attacks.Select(PageTraces.Hostile)];
        await PageServer.SendAsync(server, traces.SelectMany(static trace => trace.Spans));
        await PageServer.UntilTracesAsync(server.Http, attacks.Length);
        await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http);

        (string View, string[] Shown)[] views =
        [
            ("/", attacks), ("/workflows", attacks), ("/layers", ["tool call"]), ("/steps", attacks), ("/failures", attacks), ("/traces", attacks),
            ("/what-if?changes=" + Uri.EscapeDataString("""{"remove":[{"step":"<img src=x onerror='window.isHit=1'>"}]}"""), [.. attacks, "<img src"]), ("/costs", ["tokens"]),
            ("/concurrency", ["requests"]), ("/dependence", ["tried again"]), ("/compare", ["no finished request"]), ("/alerts", ["No alert is firing"]),
            .. traces.Zip(attacks, static (trace, text) => ($"/traces/{trace.TraceId}", new[] { text })),
        ];
        foreach ((string view, string[] shown) in views)
        {
            await visit.GoAsync(view);
            foreach (string text in shown)
            {
                await Expect(visit.Tab.Locator("main")).ToContainTextAsync(text[..Math.Min(8, text.Length)], Patiently);
            }

            Assert.True(await visit.Tab.EvaluateAsync<bool>("window.isHit === undefined"));
            Assert.Equal(0, await visit.Tab.Locator("img, iframe, main script").CountAsync());
            Assert.True(await visit.Tab.EvaluateAsync<bool>("[...document.links].every(link => link.origin === location.origin)"));
            Assert.Empty(visit.Troubles);
        }
    }

    [PeerFact(Peer.Browser)]
    public async Task What_is_promised_stands_on_the_overview_of_its_workflow()
    {
        const string Filter = "workflow=shop%2FPOST+%2Fsolve";
        using ServerProcess server = await StartAsync(("OBJECTIVES__SOLVE__MATCH", "shop/*"), ("OBJECTIVES__SOLVE__RELIABILITY", "0.6"));
        await PageServer.SendAsync(server, PageTraces.Tries(40));
        JsonNode report = new JsonObject();
        await Poll.UntilAsync(
            async client => (report = JsonNode.Parse(await client.GetStringAsync(new Uri(server.Http, $"/api/v1/report?{Filter}")))!)["objective"]?["observed"] is not null,
            () => "the objective has no figures");
        await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http);
        await visit.GoAsync($"/?{Filter}");

        await Expect(visit.Tab.Locator("[data-figure='objective.observed']")).ToHaveTextAsync(PageViewTests.Percent(report["objective"]!["observed"]));
        await Expect(visit.Tab.Locator("[data-figure='objective.left']")).ToHaveTextAsync(PageViewTests.Percent(report["objective"]!["errorBudgetRemaining"]));
        ILocator tries = visit.Tab.GetByRole(AriaRole.Table, new() { Name = "pass^k" }).Locator("tbody tr");
        await Expect(tries).ToHaveCountAsync(8);
        await Expect(tries.Nth(1)).ToContainTextAsync(PageViewTests.Percent(report["reliability"]!["passK"]![1]!["value"]));
        Assert.Equal("", await visit.BarriersAsync());
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task A_trace_of_ten_thousand_spans_can_be_scrolled_to_its_end()
    {
        using ServerProcess server = await StartAsync();
        (string traceId, List<EmittedSpan> spans) = PageTraces.Long(ManySpans);
        await PageServer.SendAsync(server, spans);
        await PageServer.UntilTracesAsync(server.Http, 1);
        await using PageVisit visit = await PageVisit.OpenAsync(_browser!, server.Http);
        await visit.GoAsync($"/traces/{traceId}");
        ILocator tree = visit.Tab.GetByRole(AriaRole.Treegrid);
        await Expect(tree).ToHaveAttributeAsync("aria-rowcount", $"{ManySpans}", new() { Timeout = 60_000 });

        // What is not seen is not in the document.
        Assert.InRange(await visit.Tab.GetByRole(AriaRole.Row).CountAsync(), 10, 150);
        await tree.PressAsync("End");
        await Expect(visit.Tab.Locator("[role=row][aria-selected=true]")).ToContainTextAsync($"tool {ManySpans - 1}");
        Assert.InRange(await visit.Tab.GetByRole(AriaRole.Row).CountAsync(), 10, 150);
        await visit.Tab.GetByPlaceholder("Find by name").FillAsync("agent 5001");
        await Expect(tree).ToHaveAttributeAsync("aria-rowcount", "1");
        await visit.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PageServer.Screenshots, "trace-10000.png") });
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.PageTools)]
    public async Task The_pages_own_tests_and_types_are_in_order()
    {
        await PeerRun.OutputAsync("npm", "--prefix", PeerPaths.PageFolder, "run", "--silent", "check");
        Assert.Contains("passed", await PeerRun.OutputAsync("npm", "--prefix", PeerPaths.PageFolder, "test", "--", "--reporter=dot"), StringComparison.Ordinal);
    }

    private Task<ServerProcess> StartAsync(params (string, string)[] settings) => ServerProcess.StartAsync(Path.Combine(_folder, Guid.NewGuid().ToString("n")), settings);
}
