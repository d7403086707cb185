using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Costs for people: the bill, the models, and what was done in vain.</summary>
internal static class CostView
{
    private const int Shown = 20;
    private const int ShortestName = 16;

    public static void Write(IAnsiConsole console, CostReport report)
    {
        console.Write(new Text(Cell.Printable(report.Workflow ?? "All workflows"), Palette.Title));
        console.WriteLine();
        console.Write(new Text(
            $"{HeadSection.Window(report.Window)}{Figures.Count(report.Requests.Total)} requests: {Figures.Count(report.Requests.Ok)} ok, {Figures.Count(report.Requests.Failed)} failed · "
            + $"{Figures.Count(report.Tokens.Input)} tokens in, of which {Figures.Count(report.Tokens.CachedInput)} cached, {Figures.Count(report.Tokens.Output)} out",
            Palette.Faint));
        console.WriteLine();
        WriteBill(console, report);
        WriteModels(console, report);
        WriteLayers(console, report);
        WriteRedundant(console, report);
        WriteNotes(console, report);
    }

    private static void WriteBill(IAnsiConsole console, CostReport report)
    {
        if (report.Cost.Total is null)
        {
            return;
        }

        ReportView.Title(console, $"Cost, {report.Currency}");
        TextGrid grid = new(
            Column.Number("total"), Column.Number("a request"), Column.Number("a success"), Column.Number("in failed requests"), Column.Number("thrown away", rank: 2), Column.Number("repeated", rank: 1));
        CostTotals cost = report.Cost;
        grid.Row(
            Figures.Amount(cost.Total),
            Figures.Amount(cost.PerRequest),
            Figures.Amount(cost.PerSuccess),
            Figures.Amount(cost.FailedRequests),
            Figures.Amount(cost.ThrownAway),
            Figures.Amount(cost.Repeated));
        grid.Write(console);
    }

    private static void WriteModels(IAnsiConsole console, CostReport report)
    {
        if (report.Models.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Models");
        TextGrid grid = new(
            Column.Name("model", ShortestName),
            Column.Number("calls"),
            Column.Number("in"),
            Column.Number("cached", rank: 4),
            Column.Number("out"),
            Column.Number("cost"),
            Column.Number("in failed", rank: 2),
            Column.Number("thrown away", rank: 5),
            Column.Number("tokens/s", rank: 3),
            Column.Number("first token p50", rank: 6),
            Column.Number("p99", rank: 6));
        foreach (ModelCost model in report.Models.Take(Shown))
        {
            grid.Row(
                model.Model.Length == 0 ? "(not named)" : model.Model,
                Figures.Count(model.Calls),
                Figures.Count(model.Input),
                Figures.Rare(model.CachedInput),
                Figures.Count(model.Output),
                Figures.Amount(model.Cost),
                Figures.Amount(model.FailedRequestsCost),
                Figures.Amount(model.ThrownAwayCost),
                model.TokensPerSecond is double rate ? Figures.Count((long)Math.Round(rate)) : Figures.Missing,
                Figures.Duration(model.FirstTokenMs.P50),
                Figures.Duration(model.FirstTokenMs.P99));
        }

        grid.Write(console);
        ReportView.More(console, report.Models.Count - Shown, "models");
    }

    // One layer says what the head says.
    private static void WriteLayers(IAnsiConsole console, CostReport report)
    {
        if (report.Layers.Count < 2)
        {
            return;
        }

        ReportView.Title(console, "Layers");
        TextGrid grid = new(Column.Text("layer"), Column.Number("in"), Column.Number("cached", rank: 1), Column.Number("out"), Column.Number("cost"));
        foreach (LayerCost layer in report.Layers)
        {
            grid.Row(LayerText.Shown(layer.Layer), Figures.Count(layer.Input), Figures.Rare(layer.CachedInput), Figures.Count(layer.Output), Figures.Amount(layer.Cost));
        }

        grid.Write(console);
    }

    private static void WriteRedundant(IAnsiConsole console, CostReport report)
    {
        if (report.Redundant.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Done in vain");
        TextGrid grid = new(
            Column.Name("step", ShortestName),
            Column.Text("why"),
            Column.Number("traces", rank: 2),
            Column.Number("times"),
            Column.Number("time"),
            Column.Number("tokens in", rank: 1),
            Column.Number("tokens out", rank: 1));
        foreach (RedundantWork work in report.Redundant.Take(Shown))
        {
            grid.Row(
                work.Step,
                work.Kind == "repeated" ? "same input again" : "thrown away",
                Figures.Count(work.Traces),
                Figures.Count(work.Count),
                Figures.Duration(work.Ms),
                Figures.Rare(work.InputTokens),
                Figures.Rare(work.OutputTokens));
        }

        grid.Write(console);
        ReportView.More(console, report.Redundant.Count - Shown, "rows");
    }

    private static void WriteNotes(IAnsiConsole console, CostReport report)
    {
        if (report.Priced)
        {
            return;
        }

        string models = string.Join(", ", report.Unpriced.Select(static model => model.Length == 0 ? "(not named)" : Cell.Printable(model)));
        ReportView.Title(console, "Notes");
        console.Write(new Padder(
            new Text($"Without a price: {models}.{(report.Cost.Total is null ? "" : " More was spent than the totals say.")} Set Prices:MODEL:Input and Prices:MODEL:Output."),
            new Padding(2, 0, 0, 0)));
    }
}
