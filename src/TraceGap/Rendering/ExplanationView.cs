using Spectre.Console;
using TraceGap.Aggregation;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Why spans have the layers that they have, for people.</summary>
internal static class ExplanationView
{
    private const int ShortestName = 16;

    /// <summary>Many spans, by name and scope.</summary>
    public static void Write(IAnsiConsole console, CoverageReport coverage)
    {
        CoverageView.Head(console, coverage, "Layers and who decided them");
        console.WriteLine();
        TextGrid grid = new(
            Column.Name("span name", ShortestName), Column.Name("scope", ShortestName, rank: 2), Column.Text("layer"), Column.Name("rule", ShortestName), Column.Text("how sure", rank: 1), Column.Number("spans"),
            Column.Number("path time", rank: 3));
        foreach (NameCoverage name in coverage.Names)
        {
            grid.Row(name.Name, name.Scope, LayerText.Shown(name.Layer), Shown(name.Rule), Sure(name.Rule, name.Certainty), Figures.Count(name.Spans), Figures.Duration(name.PathMs));
        }

        grid.Write(console);
        CoverageView.WriteWarning(console, coverage.Warning);
    }

    /// <summary>The spans of one trace.</summary>
    public static void Write(IAnsiConsole console, IReadOnlyList<SpanExplanation> spans)
    {
        TextGrid grid = new(Column.Text("span"), Column.Name("span name", ShortestName), Column.Text("layer"), Column.Name("rule", ShortestName), Column.Name("from", ShortestName, rank: 1));
        foreach (SpanExplanation span in spans)
        {
            grid.Row(span.SpanId, span.Name, LayerText.Shown(span.Layer), Shown(span.Rule), span.From?.Name ?? "");
        }

        grid.Write(console);
    }

    /// <summary>One span with all that was looked at.</summary>
    public static void Write(IAnsiConsole console, SpanExplanation span)
    {
        Line(console, span.Name, Palette.Title);
        Line(console, $"span {span.SpanId} of trace {span.TraceId} · service {span.Service}{(string.IsNullOrEmpty(span.Scope) ? "" : $" · scope {span.Scope}")}", Palette.Faint);
        console.WriteLine();
        Line(console, $"{LayerText.Shown(span.Layer)}{(span.Certainty is null || span.Rule.Length == 0 ? "" : $" ({span.Certainty})")}: {span.Why}");
        if (span.From is LayerSource source)
        {
            Line(console, $"  from span {source.SpanId} '{source.Name}', {LayerText.Shown(source.Layer)} by {Shown(source.Rule)}");
        }

        foreach (string moved in span.Moved)
        {
            Line(console, $"  {moved}");
        }

        if (span.Examined is IReadOnlyList<ExaminedRule> examined)
        {
            WriteExamined(console, examined);
        }
    }

    private static void WriteExamined(IAnsiConsole console, IReadOnlyList<ExaminedRule> examined)
    {
        ReportView.Title(console, "Rules that were looked at, in order");
        if (examined.Count == 0)
        {
            Line(console, "  none: no rule is about such a span", Palette.Faint);
        }

        bool isWon = false;
        foreach (ExaminedRule rule in examined)
        {
            string verdict = !rule.Matches ? "does not match" : isWon ? "would match, but comes after" : "wins";
            isWon |= rule.Matches;
            Line(console, $"  {rule.Name}: {verdict} ({rule.Says})", rule.Matches ? null : Palette.Faint);
            foreach (ExaminedClue clue in rule.Clues)
            {
                Line(console, $"    {(clue.Holds ? "holds " : "does not hold ")}{clue.Text}", Palette.Faint);
            }
        }
    }

    private static void Line(IAnsiConsole console, string text, Style? style = null)
    {
        console.Write(new Text(Cell.Printable(text), style ?? Palette.Plain));
        console.WriteLine();
    }

    private static string Shown(string rule) => rule.Length == 0 ? Figures.Missing : rule;

    private static string Sure(string rule, string certainty) => rule.Length == 0 ? Figures.Missing : certainty;
}
