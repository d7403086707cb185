using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting.Traces;

namespace TraceGap.Rendering;

/// <summary>Traces, one a line.</summary>
internal static class TraceListView
{
    public static void Write(IAnsiConsole console, TraceList list)
    {
        if (list.Traces.Count == 0)
        {
            console.WriteLine("No traces.");
            return;
        }

        TextGrid grid = new(Column.Text("ended, UTC"), Column.Number("took"), Column.Text("outcome"), Column.Text("trace"), Column.Name("failure", 12), Column.Name("workflow", 16, rank: 1));
        foreach (TraceEntry trace in list.Traces)
        {
            DateTime end = DateTime.UnixEpoch.AddTicks(long.Parse(trace.EndUnixNano, CultureInfo.InvariantCulture) / 100);
            grid.Row(
                end.ToString("MM-dd HH:mm:ss.fff", CultureInfo.InvariantCulture),
                Figures.Duration(trace.DurationMs),
                new Cell(trace.Outcome, trace.Outcome == "failed" ? Palette.Bad : null),
                trace.TraceId,
                trace.Failure is null ? "" : $"{LayerText.Shown(trace.Failure.Layer)} {trace.Failure.ErrorType}",
                trace.Workflow);
        }

        grid.Write(console);
        if (list.NextCursor is not null)
        {
            console.Write(new Text("There are more; narrow the filters or raise --limit.", Palette.Faint));
            console.WriteLine();
        }
    }
}
