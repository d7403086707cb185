using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Makes the report on costs of rollup cells. Pure: equal cells and prices give the same report, whatever the order of the cells.</summary>
public static class CostBuilder
{
    /// <summary>Most models of a report, and most names without a price: names come from outside.</summary>
    public const int MaxModels = 50;

    /// <summary>Most rows of redundant work.</summary>
    public const int MaxRedundant = 100;

    /// <summary>What of the cells is looked at.</summary>
    public const RollupParts Parts = RollupParts.Details;

    /// <summary>The costs of a workflow, or of all.</summary>
    public static CostReport Build(ReportInput input, PriceTable prices)
    {
        WindowSelection selection = new(new WindowGroups(input.Cells), input.Workflow);
        WorkSums work = new();
        TraceTotals traces = new();
        foreach (RollupCell cell in selection.Cells)
        {
            work.Merge(cell.Work);
            traces.Add(cell.Outcomes);
        }

        PricedModel[] models = Models(work, prices);
        TraceCounts counts = traces.ToCounts(revised: 0);
        RequestCounts requests = new(counts.Ok + counts.Failed + counts.Unknown, counts.Ok, counts.Failed);
        string[] unpriced = [.. models.Where(static model => model.Price is null).Select(static model => model.Model)];
        TokenSums tokens = models.Aggregate(default(TokenSums), static (sum, model) => sum + model.Cell.Tokens);
        return new CostReport(
            new ReportWindow(EventTime.Utc(input.FromUnixNanos), EventTime.Utc(input.ToUnixNanos)),
            input.Workflow,
            prices.Currency,
            unpriced.Length == 0,
            unpriced.Length > MaxModels ? unpriced[..MaxModels] : unpriced,
            requests,
            new TokenTotals(tokens.Input, tokens.Output, tokens.CachedInput),
            Totals(models, requests),
            Layers(work, prices),
            Bounded(models),
            Redundant(work));
    }

    private static PricedModel[] Models(WorkSums work, PriceTable prices) =>
    [
        .. work.Models.GroupBy(static entry => entry.Key.Model, static entry => entry.Value)
            .Select(model => new PricedModel(model.Key, Merged(model), prices.Find(model.Key)))
            .OrderByDescending(static model => model.Cell.Calls)
            .ThenBy(static model => model.Model, StringComparer.Ordinal),
    ];

    private static CostTotals Totals(PricedModel[] models, RequestCounts requests)
    {
        decimal? total = Money.Sum(models.Select(static model => model.Total));
        return new CostTotals(
            Money.Shown(total),
            Money.Each(total, requests.Total),
            Money.Each(total, requests.Ok),
            Money.Shown(Money.Sum(models.Select(static model => model.Failed))),
            Money.Shown(Money.Sum(models.Select(static model => model.ThrownAway))),
            Money.Shown(Money.Sum(models.Select(static model => model.Repeated))));
    }

    private static LayerCost[] Layers(WorkSums work, PriceTable prices) =>
    [
        .. work.Models.GroupBy(static entry => entry.Key.Layer)
            .Select(layer =>
            {
                TokenSums tokens = layer.Aggregate(default(TokenSums), static (sum, model) => sum + model.Value.Tokens);
                decimal? cost = Money.Sum(layer.Select(model => new PricedModel(model.Key.Model, model.Value, prices.Find(model.Key.Model)).Total));
                return new LayerCost(LayerNames.Of(layer.Key), tokens.Input, tokens.Output, tokens.CachedInput, Money.Shown(cost));
            })
            .OrderByDescending(static layer => (Int128)layer.Input + layer.Output)
            .ThenBy(static layer => layer.Layer, StringComparer.Ordinal),
    ];

    private static ModelCost[] Bounded(PricedModel[] models)
    {
        if (models.Length <= MaxModels)
        {
            return Array.ConvertAll(models, ToReport);
        }

        PricedModel[] rest = models[MaxModels..];
        bool arePriced = Array.TrueForAll(rest, static model => model.Price is not null);
        ModelCost other = ToReport(new PricedModel(ModelKey.Other, Merged(rest.Select(static model => model.Cell)), Price: null)) with
        {
            Cost = arePriced ? Money.Shown(Money.Sum(rest.Select(static model => model.Total))) : null,
            FailedRequestsCost = arePriced ? Money.Shown(Money.Sum(rest.Select(static model => model.Failed))) : null,
            ThrownAwayCost = arePriced ? Money.Shown(Money.Sum(rest.Select(static model => model.ThrownAway))) : null,
        };
        return [.. models[..MaxModels].Select(ToReport), other];
    }

    private static ModelCost ToReport(PricedModel model)
    {
        ModelCell cell = model.Cell;
        return new ModelCost(
            model.Model,
            cell.Calls,
            cell.Tokens.Input,
            cell.Tokens.Output,
            cell.Tokens.CachedInput,
            Money.Shown(model.Total),
            Money.Shown(model.Failed),
            Money.Shown(model.ThrownAway),
            cell.OutputNanos > 0 ? cell.Tokens.Output / ((double)cell.OutputNanos / LatencyUnits.NanosPerSecond) : null,
            new StepQuantiles(
                LatencyUnits.Milliseconds(cell.FirstToken, 50), LatencyUnits.Milliseconds(cell.FirstToken, 95), LatencyUnits.Milliseconds(cell.FirstToken, 99)));
    }

    private static RedundantWork[] Redundant(WorkSums work) =>
    [
        .. work.Waste
            .OrderByDescending(static waste => waste.Value.Count)
            .ThenBy(static waste => waste.Key)
            .Take(MaxRedundant)
            .Select(static waste => new RedundantWork(
                waste.Key.Step.Text,
                waste.Key.Kind == WasteKind.Repeated ? "repeated" : "thrown_away",
                waste.Value.Traces,
                waste.Value.Count,
                (double)waste.Value.Nanos / LatencyUnits.NanosPerMillisecond,
                waste.Value.Input,
                waste.Value.Output)),
    ];

    private static ModelCell Merged(IEnumerable<ModelCell> cells)
    {
        ModelCell sum = new();
        foreach (ModelCell cell in cells)
        {
            sum.Merge(cell);
        }

        return sum;
    }
}
