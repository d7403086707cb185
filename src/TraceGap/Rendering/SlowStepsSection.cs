using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>The steps in which slow traces spend their time, and on what.</summary>
internal static class SlowStepsSection
{
    private const string Band = "p95";
    private const int Shown = 8;
    private const int ShortestName = 24;

    public static void Write(IAnsiConsole console, Report report)
    {
        if (report.Latency.Bands.FirstOrDefault(static band => band.Band == Band) is not { Steps.Count: > 0 } slow)
        {
            return;
        }

        ReportView.Title(console, $"Which steps slow traces spend it in, above {Band}");
        Dictionary<string, string> operations = report.Steps.ToDictionary(static step => step.Step, static step => step.Operation);
        TextGrid grid = new(
            Column.Name("step", ShortestName),
            Column.Text("layer", rank: 1),
            Column.Number("a trace"),
            Column.Number("of path"),
            Column.Number("compute"),
            Column.Number("movement"),
            Column.Number("handoff"),
            Column.Number("wait"));
        foreach (BandStep step in slow.Steps.Take(Shown))
        {
            grid.Row(
                operations.GetValueOrDefault(step.Step, step.Step),
                LayerText.Shown(step.Layer),
                Figures.Duration(step.CriticalMs),
                Figures.Percent(step.Share),
                Figures.Percent(step.ComputeMs / step.CriticalMs),
                Figures.Percent(step.MovementMs / step.CriticalMs),
                Figures.Percent(step.HandoffMs / step.CriticalMs),
                Figures.Percent(step.WaitMs / step.CriticalMs));
        }

        grid.Write(console);
        ReportView.More(console, slow.Steps.Count - Shown, "steps");
    }
}
