using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>What ended the failed traces, with a trace to look at.</summary>
internal static class FailuresSection
{
    private const int Shown = 12;

    public static void Write(IAnsiConsole console, Report report)
    {
        if (report.Failures.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "What ended the failed traces");
        Dictionary<string, string> operations = report.Steps.ToDictionary(static step => step.Step, static step => step.Operation);
        TextGrid grid = new(Column.Number("traces"), Column.Text("layer", rank: 1), Column.Name("step", 16), Column.Name("error", 10), Column.Text("kind", rank: 2), Column.Text("example trace"));
        foreach (FailureReport failure in report.Failures.Take(Shown))
        {
            grid.Row(
                Figures.Count(failure.Traces),
                LayerText.Shown(failure.Layer),
                failure.Step is null ? "no step failed" : operations.GetValueOrDefault(failure.Step, failure.Step),
                failure.ErrorType,
                failure.Category,
                new Cell(failure.ExampleTraceId ?? Figures.Missing, Palette.Faint));
        }

        grid.Write(console);
        ReportView.More(console, report.Failures.Count - Shown, "kinds of failure");
    }
}
