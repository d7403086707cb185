using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>How failures hang together: pairs, positions, retries.</summary>
internal static class DependenceView
{
    private const int MostPairs = 12;
    private const int ShortestName = 24;
    private const int BarWidth = 20;

    public static void Write(IAnsiConsole console, DependenceReport report)
    {
        console.Write(new Text($"{report.Workflow ?? "all workflows"}: {Figures.Count(report.Traces)} ok and failed traces", Palette.Title));
        console.WriteLine();
        WritePairs(console, report.Pairs);
        WriteHazard(console, report.Hazard);
        WriteRetries(console, report.Retries);
    }

    private static void WritePairs(IAnsiConsole console, IReadOnlyList<FailurePair> pairs)
    {
        ReportView.Title(console, "Failures that come together");
        if (pairs.Count == 0)
        {
            Faint(console, "No two steps ran and failed often enough to say so.");
            return;
        }

        TextGrid grid = new(
            Column.Name("step", ShortestName), Column.Name("and", ShortestName), Column.Number("both"), Column.Number("by chance"), Column.Number("lift"),
            Column.Number("95 % interval", rank: 1), Column.Text("", rank: 2));
        foreach (FailurePair pair in pairs.Take(MostPairs))
        {
            grid.Row(
                pair.Step, pair.Other, Number(pair.Both), Number(pair.Expected), $"{Number(pair.Lift)} ×", $"{Number(pair.Low)} – {Number(pair.High)}", pair.Significant ? "significant" : "");
        }

        grid.Write(console);
        ReportView.More(console, pairs.Count - MostPairs, "pairs");
    }

    private static void WriteHazard(IAnsiConsole console, IReadOnlyList<PositionHazard> positions)
    {
        if (positions.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "When runs end badly");
        TextGrid grid = new(
            Column.Number("step"), Column.Number("reached"), Column.Number("failed"), Column.Number("lost"), Column.Number("hazard"), Column.Number("95 % interval", rank: 1),
            Column.Bars(BarWidth, rank: 2));
        double most = positions.Max(static position => position.Hazard.Value ?? 0);
        foreach (PositionHazard position in positions)
        {
            grid.Row(
                Figures.Count(position.Position), Number(position.Reached), Number(position.Failed), Number(position.Lost), Figures.Percent(position.Hazard.Value),
                Figures.Interval(position.Hazard.Low, position.Hazard.High), most > 0 ? Cell.Bar(position.Hazard.Value / most) : "");
        }

        grid.Write(console);
    }

    private static void WriteRetries(IAnsiConsole console, IReadOnlyList<RetryGain> retries)
    {
        if (retries.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "What trying again gained");
        TextGrid grid = new(
            Column.Name("step", ShortestName), Column.Number("runs"), Column.Number("failed first"), Column.Number("failed for good"), Column.Number("tries"), Column.Number("worth"));
        foreach (RetryGain step in retries)
        {
            grid.Row(
                step.Step, Number(step.Executions), Number(step.FailedFirst), Number(step.Failed), Number(step.TriesMade),
                step.TriesWorth is double worth ? Number(worth) : Figures.Missing);
        }

        grid.Write(console);
        Faint(console, "Worth: so many independent tries would have left as many failures.");
    }

    private static void Faint(IAnsiConsole console, string text)
    {
        console.Write(new Text(text, Palette.Faint));
        console.WriteLine();
    }

    private static string Number(double value) =>
        value == Math.Floor(value) ? value.ToString("N0", CultureInfo.InvariantCulture) : value.ToString(value < 99.95 ? "0.0#" : "N0", CultureInfo.InvariantCulture);
}
