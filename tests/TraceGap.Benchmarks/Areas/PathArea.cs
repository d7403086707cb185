using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;

namespace TraceGap.Benchmarks.Areas;

/// <summary>The whole path, from the socket to the durable rollup, against the same host reading and discarding the same bytes; and how its cost depends on the size of traces.</summary>
internal static class PathArea
{
    private const double Budget = 2.5;
    private const double FlatBudget = 1.5;
    private const int WarmUpSpans = 2_000_000;

    private static readonly TrafficShape Usual = new(10, 100);

    private static readonly TrafficShape[] Variants =
    [
        Usual, Usual with { Calls = 1 }, new(10, 1_000), new(10, 100, IsGzip: true), new(10, 1_000, IsGzip: true),
        new(10, 100, Transport: Transport.Http), new(10, 100, IsGzip: true, Transport.Http),
    ];

    /// <summary>Requests of several sizes, plain and compressed.</summary>
    public static async Task<Section> RunAsync(BenchmarkArguments arguments)
    {
        TrafficShape chosen = new(
            arguments.SpansPerTrace ?? Usual.SpansPerTrace,
            arguments.SpansPerRequest ?? Usual.SpansPerRequest,
            arguments.Has("gzip"),
            arguments.Has("http") ? Transport.Http : Transport.Grpc,
            arguments.Number("calls") ?? Usual.Calls);
        TrafficShape[] shapes = arguments.Quick || chosen != Usual ? [chosen] : Variants;
        List<PathRound>[] results = await RoundsAsync(arguments, shapes);
        Table table = NewTable("whole path");
        List<Figure> figures = [];
        foreach ((TrafficShape shape, List<PathRound> rounds) in shapes.Zip(results))
        {
            Spread ratio = Spread.Of(rounds.Select(static it => it.Ratio));
            AddRow(table, shape, rounds, ratio);
            figures.Add(new Figure($"whole path against discarding, {shape}", ratio, "×", Budget));
            figures.Add(new Figure($"whole path, allocated, {shape}", Spread.Of(rounds.Select(static it => it.Server.AllocatedBytes)), "bytes/span", null));
        }

        const string Method = "User and system time of the server's process per span, from the first byte until every trace is analysed and committed, which the report must show then, against the same host that reads, decompresses and discards the same requests (eight calls at once unless said otherwise, over two connections with gRPC, over eight with HTTP). Each round sends the same requests to the one, then to the other.";
        return new Section("Whole path", Method, table, figures);
    }

    /// <summary>Traces from 1 to 10,000 spans, each sent within one quiet period.</summary>
    public static async Task<Section> FlatAsync(BenchmarkArguments arguments)
    {
        TrafficShape[] shapes = [.. new[] { 1, 10, 100, 10_000 }.Select(static spans => new TrafficShape(spans, 100))];
        List<PathRound>[] results = await RoundsAsync(arguments, shapes);
        Table table = NewTable("size of traces");
        List<Figure> figures = [];
        double[] cheapest = [.. Enumerable.Range(0, results[0].Count).Select(round => results.Min(rounds => rounds[round].Server.CpuMicros))];
        foreach ((TrafficShape shape, List<PathRound> rounds) in shapes.Zip(results))
        {
            Spread ratio = Spread.Of(rounds.Zip(cheapest, static (it, least) => it.Server.CpuMicros / least));
            AddRow(table, shape, rounds, ratio);
            figures.Add(new Figure($"cost per span against the cheapest size of traces, {shape.SpansPerTrace:N0} spans/trace", ratio, "×", FlatBudget));
        }

        const string Method = "As for the whole path; the ratio is to the cheapest of the four sizes in the same round.";
        return new Section("Size of traces", Method, table, figures);
    }

    /// <summary>Warms up, then runs the shapes in turn, so that a slow moment of the machine falls on all of them.</summary>
    private static async Task<List<PathRound>[]> RoundsAsync(BenchmarkArguments arguments, TrafficShape[] shapes)
    {
        int spans = arguments.Spans ?? 100_000;
        int rounds = arguments.Rounds ?? (arguments.Quick ? 3 : 5);
        await using PathRounds path = await PathRounds.StartAsync();
        Console.Error.WriteLine($"server: process {path.Server.Id}; baseline: process {path.Discard.Id}");
        await path.RoundAsync(new AgentTraffic(Usual, seed: 0), arguments.Quick ? 2 * spans : WarmUpSpans);
        await path.WarmUpReportAsync();
        AgentTraffic[] traffic = [.. shapes.Select(static (shape, i) => new AgentTraffic(shape, seed: i + 1))];
        List<PathRound>[] results = [.. shapes.Select(static _ => new List<PathRound>())];
        for (int round = -1; round < rounds; round++)
        {
            for (int i = 0; i < shapes.Length; i++)
            {
                PathRound result = await path.RoundAsync(traffic[i], spans);
                if (round >= 0)
                {
                    results[i].Add(result);
                }
            }
        }

        return results;
    }

    private static Table NewTable(string name) =>
        new(name, "wire bytes/span", "server µs/span", "discard µs/span", "ratio", "server allocated/span", "discard allocated/span");

    private static void AddRow(Table table, TrafficShape shape, List<PathRound> rounds, Spread ratio) => table.Add(
        shape.ToString(),
        Spread.Of(rounds.Select(static it => it.WireBytes)).Median.ToString("0"),
        Spread.Of(rounds.Select(static it => it.Server.CpuMicros)).Text(),
        Spread.Of(rounds.Select(static it => it.Discard.CpuMicros)).Text(),
        ratio.Text(),
        Spread.Of(rounds.Select(static it => it.Server.AllocatedBytes)).Median.ToString("0"),
        Spread.Of(rounds.Select(static it => it.Discard.AllocatedBytes)).Median.ToString("0"));
}
