using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>What the report is about, and the headline.</summary>
internal static class HeadSection
{
    public static void Write(IAnsiConsole console, Report report)
    {
        console.Write(new Text(Cell.Printable(report.Workflow ?? "All workflows"), Palette.Title));
        console.WriteLine();
        console.Write(new Text($"{Window(report.Window)}{Traces(report)}", Palette.Faint));
        console.WriteLine();
        ReliabilityReport reliability = report.Reliability;
        if (reliability.PerStepMean is double parts && reliability.Observed.Value is double whole)
        {
            console.WriteLine();
            console.Write(new Text($"{Figures.Percent(parts)} parts, {Figures.Percent(whole)} whole", Palette.Title));
            console.WriteLine();
        }
    }

    /// <summary>A window and a separator; empty for the window of an empty input.</summary>
    public static string Window(ReportWindow window)
    {
        if (window.From is not DateTime from || window.To is not DateTime to)
        {
            return "";
        }

        string start = from.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        string end = to.ToString(from.Date == to.Date ? "HH:mm" : "yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture);
        return $"{start} – {end} UTC · ";
    }

    private static string Traces(Report report)
    {
        TraceCounts traces = report.Traces;
        if (traces.Total == 0)
        {
            return "no traces";
        }

        List<string> outcomes = [$"{Figures.Count(traces.Ok)} ok", $"{Figures.Count(traces.Failed)} failed"];
        AddIfAny(traces.Cancelled, "cancelled");
        AddIfAny(traces.Unknown, "unknown");
        AddIfAny(traces.Open, "open");
        return $"{Counted(traces.Total, "trace")}: {string.Join(", ", outcomes)} · {Counted(report.Spans, "span")}";

        void AddIfAny(long count, string outcome)
        {
            if (count > 0)
            {
                outcomes.Add($"{Figures.Count(count)} {outcome}");
            }
        }
    }

    private static string Counted(long count, string noun) => $"{Figures.Count(count)} {noun}{(count == 1 ? "" : "s")}";
}
