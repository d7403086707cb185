using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>A what-if answer for people: before, after and the gain, then what it takes for granted.</summary>
internal static class WhatIfView
{
    private const int BarWidth = 12;

    public static void Write(IAnsiConsole console, WhatIfReport report)
    {
        console.Write(new Text(Cell.Printable(report.Workflow ?? "All workflows"), Palette.Title));
        console.WriteLine();
        console.Write(new Text($"{HeadSection.Window(report.Window)}{Sampled(report.Sampled)}", Palette.Faint));
        console.WriteLine();
        WriteLatency(console, report.Latency);
        WriteLayers(console, report.Latency.Layers);
        WriteReliability(console, report.Reliability);
        WriteUnmatched(console, report.Unmatched);
        WriteAssumptions(console, report.Assumptions);
    }

    private static string Sampled(SampledTraces sampled) =>
        sampled.Of == 0 ? "no ok or failed traces with a root"
        : sampled.Traces == sampled.Of ? $"{Figures.Count(sampled.Traces)} traces replayed"
        : $"{Figures.Count(sampled.Traces)} of {Figures.Count(sampled.Of)} traces replayed";

    private static void WriteLatency(IAnsiConsole console, LatencyProjection latency)
    {
        if (latency.Before.Mean.Value is null)
        {
            return;
        }

        ReportView.Title(console, "Latency, end to end");
        TextGrid grid = new(
            Column.Text(""), Column.Number("before"), Column.Number("95 % interval", rank: 2), Column.Number("after"), Column.Number("95 % interval", rank: 2), Column.Number("gain"),
            Column.Number("95 % interval", rank: 1));
        Row("p50", static estimates => estimates.P50);
        Row("p95", static estimates => estimates.P95);
        Row("p99", static estimates => estimates.P99);
        Row("mean", static estimates => estimates.Mean);
        grid.Write(console);

        void Row(string name, Func<LatencyEstimates, Estimate> of)
        {
            (Estimate before, Estimate after, Estimate gain) = (of(latency.Before), of(latency.After), of(latency.Gain));
            grid.Row(
                name, Figures.Duration(before.Value), Durations(before), Figures.Duration(after.Value), Durations(after), new Cell(Percent(Figures.Points(gain.Value)), Palette.OfSign(gain.Value)),
                Percent(Figures.PointsInterval(gain.Low, gain.High)));
        }
    }

    private static void WriteLayers(IAnsiConsole console, IReadOnlyList<LayerShift> layers)
    {
        if (layers.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "Where the time goes, along the critical path, a trace");
        TextGrid grid = new(
            Column.Text("layer"), Column.Number("before"), Column.Number("share"), Column.Bars(BarWidth, rank: 1), Column.Number("after"), Column.Number("share"), Column.Bars(BarWidth, rank: 1));
        foreach (LayerShift layer in layers)
        {
            grid.Row(
                LayerText.Shown(layer.Layer), Figures.Duration(layer.CriticalMsBefore), Figures.Percent(layer.ShareBefore), Cell.Bar(layer.ShareBefore), Figures.Duration(layer.CriticalMsAfter),
                Figures.Percent(layer.ShareAfter), Cell.Bar(layer.ShareAfter));
        }

        grid.Write(console);
    }

    private static void WriteReliability(IAnsiConsole console, ReliabilityProjection reliability)
    {
        ReportView.Title(console, "Reliability");
        TextGrid grid = new(
            Column.Text(""), Column.Number("before"), Column.Number("95 % interval", rank: 1), Column.Number("after"), Column.Number("95 % interval", rank: 1), Column.Number("points"));
        Row("observed", reliability.Observed);
        Row("theoretical", reliability.Theoretical);
        grid.Write(console);

        void Row(string name, ReliabilityShift shift)
        {
            double? points = shift.After.Value - shift.Before.Value;
            grid.Row(
                name, Figures.Percent(shift.Before.Value), Figures.Interval(shift.Before.Low, shift.Before.High), Figures.Percent(shift.After.Value),
                Figures.Interval(shift.After.Low, shift.After.High), new Cell(Figures.Points(points), Palette.OfSign(points)));
        }
    }

    private static void WriteUnmatched(IAnsiConsole console, IReadOnlyList<string> unmatched)
    {
        if (unmatched.Count > 0)
        {
            ReportView.Title(console, "Found nowhere in the window, so without effect");
            foreach (string change in unmatched)
            {
                console.Write(new Padder(new Text(Cell.Printable(change), Palette.Bad), new Padding(2, 0, 0, 0)));
            }
        }
    }

    private static void WriteAssumptions(IAnsiConsole console, IReadOnlyList<string> assumptions)
    {
        ReportView.Title(console, "Taken for granted");
        foreach (string sentence in assumptions)
        {
            console.Write(new Padder(new Text(sentence), new Padding(2, 0, 0, 0)));
        }
    }

    // Signed: what takes longer is no gain.
    private static string Percent(string points) => points == Figures.Missing ? points : $"{points} %";

    private static string Durations(Estimate estimate) => estimate switch
    {
        { Low: double low, High: double high } => $"{Figures.Duration(low)} – {Figures.Duration(high)}",
        { Low: double low } => $"above {Figures.Duration(low)}",
        { High: double high } => $"below {Figures.Duration(high)}",
        _ => Figures.Missing,
    };
}
