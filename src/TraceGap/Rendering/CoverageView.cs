using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Which rules decided the layers, for people, and what to do about what has none.</summary>
internal static class CoverageView
{
    private const int Shown = 30;
    private const int ShortestName = 24;

    public static void Write(IAnsiConsole console, CoverageReport coverage)
    {
        Head(console, coverage, coverage.Workflow ?? "All workflows");
        ReportView.Title(console, "Who decided");
        TextGrid grid = new(Column.Name("rule", ShortestName), Column.Number("spans"), Column.Number("share"), Column.Number("path time", rank: 1), Column.Number("share"));
        foreach (RuleCoverage rule in coverage.Rules.Take(Shown))
        {
            grid.Row(rule.Rule, Figures.Count(rule.Spans), Figures.Percent(rule.SpanShare), Figures.Duration(rule.PathMs), Figures.Percent(rule.PathShare));
        }

        grid.Write(console);
        ReportView.More(console, coverage.Rules.Count - Shown, "rules");
        WriteWarning(console, coverage.Warning);
    }

    /// <summary>What was looked at, in two lines.</summary>
    public static void Head(IAnsiConsole console, CoverageReport coverage, string title)
    {
        console.Write(new Text(Cell.Printable(title), Palette.Title));
        console.WriteLine();
        string traces = coverage.Sample.Traces < coverage.Sample.Of
            ? $"{Figures.Count(coverage.Sample.Traces)} sampled of {Figures.Count(coverage.Sample.Of)} traces"
            : coverage.Sample.Traces == 1 ? "1 trace" : $"{Figures.Count(coverage.Sample.Traces)} traces";
        console.Write(new Text(
            $"{HeadSection.Window(coverage.Window)}{traces} · {Figures.Count(coverage.Spans)} spans · without a layer {Figures.Percent(coverage.UnattributedSpanShare)} of spans, "
            + $"{Figures.Percent(coverage.UnattributedPathShare)} of path time",
            Palette.Faint));
        console.WriteLine();
    }

    /// <summary>The warning with rules to paste; nothing where there is none.</summary>
    public static void WriteWarning(IAnsiConsole console, CoverageWarning? warning)
    {
        if (warning is null)
        {
            return;
        }

        ReportView.Title(console, "Without a layer");
        console.Write(new Padder(new Text(Cell.Printable(warning.Text), Palette.Bad), new Padding(2, 0, 0, 0)));
        console.Write(new Padder(new Text("Rules for them; put in the layers that are right:"), new Padding(2, 0, 0, 0)));

        // To be pasted: not wrapped, not padded.
        foreach (string line in warning.Fix.TrimEnd('\n').Split('\n'))
        {
            console.Profile.Out.Writer.WriteLine(Cell.Printable(line));
        }
    }
}
