using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>One line a step key.</summary>
internal static class StepsSection
{
    private const int ShortestName = 26;
    private const int Shown = 40;

    public static void Write(IAnsiConsole console, IReadOnlyList<StepReport> steps)
    {
        if (steps.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Steps");
        Func<StepReport, string> label = Labels(steps);
        TextGrid grid = new(
            Column.Name("step", ShortestName),
            Column.Text("layer", rank: 3),
            Column.Number("runs"),
            Column.Number("tries", rank: 2),
            Column.Number("failed"),
            Column.Number("recovered", rank: 1),
            Column.Number("reliable"),
            Column.Number("p50", rank: 5),
            Column.Number("p95", rank: 6),
            Column.Number("p99", rank: 4),
            Column.Number("of path"));
        foreach (StepReport step in steps.Take(Shown))
        {
            grid.Row(
                label(step),
                LayerText.Shown(step.Layer),
                Figures.Count(step.Executions),
                Figures.Count(step.Attempts),
                Figures.Rare(step.OwnFailures),
                Figures.Rare(step.Recovered),
                Figures.Percent(step.Reliability.Value),
                Figures.Duration(step.DurationMs.P50),
                Figures.Duration(step.DurationMs.P95),
                Figures.Duration(step.DurationMs.P99),
                Figures.Percent(step.CriticalShare));
        }

        grid.Write(console);
        ReportView.More(console, steps.Count - Shown, "steps");
    }

    // The operation says enough, unless two services have the same one.
    private static Func<StepReport, string> Labels(IReadOnlyList<StepReport> steps)
    {
        HashSet<string> ambiguous = [.. steps.GroupBy(static step => step.Operation).Where(static group => group.Count() > 1).Select(static group => group.Key)];
        return step => ambiguous.Contains(step.Operation) ? $"{step.Service}/{step.Operation}" : step.Operation;
    }
}
