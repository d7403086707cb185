using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

/// <summary>Costs against a ledger that was worked out by hand.</summary>
public sealed class CostTests
{
    private static readonly PriceTable Prices = new("EUR",
    [
        KeyValuePair.Create("large*", new ModelPrice(2m, 10m, 0.5m)),
        KeyValuePair.Create("small", new ModelPrice(0.15m, 0.6m, 0.15m)),
    ]);

    [Fact]
    public void Tokens_times_prices_are_the_bill()
    {
        CostReport report = Build(
            Trace(ok: true, Contributions.Usage("large-1", 2, 1000, 100, cached: 400), Contributions.Usage("small", 1, 2000, 50)),
            Trace(ok: true, Contributions.Usage("large-1", 1, 500, 10, repeated: new TokenSums(500, 10, 0, 500))),
            Trace(ok: false, Contributions.Usage("large-1", 1, 300, 20, thrownAway: new TokenSums(200, 0, 0, 200))));

        // large-1: fresh 600 + 500 + 300, cached 400, out 130, thrown away 200. small: 2000 and 50.
        decimal large = ((1400 * 2m) + (400 * 0.5m) + (130 * 10m) + (200 * 2m)) / 1_000_000;
        decimal small = ((2000 * 0.15m) + (50 * 0.6m)) / 1_000_000;
        decimal total = large + small;
        Assert.Equal(("EUR", true), (report.Currency, report.Priced));
        Assert.Equal(new RequestCounts(3, 2, 1), report.Requests);
        Assert.Equal(new TokenTotals(3800, 180, 400), report.Tokens);
        Assert.Equal(total, report.Cost.Total);
        Assert.Equal(Math.Round(total / 3, 12), report.Cost.PerRequest);
        Assert.Equal(total / 2, report.Cost.PerSuccess);
        Assert.Equal((((300 + 200) * 2m) + (20 * 10m)) / 1_000_000, report.Cost.FailedRequests);
        Assert.Equal(200 * 2m / 1_000_000, report.Cost.ThrownAway);
        Assert.Equal(((500 * 2m) + (10 * 10m)) / 1_000_000, report.Cost.Repeated);
        Assert.Equal([("large-1", 4L, (decimal?)large), ("small", 1, small)], report.Models.Select(static model => (model.Model, model.Calls, model.Cost)));
        Assert.Equal([("inference", 3800L, 180L, 400L, (decimal?)total)], report.Layers.Select(static layer => (layer.Layer, layer.Input, layer.Output, layer.CachedInput, layer.Cost)));
    }

    [Fact]
    public void Models_without_a_price_are_named_and_totals_are_of_the_others()
    {
        CostReport report = Build(Trace(ok: true, Contributions.Usage("small", 1, 1_000_000, 0), Contributions.Usage("mystery", 2, 10, 10), Contributions.Usage("", 3, 1, 1)));

        Assert.False(report.Priced);
        Assert.Equal(["", "mystery"], report.Unpriced);
        Assert.Equal(0.15m, report.Cost.Total);
        Assert.Equal([null, null, 0.15m], report.Models.Select(static model => model.Cost));
    }

    [Fact]
    public void Without_prices_nothing_has_a_cost_and_tokens_are_there()
    {
        CostReport report = CostBuilder.Build(Input([Trace(ok: true, Contributions.Usage("m", 1, 10, 2))]), PriceTable.Empty);

        Assert.Equal(new CostTotals(null, null, null, null, null, null), report.Cost);
        Assert.Equal(("USD", false, 10L), (report.Currency, report.Priced, report.Tokens.Input));
    }

    [Fact]
    public void Without_a_success_there_is_no_cost_of_one() => Assert.Equal(
        (0.15m, 0.15m, null, 0.15m),
        Build(Trace(ok: false, Contributions.Usage("small", 1, 1_000_000, 0))).Cost is var cost ? (cost.Total, cost.PerRequest, cost.PerSuccess, cost.FailedRequests) : default);

    [Fact]
    public void Speed_is_output_over_the_time_of_calls_that_made_some_and_first_tokens_have_quantiles()
    {
        ModelCost model = Assert.Single(Build(Trace(ok: true, Contributions.Usage("small", 4, 100, 20, firstTokens: [1_000_000, 2_000_000, 4_000_000]))).Models);

        Assert.Equal(20 / 0.004, model.TokensPerSecond!.Value, 6);
        Assert.InRange(model.FirstTokenMs.P50!.Value, 2 / 1.012, 2 * 1.012);
        Assert.InRange(model.FirstTokenMs.P99!.Value, 4 / 1.012, 4 * 1.012);
        Assert.Null(Assert.Single(Build(Trace(ok: true, new ModelUsage(new ModelKey("small", Layer.Inference), 1, default, default, default, 0, []))).Models).TokensPerSecond);
    }

    [Fact]
    public void Redundant_work_is_listed_by_how_often_it_was_done()
    {
        StepKey tool = SimulatedRun.Key("tool");
        StepKey chat = SimulatedRun.Key("model");
        TraceContribution[] traces =
        [
            WithWaste(new StepWaste(new WasteKey(tool, WasteKind.ThrownAway), 1, 5_000_000, 0, 0)),
            WithWaste(new StepWaste(new WasteKey(tool, WasteKind.ThrownAway), 1, 6_500_000, 0, 0), new StepWaste(new WasteKey(chat, WasteKind.Repeated), 3, 1_000_000, 70, 7)),
        ];

        Assert.Equal(
            [new RedundantWork(chat.Text, "repeated", 1, 3, 1, 70, 7), new RedundantWork(tool.Text, "thrown_away", 2, 2, 11.5, 0, 0)],
            Build(traces).Redundant);
    }

    [Fact]
    public void Of_too_many_models_those_with_fewest_calls_are_others_and_all_of_them_are_paid()
    {
        ModelUsage[] many = [.. Enumerable.Range(0, 60).Select(static number => Contributions.Usage($"large {number:00}", 100 - number, 1_000_000, 0))];
        CostReport report = Build(Trace(ok: true, many));

        Assert.Equal(CostBuilder.MaxModels + 1, report.Models.Count);
        Assert.Equal((ModelKey.Other, 455L, 20m), (report.Models[^1].Model, report.Models[^1].Calls, report.Models[^1].Cost));
        Assert.Equal(120m, report.Cost.Total);
        Assert.Equal(report.Tokens.Input, report.Models.Sum(static model => model.Input));
    }

    [Fact]
    public void The_tokens_of_models_and_layers_are_those_of_the_report()
    {
        TraceContribution[] traces = [.. Enumerable.Range(0, 50).Select(static number => Trace(
            ok: number % 3 > 0, Contributions.Usage($"m{number % 4}", 1, number * 7, number, thrownAway: new TokenSums(9, 9, 0, 9))))];
        CostReport costs = Build(traces);
        LayerReport layer = Contributions.Report(traces).Layers.Single(static layer => layer.Layer == "inference");

        Assert.Equal((layer.Tokens.Input, layer.Tokens.Output), (costs.Models.Sum(static model => model.Input), costs.Models.Sum(static model => model.Output)));
        Assert.Equal((layer.Tokens.Input, layer.Tokens.Output), (costs.Layers.Sum(static entry => entry.Input), costs.Layers.Sum(static entry => entry.Output)));
    }

    [Fact]
    public void Neither_the_order_of_traces_nor_how_they_are_cut_into_cells_matters()
    {
        TraceContribution[] traces = [.. Enumerable.Range(0, 40).Select(static number => Trace(ok: number % 3 > 0, Contributions.Usage($"large {number % 7}", 1, number, number, firstTokens: number)))];
        string expected = ReportJson.Write(Build(traces));
        for (int seed = 0; seed < 10; seed++)
        {
            TraceContribution[] shuffled = [.. traces];
            new Random(seed).Shuffle(shuffled);
            Assert.Equal(expected, ReportJson.Write(CostBuilder.Build(new ReportInput { Cells = [.. Contributions.Cells(shuffled[..seed]), .. Contributions.Cells(shuffled[seed..])] }, Prices)));
        }
    }

    [Theory]
    [InlineData("gpt-4o-mini-2024-07-18", 1)]
    [InlineData("GPT-4o", 2)]
    [InlineData("gpt-4o-2024-11-20", 2)]
    [InlineData("ft:gpt-4o:org", 4)]
    [InlineData("claude", null)]
    public void The_glob_with_most_letters_of_its_own_has_the_price(string model, int? input)
    {
        PriceTable table = new("USD", new[] { "gpt-4o-mini*", "gpt-4o*", "gpt*", "ft:*", "?:other" }.Select(static (glob, number) =>
            KeyValuePair.Create(glob, new ModelPrice(number + 1, 0, 0))));
        Assert.Equal(input, (int?)table.Find(model)?.Input);
    }

    [Fact]
    public void The_json_is_this() => Assert.Equal(
        """
        {"window":{"from":null,"to":null},"workflow":null,"currency":"EUR","priced":false,"unpriced":["x"],"requests":{"total":1,"ok":1,"failed":0},
        "tokens":{"input":3000001,"output":1,"cachedInput":0},"cost":{"total":0.45,"perRequest":0.45,"perSuccess":0.45,"failedRequests":0,"thrownAway":0,"repeated":0},
        "layers":[{"layer":"inference","input":3000001,"output":1,"cachedInput":0,"cost":0.45}],
        "models":[{"model":"small","calls":1,"input":3000000,"output":0,"cachedInput":0,"cost":0.45,"failedRequestsCost":0,"thrownAwayCost":0,"tokensPerSecond":0,
        "firstTokenMs":{"p50":null,"p95":null,"p99":null}},
        {"model":"x","calls":1,"input":1,"output":1,"cachedInput":0,"cost":null,"failedRequestsCost":null,"thrownAwayCost":null,"tokensPerSecond":1000,
        "firstTokenMs":{"p50":null,"p95":null,"p99":null}}],
        "redundant":[]}
        """.ReplaceLineEndings(""),
        ReportJson.Write(Build(Trace(ok: true, Contributions.Usage("small", 1, 3_000_000, 0), Contributions.Usage("x", 1, 1, 1)))));

    private static CostReport Build(params TraceContribution[] traces) => CostBuilder.Build(Input(traces), Prices);

    private static ReportInput Input(TraceContribution[] traces) => new() { Cells = Contributions.Cells(traces) };

    private static TraceContribution Trace(bool ok, params ModelUsage[] models)
    {
        SimulatedRun run = new SimulatedRun().Step("model", ok);
        return Contributions.Trace(run.Ends(ok ? TraceOutcome.Ok : TraceOutcome.Failed), models: models);
    }

    private static TraceContribution WithWaste(params StepWaste[] waste) => Contributions.Trace(new SimulatedRun().Step("model").Ends(TraceOutcome.Ok), waste: waste);
}
