using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>End-to-end latency, and where on the critical path it went: by layer and by kind, at the median and in the tail.</summary>
internal static class LatencySection
{
    private const int BarWidth = 12;

    public static void Write(IAnsiConsole console, LatencyReport latency)
    {
        if (latency.Mean is null)
        {
            return;
        }

        ReportView.Title(console, "Latency, end to end");
        TextGrid quantiles = new(Column.Number("p50"), Column.Number("p90"), Column.Number("p95"), Column.Number("p99"), Column.Number("mean"));
        quantiles.Row(
            Figures.Duration(latency.P50), Figures.Duration(latency.P90), Figures.Duration(latency.P95), Figures.Duration(latency.P99), Figures.Duration(latency.Mean));
        quantiles.Write(console);
        if (latency.Bands.Count > 0)
        {
            ReportView.Title(console, "Where the time goes, along the critical path");
            WriteByLayer(console, latency.Bands);
            ReportView.Title(console, "What it is spent on");
            WriteByKind(console, latency);
        }
    }

    private static void WriteByLayer(IAnsiConsole console, IReadOnlyList<LatencyBand> bands)
    {
        // Where there is no room for three bars, the shares alone are shown.
        TextGrid grid = new(
        [
            Column.Text("layer"),
            .. bands.SelectMany(static band => (Column[])[Column.Number(Head(band)), Column.Number("share"), Column.Bars(BarWidth, rank: 1)]),
        ]);
        foreach (string layer in bands.SelectMany(static band => band.Layers).Select(static layer => layer.Layer).Distinct())
        {
            grid.Row([LayerText.Shown(layer), .. bands.SelectMany(band => Cells(band.Layers.FirstOrDefault(entry => entry.Layer == layer)))]);
        }

        grid.Write(console);
    }

    private static Cell[] Cells(BandLayer? layer) =>
        layer is null ? [Figures.Missing, Figures.Missing, ""] : [Figures.Duration(layer.CriticalMs), Figures.Percent(layer.Share), Cell.Bar(layer.Share)];

    private static void WriteByKind(IAnsiConsole console, LatencyReport latency)
    {
        TextGrid grid = new(Column.Text("traces"), Column.Number("compute"), Column.Number("movement"), Column.Number("handoff"), Column.Number("wait"));
        foreach (LatencyBand band in latency.Bands)
        {
            double total = band.Layers.Sum(static layer => layer.CriticalMs);
            grid.Row(
                Head(band),
                Share(band.Layers.Sum(static layer => layer.ComputeMs), total),
                Share(band.Layers.Sum(static layer => layer.MovementMs), total),
                Share(band.Layers.Sum(static layer => layer.HandoffMs), total),
                Share(band.Layers.Sum(static layer => layer.WaitMs), total));
        }

        grid.Write(console);
        console.Write(new Text(
            $"Of all path time {Figures.Percent(latency.CoordinationShare)} is coordination; {Figures.Percent(latency.CoveredShare)} is inside innermost steps.",
            Palette.Faint));
        console.WriteLine();
    }

    private static string Head(LatencyBand band) => band.Band == "p50" ? "around p50" : $"above {band.Band}";

    private static string Share(double part, double total) => total > 0 ? Figures.Percent(part / total) : Figures.Missing;
}
