using Spectre.Console;
using TraceGap.Aggregation;
using TraceGap.Rendering;

namespace TraceGap.Demo;

/// <summary>The report beside the truth, for people.</summary>
internal static class TruthView
{
    private static readonly string[] Measures = ["steps", "attempts", "own failures", "recovered"];

    /// <summary>Writes the comparison.</summary>
    /// <returns>True if every count is the truth.</returns>
    public static bool Write(IAnsiConsole console, IReadOnlyList<CountCheck> counts, IReadOnlyList<EstimateCheck> estimates)
    {
        ReportView.Title(console, "What the agents really did, and what the report says");
        WriteWhole(console, counts);
        ReportView.Title(console, "By layer");
        WriteLayers(console, counts);
        ReportView.Title(console, "What was injected, and what the report estimates");
        WriteEstimates(console, estimates);
        console.WriteLine();
        WriteMismatches(console, counts);
        return WriteVerdict(console, counts, estimates);
    }

    private static void WriteWhole(IAnsiConsole console, IReadOnlyList<CountCheck> counts)
    {
        TextGrid grid = new(Column.Text(""), Column.Number("truth"), Column.Number("report"), Column.Text(""));
        foreach (CountCheck check in counts.Where(static check => check.Group == TruthCheck.Whole))
        {
            grid.Row(check.What, Figures.Count(check.Truth), new Cell(Figures.Count(check.Reported), StyleOf(check.Holds)), Tick(check.Holds));
        }

        grid.Write(console);
    }

    private static void WriteLayers(IAnsiConsole console, IReadOnlyList<CountCheck> counts)
    {
        TextGrid grid = new([Column.Text("layer"), .. Measures.Select(static measure => Column.Number(measure))]);
        foreach (string layer in Enum.GetValues<Layer>().Select(LayerNames.Shown))
        {
            CountCheck[] row = [.. counts.Where(check => check.Group == layer)];
            if (row.Length > 0)
            {
                grid.Row([layer, .. Measures.Select(measure => CountCell(row.Single(check => check.What == measure)))]);
            }
        }

        grid.Write(console);
    }

    private static void WriteEstimates(IAnsiConsole console, IReadOnlyList<EstimateCheck> estimates)
    {
        TextGrid grid = new(Column.Text(""), Column.Number("truth"), Column.Number("report"), Column.Number("95 % interval"), Column.Text(""));
        foreach (EstimateCheck check in estimates)
        {
            (string truth, string reported, string interval) = check.IsDifference
                ? (Figures.Points(check.Truth) + "  ", Figures.Points(check.Reported) + "  ", Figures.PointsInterval(check.Low, check.High) + "  ")
                : (Figures.Percent(check.Truth), Figures.Percent(check.Reported), Figures.Interval(check.Low, check.High));
            grid.Row(check.What, truth, reported, interval, Tick(check.Holds));
        }

        grid.Write(console);
    }

    private static void WriteMismatches(IAnsiConsole console, IReadOnlyList<CountCheck> counts)
    {
        foreach (CountCheck check in counts.Where(static check => !check.Holds))
        {
            console.Write(new Text($"{check.Group}, {check.What}: truth {Figures.Count(check.Truth)}, report {Figures.Count(check.Reported)}", Palette.Bad));
            console.WriteLine();
        }
    }

    private static bool WriteVerdict(IAnsiConsole console, IReadOnlyList<CountCheck> counts, IReadOnlyList<EstimateCheck> estimates)
    {
        int equal = counts.Count(static check => check.Holds);
        bool all = equal == counts.Count;
        int inside = estimates.Count(static check => check.Holds);
        console.Write(new Text($"{equal} of {counts.Count} counts, by layer and by step, equal the truth.", StyleOf(all)));
        console.Write(new Text($" {inside} of {estimates.Count} intervals hold it (of 95 % intervals, one in twenty does not)."));
        console.WriteLine();
        return all;
    }

    private static Cell CountCell(CountCheck check) =>
        new(check.Holds ? $"{Figures.Count(check.Truth)} ✓" : $"{Figures.Count(check.Truth)} ≠ {Figures.Count(check.Reported)}", check.Holds ? null : Palette.Bad);

    private static Cell Tick(bool holds) => new(holds ? "✓" : "✗", holds ? Palette.Good : Palette.Bad);

    private static Style StyleOf(bool holds) => holds ? Palette.Good : Palette.Bad;
}
