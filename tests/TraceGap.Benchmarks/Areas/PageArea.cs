using System.Diagnostics;
using System.Text.Json;
using Microsoft.Playwright;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;

namespace TraceGap.Benchmarks.Areas;

/// <summary>What the page costs in a browser: the overview with many traces behind it, and a trace of many spans.</summary>
internal static class PageArea
{
    private const string Chromium = "/usr/bin/chromium";
    private const double InteractiveBudgetMilliseconds = 1000;
    private const int Workflows = 20;
    private const int TracesPerDay = 10_000_000;
    private const int Spans = 10_000;

    private static readonly string[] Windows = ["1h", "24h"];

    /// <summary>What views ask the server for, with the parameters that they ask with.</summary>
    private static readonly string[] Calls =
    [
        "report", "filters", "workflows", "timeseries?metric=observed,theoretical", "timeseries?metric=p50,p95,p99", "timeseries?metric=ok,failed", "quality", "traces", "costs",
        "timeseries?by=workflow&metric=observed,p95", "timeseries?by=layer&metric=reliability,share", "timeseries?by=step&metric=reliability,durationMs.p95", "sensitivity", "dependence", "concurrency", "compare",
    ];

    private static readonly string[] Views = ["workflows", "layers", "steps", "failures", "traces", "costs", "alerts", "compare", "what-if", "dependence", "concurrency"];

    /// <summary>Measures the overview, and a large trace.</summary>
    public static async Task<Section> RunAsync(BenchmarkArguments arguments)
    {
        int rounds = arguments.Rounds ?? 7;
        await using FilledServer filled = await FilledServer.StartAsync(Workflows, TracesPerDay, arguments);
        string traceId = await SendTraceAsync(filled.Server);
        Uri page = filled.Server.Addresses.Http!;
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await LaunchAsync(playwright);

        Table table = new("in the browser", "ms");
        List<Figure> figures = [];
        foreach (string window in Windows)
        {
            (double[] first, Spread[] overview) = await MeasureAsync(browser, new Uri(page, $"/?window={window}"), BrowserScripts.Overview, rounds);
            table.Add($"overview of {window}: the server's answer", overview[0].Text("0"));
            table.Add($"overview of {window}: headline drawn after it", overview[1].Text("0"));
            table.Add($"overview of {window}: figures and charts drawn after it", overview[2].Text("0"));
            table.Add($"overview of {window}: interactive after it", overview[3].Text("0"));
            table.Add($"overview of {window}: all answers there and shown after it", overview[4].Text("0"));
            table.Add($"overview of {window}, when it is opened for the first time: interactive after the answer", $"{first[3]:0}");
            figures.Add(new Figure($"overview of {window}, {filled.Traces:N0} traces behind it, opened for the first time: interactive after the answer", Spread.Of([first[3]]), "ms", InteractiveBudgetMilliseconds));
            figures.Add(new Figure($"overview of {window}, {filled.Traces:N0} traces behind it: interactive after the answer", overview[3], "ms", InteractiveBudgetMilliseconds));
        }

        (_, Spread[] trace) = await MeasureAsync(browser, new Uri(page, $"/traces/{traceId}"), BrowserScripts.Trace, rounds);
        table.Add($"trace of {Spans:N0} spans: the server's answer", trace[0].Text("0"));
        table.Add($"trace of {Spans:N0} spans: first paint after it", trace[1].Text("0"));
        table.Add($"trace of {Spans:N0} spans, scrolled: median frame", trace[2].Text("0.0"));
        table.Add($"trace of {Spans:N0} spans, scrolled: frame at p95", trace[3].Text("0.0"));
        table.Add($"trace of {Spans:N0} spans, scrolled: longest task over 50 ms, 0 if none", trace[4].Text("0"));
        figures.Add(new Figure($"trace of {Spans:N0} spans: first paint after the answer", trace[1], "ms", InteractiveBudgetMilliseconds));
        figures.Add(new Figure($"trace of {Spans:N0} spans: frame while scrolling, p95", trace[3], "ms", null));

        string method = $"Debian's Chromium, headless, 1360 × 900, a new profile each round; {filled.Traces:N0} traces of {Workflows} workflows are in the store. The answer is that to the question for the report or the trace: from the first question to its last byte. Drawn: the first frame after that with figures and charts, or rows. Interactive: from there on no task takes over 50 ms for half a second. Scrolled: from the first span to the last, in 120 frames.";
        return new Section("Page", method, table, figures);
    }

    /// <summary>Measures the other views, and what the server's answers cost.</summary>
    public static async Task<Section> ViewsAsync(BenchmarkArguments arguments)
    {
        int rounds = arguments.Rounds ?? 3;
        await using FilledServer filled = await FilledServer.StartAsync(Workflows, TracesPerDay, arguments);
        using IPlaywright playwright = await Playwright.CreateAsync();
        await using IBrowser browser = await LaunchAsync(playwright);

        Table table = new("views, and what the server is asked", "ms");
        foreach (string window in Windows)
        {
            foreach (string view in Views)
            {
                (_, Spread[] shown) = await MeasureAsync(browser, new Uri(filled.Server.Addresses.Http!, $"/{view}?window={window}"), BrowserScripts.View, rounds);
                table.Add($"{view} of {window}: interactive after the address is opened", shown[0].Text("0"));
            }

            foreach (string call in Calls)
            {
                (Spread wall, Spread processor) = await AskAsync(filled.Server, $"/api/v1/{call}{(call.Contains('?', StringComparison.Ordinal) ? '&' : '?')}window={window}", rounds);
                table.Add($"server, {call}, {window}: time · processor time", $"{wall.Text("0")} · {processor.Text("0")}");
            }
        }

        string method = $"Debian's Chromium, headless, 1360 × 900, a new profile each round; {filled.Traces:N0} traces of {Workflows} workflows are in the store. Interactive: once every answer is there and shown, from there on no task takes over 50 ms for half a second; from the start of navigation, the page's own files included. Server: one question at a time, from the question to its last byte, and the processor time of the server's process meanwhile.";
        return new Section("Views", method, table, []);
    }

    private static Task<IBrowser> LaunchAsync(IPlaywright playwright) =>
        playwright.Chromium.LaunchAsync(new BrowserTypeLaunchOptions { ExecutablePath = Chromium, Args = ["--no-sandbox"] });

    /// <summary>Asks the server again and again, the first time to warm up: milliseconds until its answer, and of processor time of its process, whatever else it did meanwhile.</summary>
    private static async Task<(Spread Wall, Spread Processor)> AskAsync(MeasuredProcess server, string question, int rounds)
    {
        using HttpClient client = new() { BaseAddress = server.Addresses.Http };
        List<double> wall = [];
        List<double> processor = [];
        for (int round = -1; round < rounds; round++)
        {
            Cost before = (await server.FiguresAsync()).Cost;
            long started = Stopwatch.GetTimestamp();
            await client.GetByteArrayAsync(new Uri(question, UriKind.Relative));
            double took = Stopwatch.GetElapsedTime(started).TotalMilliseconds;
            double cost = ((await server.FiguresAsync()).Cost - before).CpuMicros / 1000;
            if (round >= 0)
            {
                wall.Add(took);
                processor.Add(cost);
            }
        }

        return (Spread.Of(wall), Spread.Of(processor));
    }

    private static async Task<string> SendTraceAsync(MeasuredProcess server)
    {
        using OtlpSender sender = OtlpSender.For(Transport.Grpc, server.Addresses.OtlpGrpc);
        await sender.SendAsync(new AgentTraffic(new TrafficShape(Spans, 1000), seed: 1).Requests(Spans, Clock.UnixNanos()));
        using HttpClient client = new() { BaseAddress = server.Addresses.Http };
        for (int tries = 0; tries < 600; tries++)
        {
            await Task.Delay(TimeSpan.FromMilliseconds(200));
            using JsonDocument list = JsonDocument.Parse(await client.GetStringAsync("api/v1/traces?limit=1&window=15m"));
            if (list.RootElement.GetProperty("traces").EnumerateArray().FirstOrDefault(static trace => trace.GetProperty("spans").GetInt32() == Spans) is { ValueKind: JsonValueKind.Object } trace)
            {
                return trace.GetProperty("traceId").GetString()!;
            }
        }

        throw new InvalidOperationException($"the trace of {Spans} spans did not arrive");
    }

    /// <summary>Opens an address again and again, and once before that, when code is not compiled and nothing of the answers remembered.</summary>
    private static async Task<(double[] First, Spread[] Then)> MeasureAsync(IBrowser browser, Uri address, string script, int rounds)
    {
        List<double[]> measured = [];
        for (int round = 0; round <= rounds; round++)
        {
            await using IBrowserContext context = await browser.NewContextAsync(new BrowserNewContextOptions { ViewportSize = new ViewportSize { Width = 1360, Height = 900 } });
            IPage tab = await context.NewPageAsync();
            await tab.AddInitScriptAsync(BrowserScripts.Watch);
            await tab.GotoAsync(address.AbsoluteUri);
            measured.Add(await tab.EvaluateAsync<double[]>(script));
        }

        return (measured[0], [.. Enumerable.Range(0, measured[0].Length).Select(figure => Spread.Of(measured.Skip(1).Select(round => round[figure])))]);
    }
}
