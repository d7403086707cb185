using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>What changed between two reports: reliability with intervals, latency by band and layer, and the steps that changed most.</summary>
internal static class ComparisonView
{
    private const int MostSteps = 10;

    public static void Write(IAnsiConsole console, Comparison comparison)
    {
        console.Write(new Text(comparison.After.Workflow ?? "all workflows", Palette.Title));
        console.WriteLine();
        WriteSide(console, "before", comparison.Before);
        WriteSide(console, "after", comparison.After);
        WriteReliability(console, comparison.Reliability);
        WriteLatency(console, comparison.Latency);
        WriteSteps(console, comparison.Steps);
    }

    private static void WriteSide(IAnsiConsole console, string name, ComparedSide side)
    {
        string[] filters = [.. new[] { side.Environment, side.Version is null ? null : $"version {side.Version}" }.OfType<string>()];
        console.Write(new Text(
            $"{name,-7}{Time(side.Window.From)} – {Time(side.Window.To)}{string.Concat(filters.Select(static filter => $", {filter}"))}: {Figures.Count(side.Traces.Ok)} ok, {Figures.Count(side.Traces.Failed)} failed",
            Palette.Faint));
        console.WriteLine();
    }

    private static void WriteReliability(IAnsiConsole console, ReliabilityChange reliability)
    {
        ReportView.Title(console, "Reliability");
        TextGrid grid = new(Column.Text(""), Column.Number("before"), Column.Number("after"), Column.Number("points"), Column.Number("95 % interval", rank: 1), Column.Text("", rank: 2));
        foreach ((string name, Change change) in Rates(reliability))
        {
            grid.Row(
                name, Figures.Percent(change.Before), Figures.Percent(change.After), Figures.Points(change.Difference), Figures.PointsInterval(change.Low, change.High),
                change.Significant ? "significant" : "");
        }

        foreach ((string name, Change change) in Terms(reliability))
        {
            grid.Row(name, Figures.Points(change.Before), Figures.Points(change.After), Figures.Points(change.Difference), "", "");
        }

        grid.Write(console);
    }

    private static (string Name, Change Change)[] Rates(ReliabilityChange reliability) =>
        [("observed", reliability.Observed), ("theoretical", reliability.Theoretical), ("per attempt", reliability.TheoreticalPerAttempt)];

    private static (string Name, Change Change)[] Terms(ReliabilityChange reliability) =>
    [
        ("divergence", reliability.Divergence), ("retries", reliability.Retries), ("dependence", reliability.Dependence), ("recovered", reliability.Recovered),
        ("silent", reliability.Silent),
    ];

    private static void WriteLatency(IAnsiConsole console, LatencyChange latency)
    {
        if (latency.Mean.Difference is null)
        {
            return;
        }

        ReportView.Title(console, "Latency");
        TextGrid grid = new(Column.Text(""), Column.Number("before"), Column.Number("after"), Column.Number("change"), Column.Number("%", rank: 1));
        foreach ((string name, Change change) in (ReadOnlySpan<(string, Change)>)[("p50", latency.P50), ("p90", latency.P90), ("p95", latency.P95), ("p99", latency.P99), ("mean", latency.Mean)])
        {
            AddDuration(grid, name, change);
        }

        foreach (BandChange band in latency.Bands)
        {
            foreach (BandLayerChange layer in band.Layers)
            {
                AddDuration(grid, $"{(band.Band == "p50" ? "around" : "above")} {band.Band}, {LayerText.Shown(layer.Layer)}", layer.CriticalMs);
            }
        }

        grid.Write(console);
    }

    private static void WriteSteps(IAnsiConsole console, IReadOnlyList<StepChange> steps)
    {
        if (steps.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Steps that changed most, path time a trace");
        TextGrid grid = new(
            Column.Name("step", shortenTo: 30), Column.Number("before"), Column.Number("after"), Column.Number("change"), Column.Number("reliable", rank: 1), Column.Number("points", rank: 1),
            Column.Number("95 % interval", rank: 2));
        foreach (StepChange step in steps.Take(MostSteps))
        {
            grid.Row(
                step.Step, Figures.Duration(step.PathMs.Before), Figures.Duration(step.PathMs.After), Signed(step.PathMs.Difference), Figures.Percent(step.Reliability.After),
                Figures.Points(step.Reliability.Difference), Figures.PointsInterval(step.Reliability.Low, step.Reliability.High));
        }

        grid.Write(console);
        ReportView.More(console, steps.Count - MostSteps, "steps");
    }

    private static void AddDuration(TextGrid grid, string name, Change change) => grid.Row(
        name, Figures.Duration(change.Before), Figures.Duration(change.After), Signed(change.Difference),
        change is { Before: > 0, Difference: double difference } ? Figures.Points(difference / change.Before) : Figures.Missing);

    private static string Signed(double? milliseconds) =>
        milliseconds switch
        {
            null => Figures.Missing,
            0 => "·",
            double value => (value < 0 ? "−" : "+") + Figures.Duration(Math.Abs(value)),
        };

    private static string Time(DateTime? time) => time?.ToString("yyyy-MM-dd HH:mm", CultureInfo.InvariantCulture) ?? Figures.Missing;
}
