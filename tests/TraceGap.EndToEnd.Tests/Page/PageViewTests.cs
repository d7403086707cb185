using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.Playwright;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using static Microsoft.Playwright.Assertions;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>The views of the page in a real browser, over what the demo's agents sent.</summary>
public sealed class PageViewTests(PageServer server) : IClassFixture<PageServer>
{
    private const string OneTrace = "TRACE";
    private const string SameTwice = "SAME TWICE";

    [PeerTheory(Peer.Browser)]
    [InlineData("overview", "/", "Where the gap comes from")]
    [InlineData("overview-kinds", "/?attribution=kind&chart=latency", "Where the time goes")]
    [InlineData("workflows", "/workflows", "gateway/POST /ask")]
    [InlineData("layers", "/layers", "tool call")]
    [InlineData("steps", "/steps", "retrieval handbook")]
    [InlineData("failures", "/failures", "index_unavailable")]
    [InlineData("traces", "/traces?outcome=failed", "gateway/POST /ask")]
    [InlineData("traces-search", "/traces?layer=retrieval&errorType=index_unavailable&maxDuration=1m&attribute=service.name%3Dgateway&attribute=gen_ai.operation.name%3Dretrieval", "index_unavailable")]
    [InlineData("trace", OneTrace, "own failure")]
    [InlineData("what-if", """/what-if?changes={"scale":[{"layer":"inference","factor":0.85}],"retry":[{"step":"retrieval handbook","attempts":2}]}""", "Where the time would go")]
    [InlineData("costs", "/costs", "In series without need")]
    [InlineData("concurrency", "/concurrency", "Latency against requests in flight")]
    [InlineData("dependence", "/dependence", "What trying again gained")]
    [InlineData("compare", SameTwice, "What changed")]
    [InlineData("alerts", "/alerts", "Rules and silences")]
    public async Task A_view_is_whole_accessible_and_quiet_in_the_light_and_in_the_dark_on_a_phone(string name, string path, string shown)
    {
        path = path == OneTrace ? $"/traces/{await FailedTraceAsync()}" : path == SameTwice ? $"/compare?{await server.SameTwiceAsync()}" : path;
        if (name == "concurrency")
        {
            await server.UntilLoadIsKnownAsync();
        }

        foreach ((ColorScheme colors, int width) in ((ColorScheme, int)[])[(ColorScheme.Light, 1360), (ColorScheme.Dark, 390)])
        {
            await using PageVisit visit = await server.VisitAsync(colors, width);
            await visit.GoAsync(path);
            await Expect(visit.Tab.Locator("main")).ToContainTextAsync(shown);
            await UntilDrawnAsync(visit.Tab);
            await visit.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PageServer.Screenshots, $"{name}-{colors}-{width}.png"), FullPage = true });

            Assert.Equal("", await visit.BarriersAsync());
            Assert.True(await visit.Tab.EvaluateAsync<bool>("document.documentElement.scrollWidth <= document.documentElement.clientWidth"), $"{name} is wider than {width}");
            Assert.Empty(visit.Troubles);
        }
    }

    [PeerFact(Peer.Browser)]
    public async Task Figures_on_the_page_are_those_of_the_api()
    {
        string window = await server.ClosedWindowAsync();
        JsonNode report = await server.AskAsync($"report?{window}");
        JsonNode reliability = report["reliability"]!;
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/?{window}");

        await Expect(visit.Tab.Locator("[data-figure=observed]")).ToHaveTextAsync(Percent(reliability["observed"]!["value"]));
        await Expect(visit.Tab.Locator("[data-figure=theoretical]")).ToHaveTextAsync(Percent(reliability["theoretical"]!["value"]));
        await Expect(visit.Tab.Locator("[data-figure=divergence]")).ToContainTextAsync(Unsigned(reliability["divergence"]!["value"]));
        await Expect(visit.Tab.Locator("h1")).ToHaveTextAsync($"{Percent(reliability["perStepMean"])} parts, {Percent(reliability["observed"]!["value"])} whole");

        JsonNode quality = await server.AskAsync($"quality?{window}");
        Assert.Equal(200, quality["traces"]!.GetValue<int>());
        int orphans = quality["defects"]!.AsArray().Where(static defect => defect!["kind"]!.GetValue<string>() == "orphan").Sum(static defect => defect!["traces"]!.GetValue<int>());
        await Expect(visit.Tab.GetByRole(AriaRole.Region, new() { Name = "How good the traces are" })).ToContainTextAsync(new Regex($"Spans without their parent\\s*{orphans}\\s*of the latest 200"));

        await visit.GoAsync($"/steps?{window}&sort=operation");
        string[] rows = [.. (await visit.Tab.Locator("tbody tr").AllInnerTextsAsync()).Select(static row => row.Replace("\u202f", "", StringComparison.Ordinal))];
        JsonArray steps = report["steps"]!.AsArray();
        Assert.Equal(steps.Count, rows.Length);
        Assert.All(steps, step => Assert.Contains(
            rows,
            row => row.Contains(step!["operation"]!.GetValue<string>(), StringComparison.Ordinal) && row.Contains($"{step["executions"]}", StringComparison.Ordinal) && row.Contains(Percent(step["reliability"]!["value"]), StringComparison.Ordinal)));
    }

    [PeerFact(Peer.Browser)]
    public async Task From_the_gap_to_a_failing_span_it_is_three_clicks()
    {
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync("/");

        await visit.Tab.GetByRole(AriaRole.Link, new() { Name = "retrieval", Exact = true }).ClickAsync();
        await visit.Tab.GetByLabel("own failures of retrieval handbook").ClickAsync();
        await visit.Tab.Locator("tbody a:has(code)").First.ClickAsync();

        ILocator chosen = visit.Tab.Locator("[role=row][aria-selected=true]");
        await Expect(chosen).ToContainTextAsync("own failure");
        await Expect(visit.Tab.GetByRole(AriaRole.Complementary)).ToContainTextAsync("index_unavailable");
        await Expect(visit.Tab.Locator(".failure")).ToContainTextAsync("retrieval handbook");
        Assert.Empty(visit.Troubles);
    }

    [PeerTheory(Peer.Browser)]
    [InlineData("/steps?window=15m&layer=tool_call&sort=-p99")]
    [InlineData("/failures?window=6h&layer=retrieval")]
    [InlineData("/traces?outcome=failed&layer=retrieval&minDuration=1ms")]
    [InlineData("/traces?step=silent&maxDuration=1m")]
    [InlineData("/traces?errorType=index_unavailable&attribute=service.name%3Dgateway&attribute=gen_ai.operation.name%3Dretrieval")]
    [InlineData("/?chart=traffic&attribution=kind&workflow=gateway%2FPOST+%2Fask")]
    public async Task An_address_reproduces_its_view(string path)
    {
        await using PageVisit first = await server.VisitAsync();
        await first.GoAsync(path);
        await UntilDrawnAsync(first.Tab);
        await first.Tab.GetByRole(AriaRole.Link, new() { Name = "Layers", Exact = true }).ClickAsync();
        await Expect(first.Tab.GetByRole(AriaRole.Heading, new() { Name = "Layers" })).ToBeVisibleAsync();
        await first.Tab.GoBackAsync();
        await UntilDrawnAsync(first.Tab);
        Assert.EndsWith(path, first.Tab.Url, StringComparison.Ordinal);

        await using PageVisit second = await server.VisitAsync();
        await second.Tab.GotoAsync(first.Tab.Url);
        await UntilDrawnAsync(second.Tab);
        const string Pressed = "[...document.querySelectorAll('[aria-pressed=true]:not(.live),[aria-sort]:not([aria-sort=none]),[aria-current]')].map(one => one.textContent).join('|') + [...document.querySelectorAll('select, input')].map(one => one.value) + [...document.querySelectorAll('.chips')].map(one => one.innerText)";
        Assert.Equal(await first.Tab.EvaluateAsync<string>(Pressed), await second.Tab.EvaluateAsync<string>(Pressed));
        Assert.Empty(first.Troubles.Concat(second.Troubles));
    }

    [PeerFact(Peer.Browser)]
    public async Task A_search_finds_the_same_on_the_page_in_the_api_and_by_the_command()
    {
        string window = await server.ClosedWindowAsync();
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/traces?{window}");
        await UntilDrawnAsync(visit.Tab);
        await visit.Tab.GetByLabel("Outcome").SelectOptionAsync("failed");
        await visit.Tab.GetByLabel("Error type").SelectOptionAsync("index_unavailable");
        await visit.Tab.GetByLabel("at most").FillAsync("1m");
        await visit.Tab.GetByLabel("at most").PressAsync("Enter");
        await visit.Tab.GetByLabel("Failed in").FocusAsync();
        foreach (string attribute in (string[])["service.name=gateway", "gen_ai.operation.name=retrieval"])
        {
            await visit.Tab.Locator("h2").First.ClickAsync();
            await visit.Tab.Keyboard.PressAsync("/");
            await visit.Tab.Keyboard.TypeAsync(attribute);
            await visit.Tab.Keyboard.PressAsync("Enter");
            await Expect(visit.Tab.GetByRole(AriaRole.Button, new() { Name = $"Remove the filter {attribute}" })).ToBeVisibleAsync();
        }

        await UntilDrawnAsync(visit.Tab);
        Uri address = new(visit.Tab.Url);
        Assert.Contains("attribute=service.name%3Dgateway&attribute=gen_ai.operation.name%3Dretrieval", address.Query, StringComparison.Ordinal);
        string[] asked = await IdsAsync($"traces{address.Query}&limit=1000");
        Assert.NotEmpty(asked);
        Assert.Equal((await IdsAsync($"traces?{window}&outcome=failed&errorType=index_unavailable&limit=1000")).Length, asked.Length);
        await Expect(visit.Tab.Locator("a.trace")).ToHaveCountAsync(Math.Min(50, asked.Length));
        Assert.Equal(asked.Take(50).Select(static id => $"/traces/{id}"), await visit.Tab.EvaluateAsync<string[]>("[...document.querySelectorAll('a.trace')].map(one => one.pathname)"));

        CommandRun command = await CommandRun.OfAsync(
            "traces", "--url", server.Http.AbsoluteUri, "--window", "1h", "--outcome", "failed", "--error-type", "index_unavailable", "--max-duration", "1m",
            "--attribute", "service.name=gateway", "--attribute", "gen_ai.operation.name=retrieval", "--limit", "1000", "--json");
        Assert.True(command.ExitCode == 0, command.Errors);
        Assert.Equal(asked, Ids(JsonNode.Parse(command.Output)!));

        await visit.Tab.GetByRole(AriaRole.Button, new() { Name = "Remove all" }).ClickAsync();
        await Expect(visit.Tab.Locator(".chips")).ToHaveCountAsync(0);
        await visit.GoAsync($"/traces?{window}&attribute=gen_ai.operation.name%3Dnone");
        await Expect(visit.Tab.Locator("main")).ToContainTextAsync("No such traces in this window.");
        Assert.Empty(visit.Troubles);

        async Task<string[]> IdsAsync(string path) => Ids(await server.AskAsync(path));

        static string[] Ids(JsonNode list) => [.. list["traces"]!.AsArray().Select(static trace => trace!["traceId"]!.GetValue<string>())];
    }

    [PeerTheory(Peer.Browser)]
    [InlineData("workflows", "workflow", "observed")]
    [InlineData("layers", "layer", "reliability")]
    [InlineData("steps", "step", "reliability")]
    public async Task Every_row_of_a_grid_has_lines_of_how_it_went(string view, string by, string metric)
    {
        string window = await server.ClosedWindowAsync();
        JsonArray series = (await server.AskAsync($"timeseries?{window}&by={by}&metric={metric}"))["series"]!.AsArray();
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/{view}?{window}");
        await UntilDrawnAsync(visit.Tab);

        await Expect(visit.Tab.Locator("tbody tr")).ToHaveCountAsync(series.Count);
        await Expect(visit.Tab.Locator("tbody svg[role=img]:has(path, circle)")).ToHaveCountAsync(2 * series.Count);
        double last = 100 * series[0]!["value"]!.AsArray().Last(static value => value is not null)!.GetValue<double>();
        string label = await visit.Tab.Locator("tbody svg[role=img]").First.GetAttributeAsync("aria-label") ?? "";
        Assert.Contains(["F1", "F2", "F3", "F4"], digits => label.EndsWith($", last {last.ToString(digits, CultureInfo.InvariantCulture)} %", StringComparison.Ordinal));
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task What_is_exported_can_be_read_again()
    {
        string window = await server.ClosedWindowAsync();
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/?{window}");
        await UntilDrawnAsync(visit.Tab);

        JsonNode report = JsonNode.Parse(await DownloadAsync(visit.Tab, "Download report as JSON"))!;
        Assert.True(JsonNode.DeepEquals((await server.AskAsync($"report?{window}"))["reliability"], report["reliability"]));
        byte[] png = await DownloadAsync(visit.Tab, "Download decomposition as PNG");
        Assert.Equal([0x89, .. "PNG"u8], png[..4]);
        Assert.InRange(png.Length, 5_000, 1_000_000);
        string[] lines = System.Text.Encoding.UTF8.GetString(await DownloadAsync(visit.Tab, "Download over-time as CSV")).TrimEnd().Split("\r\n");
        Assert.Equal("time,traces,observed,observed.low,observed.high,theoretical,theoretical.low,theoretical.high", lines[0]);
        Assert.All(lines, static line => Assert.Equal(8, line.Split(',').Length));
        Assert.Equal(report["traces"]!["ok"]!.GetValue<int>() + report["traces"]!["failed"]!.GetValue<int>(), lines[1..].Sum(static line => int.Parse(line.Split(',')[1], CultureInfo.InvariantCulture)));
    }

    [PeerFact(Peer.Browser)]
    public async Task What_a_chart_shows_is_a_table_too()
    {
        string window = await server.ClosedWindowAsync();
        JsonNode decomposition = (await server.AskAsync($"report?{window}"))["reliability"]!["decomposition"]!;
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/?{window}");
        foreach (string panel in (string[])["Observed against theoretical", "Where the gap comes from", "Where the time goes"])
        {
            await visit.Tab.GetByRole(AriaRole.Region, new() { Name = panel }).First.GetByRole(AriaRole.Button, new() { Name = "Table" }).ClickAsync();
        }

        await Expect(visit.Tab.GetByRole(AriaRole.Row, new() { Name = "Silent" })).ToContainTextAsync($"−{Unsigned(decomposition["silent"])} pp");
        await Expect(visit.Tab.GetByRole(AriaRole.Row, new() { Name = "Recovered" })).ToContainTextAsync($"+{Unsigned(decomposition["recovered"])} pp");
        Assert.Equal("", await visit.BarriersAsync());
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task A_trace_can_be_walked_by_keys()
    {
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/traces/{await FailedTraceAsync()}");
        ILocator tree = visit.Tab.GetByRole(AriaRole.Treegrid);
        ILocator chosen = visit.Tab.Locator("[role=row][aria-selected=true]");

        await tree.PressAsync("Home");
        await Expect(chosen).ToHaveAttributeAsync("aria-level", "1");
        int rows = await visit.Tab.GetByRole(AriaRole.Row).CountAsync();
        await tree.PressAsync("ArrowLeft");
        await Expect(chosen).ToHaveAttributeAsync("aria-expanded", "false");
        Assert.Equal(1, await visit.Tab.GetByRole(AriaRole.Row).CountAsync());
        await tree.PressAsync("ArrowRight");
        await Expect(visit.Tab.GetByRole(AriaRole.Row)).ToHaveCountAsync(rows);
        await tree.PressAsync("f");
        await Expect(chosen).ToContainTextAsync("own failure");
        Assert.Equal(await chosen.GetAttributeAsync("id"), await tree.GetAttributeAsync("aria-activedescendant"));
    }

    /// <summary>Everything asked for is there, and charts have been drawn.</summary>
    internal static async Task UntilDrawnAsync(IPage tab)
    {
        await Expect(tab.GetByText("Loading…")).ToHaveCountAsync(0);
        await Expect(tab.Locator(".chart:not(:has(canvas)), .plot:not(:has(canvas))")).ToHaveCountAsync(0);
    }

    internal static async Task<byte[]> DownloadAsync(IPage tab, string button)
    {
        IDownload download = await tab.RunAndWaitForDownloadAsync(() => tab.GetByLabel(button).ClickAsync());
        return await File.ReadAllBytesAsync(await download.PathAsync());
    }

    /// <summary>A failure of a step, with the trace that is its example.</summary>
    private async Task<string> FailedTraceAsync() => (await server.AskAsync("report"))["failures"]!.AsArray()
        .First(static failure => failure!["errorType"]!.GetValue<string>() == "index_unavailable")!["exampleTraceId"]!.GetValue<string>();

    internal static string Percent(JsonNode? value) => $"{(value!.GetValue<double>() * 100).ToString("F1", CultureInfo.InvariantCulture)} %";

    private static string Unsigned(JsonNode? value) => Math.Abs(value!.GetValue<double>() * 100).ToString("F1", CultureInfo.InvariantCulture);
}
