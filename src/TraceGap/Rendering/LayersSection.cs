using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>One line a layer: how often it ran, failed and recovered, and its part of the critical path.</summary>
internal static class LayersSection
{
    private const int BarWidth = 16;

    public static void Write(IAnsiConsole console, IReadOnlyList<LayerReport> layers)
    {
        if (layers.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Layers");
        TextGrid grid = new(
            Column.Text("layer"),
            Column.Number("steps"),
            Column.Number("failed"),
            Column.Number("recovered", rank: 2),
            Column.Number("reliable"),
            Column.Number("95 % interval", rank: 1),
            Column.Number("p50", rank: 4),
            Column.Number("p99", rank: 3),
            Column.Number("of path"),
            Column.Bars(BarWidth));
        foreach (LayerReport layer in layers)
        {
            grid.Row(
                LayerText.Shown(layer.Layer),
                Figures.Count(layer.Steps),
                Figures.Rare(layer.OwnFailures),
                Figures.Rare(layer.Recovered),
                Figures.Percent(layer.Reliability.Value),
                Figures.Interval(layer.Reliability.Low, layer.Reliability.High),
                Figures.Duration(layer.CriticalMs.P50),
                Figures.Duration(layer.CriticalMs.P99),
                Figures.Percent(layer.Share),
                Cell.Bar(layer.Share));
        }

        grid.Write(console);
    }
}
