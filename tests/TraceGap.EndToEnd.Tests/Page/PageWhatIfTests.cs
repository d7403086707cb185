using System.Globalization;
using System.Text.Json.Nodes;
using Microsoft.Playwright;
using TraceGap.EndToEnd.Tests.Peers;
using static Microsoft.Playwright.Assertions;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>Changes that are tried on the page.</summary>
public sealed class PageWhatIfTests(PageServer server) : IClassFixture<PageServer>
{
    private const string Changes =
        """{"scale":[{"layer":"inference","factor":0.5}],"retry":[{"step":"agents/retrieval/retrieval handbook","attempts":2}]}""";

    [PeerFact(Peer.Browser)]
    public async Task Figures_before_and_after_are_those_of_the_api_and_an_export_holds_question_and_answer()
    {
        string window = await server.ClosedWindowAsync();
        JsonNode answer = await server.AskWhatIfAsync(window, Changes);
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/what-if?{window}&changes={Uri.EscapeDataString(Changes)}");

        JsonNode observed = answer["reliability"]!["observed"]!;
        await Expect(Figure(visit, "observed.before")).ToHaveTextAsync(PageViewTests.Percent(observed["before"]!["value"]));
        await Expect(Figure(visit, "observed.after")).ToHaveTextAsync(PageViewTests.Percent(observed["after"]!["value"]));
        await Expect(Figure(visit, "theoretical.after")).ToHaveTextAsync(PageViewTests.Percent(answer["reliability"]!["theoretical"]!["after"]!["value"]));
        await Expect(Figure(visit, "mean.change")).ToHaveTextAsync($"−{PageViewTests.Percent(answer["latency"]!["gain"]!["mean"]!["value"])}");
        await Expect(visit.Tab.GetByText($"Latency is replayed from all {answer["sampled"]!["of"]} traces")).ToBeVisibleAsync();
        await Expect(visit.Tab.GetByLabel("Tries of retrieval handbook")).ToHaveValueAsync("2");

        JsonNode export = JsonNode.Parse(await PageViewTests.DownloadAsync(visit.Tab, "Download what-if as JSON"))!;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(Changes), export["question"]));
        Assert.True(JsonNode.DeepEquals(answer, export["answer"]));
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task A_slider_that_is_moved_by_keys_asks_once_when_it_rests_and_the_address_reproduces_what_it_shows()
    {
        await using PageVisit visit = await server.VisitAsync();
        List<string> asked = [];
        visit.Tab.Request += (_, request) =>
        {
            if (request.Url.Contains("/api/v1/whatif", StringComparison.Ordinal))
            {
                asked.Add(request.PostData ?? "");
            }
        };
        await visit.Tab.Clock.InstallAsync();
        await visit.GoAsync($"/what-if?{await server.ClosedWindowAsync()}");
        await Expect(Figure(visit, "p50.change")).ToHaveTextAsync("±0.0 %");
        await PageViewTests.UntilDrawnAsync(visit.Tab);
        await visit.Tab.Clock.PauseAtAsync(TimeProvider.System.GetUtcNow().UtcDateTime.AddMinutes(1));
        asked.Clear();

        ILocator slider = visit.Tab.GetByLabel("Computing time of inference");
        for (int press = 0; press < 10; press++)
        {
            await slider.PressAsync("ArrowLeft");
        }

        await Expect(slider).ToHaveAttributeAsync("aria-valuetext", "50 % less");
        Assert.Empty(asked);
        await visit.Tab.Clock.RunForAsync(1_000);
        await visit.Tab.Clock.ResumeAsync();
        await Expect(Figure(visit, "mean.change")).ToContainTextAsync("−");
        Assert.Equal(["""{"scale":[{"layer":"inference","factor":0.5}]}"""], asked);

        string shown = await Figure(visit, "p50.after").InnerTextAsync();
        await visit.Tab.ReloadAsync();
        await Expect(slider).ToHaveValueAsync("0.5");
        await Expect(Figure(visit, "p50.after")).ToHaveTextAsync(shown);
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task A_question_that_another_one_supersedes_is_cancelled()
    {
        await using PageVisit visit = await server.VisitAsync();
        TaskCompletionSource cancelled = new();
        visit.Tab.RequestFailed += (_, request) =>
        {
            if (request.PostData == """{"retry":[{"layer":"retrieval","attempts":2}]}""")
            {
                cancelled.TrySetResult();
            }
        };
        // The first of the two is never answered.
        await visit.Tab.RouteAsync("**/api/v1/whatif*", route => route.Request.PostData?.Contains("\"attempts\":2", StringComparison.Ordinal) == true ? Task.CompletedTask : route.ContinueAsync());
        await visit.GoAsync("/what-if");
        Task held = visit.Tab.WaitForRequestAsync(static request => request.PostData?.Contains("\"attempts\":2", StringComparison.Ordinal) == true);
        await visit.Tab.GetByLabel("Tries of retrieval", new() { Exact = true }).SelectOptionAsync("2");
        await held;
        await visit.Tab.GetByLabel("Tries of retrieval", new() { Exact = true }).SelectOptionAsync("3");

        await cancelled.Task.WaitAsync(TimeSpan.FromSeconds(60));
        await Expect(Figure(visit, "observed.change")).ToContainTextAsync("+");
    }

    [PeerFact(Peer.Browser)]
    public async Task What_is_suggested_is_one_click_away_and_everything_can_be_taken_back()
    {
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync("/what-if");
        ILocator tab = visit.Tab.Locator("main");

        await visit.Tab.GetByRole(AriaRole.Checkbox, new() { Name = "invoke_agent researcher, invoke_agent analyst, invoke_agent clerk" }).CheckAsync();
        await visit.Tab.GetByRole(AriaRole.Button, new() { Name = "Try retrieval handbook twice" }).ClickAsync();
        await Expect(Figure(visit, "mean.change")).ToContainTextAsync("−");
        await Expect(Figure(visit, "observed.change")).ToContainTextAsync("+");
        await Expect(visit.Tab.GetByLabel("Tries of retrieval handbook")).ToHaveValueAsync("2");
        await visit.Tab.GetByLabel("Change a step or a model").SelectOptionAsync("model:large");
        await visit.Tab.GetByLabel("Computing time of large").FillAsync("2");
        await visit.Tab.GetByLabel("Change a step or a model").SelectOptionAsync("step:agents/assembly/assemble answer");
        await visit.Tab.GetByRole(AriaRole.Switch, new() { Name = "Leave out assemble answer" }).CheckAsync();
        await visit.Tab.GetByLabel("Fallback of tool call").SelectOptionAsync("0.95");
        await visit.Tab.WaitForURLAsync(static url => url.Contains("fallback", StringComparison.Ordinal));
        JsonNode changes = JsonNode.Parse(System.Web.HttpUtility.ParseQueryString(new Uri(visit.Tab.Url).Query)["changes"]!)!;
        Assert.Equal("""[{"model":"large","factor":2}]""", changes["scale"]!.ToJsonString());
        Assert.Equal("""[{"step":"agents/assembly/assemble answer"}]""", changes["remove"]!.ToJsonString());
        Assert.Equal("""[{"layer":"tool_call","reliability":0.95}]""", changes["fallback"]!.ToJsonString());
        Assert.Equal(3, changes["parallelize"]![0]!["children"]!.AsArray().Count);

        await visit.Tab.GetByRole(AriaRole.Button, new() { Name = "As it is" }).ClickAsync();
        await Expect(Figure(visit, "p50.change")).ToHaveTextAsync("±0.0 %");
        Assert.DoesNotContain("changes", visit.Tab.Url, StringComparison.Ordinal);
        await Expect(tab).Not.ToContainTextAsync("cannot be read");
        await visit.GoAsync("/what-if?changes={");
        await Expect(tab).ToContainTextAsync("cannot be read");
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task Costs_loads_and_comparisons_are_those_of_the_api()
    {
        string window = await server.ClosedWindowAsync();
        JsonNode costs = await server.AskAsync($"costs?{window}");
        await using PageVisit visit = await server.VisitAsync();
        await visit.GoAsync($"/costs?{window}");
        foreach (string figure in (string[])["total", "perRequest", "perSuccess", "failedRequests", "thrownAway"])
        {
            await Expect(Figure(visit, figure)).ToHaveTextAsync(Money(costs["cost"]![figure]));
        }

        await Expect(visit.Tab.Locator("main")).ToContainTextAsync("1 model without a price");
        string large = (await visit.Tab.GetByRole(AriaRole.Row, new() { Name = "large" }).InnerTextAsync()).Replace("\u202f", "", StringComparison.Ordinal);
        Assert.Contains($"{costs["models"]![0]!["input"]}", large, StringComparison.Ordinal);
        Assert.Contains(Money(costs["models"]![0]!["cost"]), large, StringComparison.Ordinal);
        await visit.Tab.GetByRole(AriaRole.Link, new() { Name = "Try invoke_agent researcher, invoke_agent analyst, invoke_agent clerk together in What-if" }).ClickAsync();
        await Expect(Figure(visit, "mean.change")).ToContainTextAsync("−");

        await server.UntilLoadIsKnownAsync();
        JsonNode load = await server.AskAsync($"concurrency?{window}");
        await visit.GoAsync($"/concurrency?{window}");
        await Expect(Figure(visit, "maxInFlight")).ToHaveTextAsync(load["maxInFlight"]!.GetValue<double>().ToString("G3", CultureInfo.InvariantCulture));

        string twice = await server.SameTwiceAsync();
        JsonNode comparison = await server.AskAsync($"compare?{twice}");
        await visit.GoAsync($"/compare?{twice}");
        await Expect(Figure(visit, "observed.before")).ToHaveTextAsync(PageViewTests.Percent(comparison["reliability"]!["observed"]!["before"]));
        await Expect(Figure(visit, "coordinationShare.after")).ToHaveTextAsync(PageViewTests.Percent(comparison["latency"]!["coordinationShare"]!["after"]));
        Assert.Equal(comparison["steps"]!.AsArray().Count, await visit.Tab.GetByRole(AriaRole.Table, new() { Name = "Changes of steps" }).Locator("tbody tr").CountAsync());

        JsonNode dependence = await server.AskAsync($"dependence?{window}");
        await visit.GoAsync($"/dependence?{window}");
        string[] hazards = (await PageTextAsync(visit, "Download hazard as CSV")).TrimEnd().Split("\r\n");
        Assert.Equal(dependence["hazard"]!.AsArray().Count, hazards.Length - 1);
        Assert.Empty(visit.Troubles);
    }

    [PeerFact(Peer.Browser)]
    public async Task Versions_and_environments_that_a_window_has_are_offered_to_compare_with_and_chosen_by_the_keyboard()
    {
        string window = await server.ClosedWindowAsync();
        JsonNode filters = await server.AskAsync($"filters?{window}");
        Assert.Equal(["1.0.0"], filters["versions"]!.AsArray().Select(static version => version!.GetValue<string>()));
        Assert.Equal(["demo"], filters["environments"]!.AsArray().Select(static environment => environment!.GetValue<string>()));
        await using PageVisit visit = await server.VisitAsync();
        foreach ((string kind, string name) in ((string, string)[])[("version", "1.0.0"), ("environment", "demo")])
        {
            await visit.GoAsync($"/compare?{window}");
            await visit.Tab.GetByRole(AriaRole.Form, new() { Name = "Compare with" }).GetByRole(AriaRole.Combobox).First.SelectOptionAsync(kind);
            ILocator other = visit.Tab.Locator("select[name=other]");
            await Expect(other.Locator("option:not([disabled])")).ToHaveTextAsync([name]);
            await Expect(visit.Tab.Locator("select[name=own] option")).ToHaveTextAsync(["All", name]);
            Assert.Equal("", await visit.BarriersAsync());
            await visit.Tab.ScreenshotAsync(new PageScreenshotOptions { Path = Path.Combine(PageServer.Screenshots, $"compare-choose-{kind}.png") });

            await other.FocusAsync();
            await visit.Tab.Keyboard.PressAsync("ArrowDown");
            await visit.Tab.Keyboard.PressAsync("Tab");
            await visit.Tab.Keyboard.PressAsync("Enter");
            await Expect(visit.Tab.GetByLabel("Sides")).ToContainTextAsync($"{kind} {name}");
            Assert.Contains($"against{char.ToUpperInvariant(kind[0])}{kind[1..]}={name}", visit.Tab.Url, StringComparison.Ordinal);
        }

        Assert.Empty(visit.Troubles);
    }

    private static ILocator Figure(PageVisit visit, string name) => visit.Tab.Locator($"[data-figure='{name}']");

    private static async Task<string> PageTextAsync(PageVisit visit, string button) => System.Text.Encoding.UTF8.GetString(await PageViewTests.DownloadAsync(visit.Tab, button));

    /// <summary>Two decimals, or as many more as show three digits of a small amount.</summary>
    private static string Money(JsonNode? value)
    {
        if (value is null)
        {
            return "–";
        }

        double amount = value.GetValue<double>();
        int decimals = amount is 0 or >= 1 ? 2 : 2 - (int)Math.Floor(Math.Log10(amount));
        return $"{amount.ToString($"F{decimals}", CultureInfo.InvariantCulture)} USD";
    }
}
