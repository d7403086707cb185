using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Latency against requests in flight: one line a level of load, and the knee in words.</summary>
internal static class ConcurrencyView
{
    private const int BarWidth = 24;

    public static void Write(IAnsiConsole console, ConcurrencyReport report)
    {
        ReportView.Title(console, $"Latency by requests in flight, {report.Workflow ?? "all workflows"}");
        if (report.Levels.Count == 0)
        {
            Faint(console, "No step of the window is over that has ok or failed traces.");
            return;
        }

        TextGrid grid = new(
            Column.Number("in flight"), Column.Number("steps", rank: 3), Column.Number("traces", rank: 2), Column.Number("a second"),
            Column.Number("mean"), Column.Number("p50"), Column.Number("p95", rank: 1), Column.Number("p99"), Column.Bars(BarWidth, rank: 4));
        double most = report.Levels.Max(static level => level.MeanMs);
        foreach (ConcurrencyLevel level in report.Levels)
        {
            grid.Row(
                Number(level.InFlight), Figures.Count(level.Steps), Figures.Count(level.Traces), Number(level.RequestsPerSecond),
                Figures.Duration(level.MeanMs), Figures.Duration(level.P50), Figures.Duration(level.P95), Figures.Duration(level.P99), Cell.Bar(level.MeanMs / most));
        }

        grid.Write(console);
        Faint(console, report.Knee is ConcurrencyKnee knee
            ? $"Requests begin to queue at {Number(knee.InFlight)} in flight: {Figures.Duration(knee.BaseMs)} below, and beyond no more than {Number(knee.RequestsPerSecond)} a second get done."
            : "Latency does not grow with the requests in flight, as far as the window shows.");
        Faint(console, $"Requests in flight are means over {Figures.Duration(report.StepSeconds * 1e3)}, by Little's law.");
    }

    private static void Faint(IAnsiConsole console, string text)
    {
        console.Write(new Text(text, Palette.Faint));
        console.WriteLine();
    }

    private static string Number(double value) => value.ToString(value < 9.95 ? "0.00" : value < 99.5 ? "0.0" : "N0", CultureInfo.InvariantCulture);
}
