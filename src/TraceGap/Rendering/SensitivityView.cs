using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>What each layer and step would buy if it never failed.</summary>
internal static class SensitivityView
{
    private const int MostSteps = 15;
    private const int ShortestName = 24;
    private const int BarWidth = 20;

    public static void Write(IAnsiConsole console, SensitivityReport report)
    {
        console.Write(new Text(
            $"{report.Workflow ?? "all workflows"}: observed {Figures.Percent(report.Observed)}, theoretical {Figures.Percent(report.Theoretical)}", Palette.Title));
        console.WriteLine();
        Write(console, "If a layer never failed", report.Layers);
        Write(console, "If a step never failed", [.. report.Steps.Take(MostSteps)]);
        ReportView.More(console, report.Steps.Count - MostSteps, "steps");
    }

    private static void Write(IAnsiConsole console, string title, IReadOnlyList<Sensitivity> parts)
    {
        if (parts.Count == 0)
        {
            return;
        }

        ReportView.Title(console, title);
        TextGrid grid = new(
            Column.Name("", ShortestName), Column.Number("reliable"), Column.Number("observed"), Column.Number("points"), Column.Number("theoretical", rank: 1),
            Column.Number("points", rank: 1), Column.Bars(BarWidth, rank: 2));
        double most = parts.Max(static part => part.ObservedGain);
        foreach (Sensitivity part in parts)
        {
            grid.Row(
                part.Part == part.Layer ? LayerText.Shown(part.Layer) : part.Part, Figures.Percent(part.Reliability), Figures.Percent(part.Observed), Figures.Points(part.ObservedGain),
                Figures.Percent(part.Theoretical), Figures.Points(part.TheoreticalGain), most > 0 ? Cell.Bar(part.ObservedGain / most) : "");
        }

        grid.Write(console);
    }
}
