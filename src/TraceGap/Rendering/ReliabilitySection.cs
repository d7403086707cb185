using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Observed against theoretical, and the terms that lie between them.</summary>
internal static class ReliabilitySection
{
    private const int BarWidth = 12;

    /// <summary>Keeps points below the digits of percentages.</summary>
    private const string Percentless = "  ";

    public static void Write(IAnsiConsole console, ReliabilityReport reliability)
    {
        ReportView.Title(console, "Reliability");
        WriteEstimates(console, reliability);
        if (reliability.TheoreticalPerAttempt.Value is double perAttempt && reliability.Theoretical.Value is double theoretical
            && reliability.Observed.Value is double observed)
        {
            ReportView.Title(console, "From single attempts to what was observed");
            WriteTerms(console, perAttempt, theoretical, observed, reliability.Decomposition);
        }

        if (reliability.PassK.Count > 0)
        {
            ReportView.Title(console, "The same task several times, all well (pass^k)");
            WritePassK(console, reliability.PassK);
        }
    }

    private static void WriteEstimates(IAnsiConsole console, ReliabilityReport reliability)
    {
        Divergence divergence = reliability.Divergence;
        ObservedReliability observed = reliability.Observed;
        Estimate theoretical = reliability.Theoretical;
        Style verdict = divergence.Significant ? Palette.OfSign(divergence.Value) : Palette.Plain;
        TextGrid grid = new(Column.Text(""), Column.Number(""), Column.Number("95 % interval"), Column.Name("", 12));
        Row("steps, mean", Figures.Percent(reliability.PerStepMean), "", "own successes of all steps");
        Row("observed", Figures.Percent(observed.Value), Figures.Interval(observed.Low, observed.High), "ok of ok and failed");
        Row("theoretical", Figures.Percent(theoretical.Value), Figures.Interval(theoretical.Low, theoretical.High),
            reliability.UpperBound ? "product over the path; upper bound" : "product over the path");
        grid.Row(
            "divergence",
            new Cell(Figures.Points(divergence.Value) + Percentless, verdict),
            Figures.PointsInterval(divergence.Low, divergence.High) + Percentless,
            new Cell(divergence.Significant ? "points, significant" : "points, not significant", divergence.Significant ? verdict : Palette.Faint));
        grid.Write(console);

        void Row(string name, string value, string interval, string note) => grid.Row(name, value, interval, new Cell(note, Palette.Faint));
    }

    // Each term is shown as the difference of the rounded sums before and after it: so what is shown adds up, and is off by less than a tenth of a point.
    private static void WriteTerms(IAnsiConsole console, double perAttempt, double theoretical, double observed, Decomposition decomposition)
    {
        double afterDependence = theoretical + (decomposition.Dependence ?? 0);
        double afterRecovered = afterDependence + (decomposition.Recovered ?? 0);
        double widest = new[] { decomposition.Retries, decomposition.Dependence, decomposition.Recovered, decomposition.Silent, 0.001 }
            .Max(static term => Math.Abs(term ?? 0));
        TextGrid grid = new(Column.Text(""), Column.Number(""), Column.Bars(BarWidth), Column.Name("", 20, rank: 1));
        grid.Row("theoretical per attempt", Figures.Percent(perAttempt), "", "");
        Term("retries", perAttempt, theoretical, "repeated attempts");
        grid.Row("theoretical", Figures.Percent(theoretical), "", "");
        Term("dependence", theoretical, afterDependence, "failures cluster +, exclude −");
        Term("recovered", afterDependence, afterRecovered, "failures that runs survived");
        Term("silent", afterRecovered, observed, "lost, with no step to blame");
        grid.Row("observed", Figures.Percent(observed), "", "");
        grid.Write(console);

        void Term(string name, double before, double after, string meaning) => grid.Row(
            "  " + name,
            new Cell(Figures.SignedTenths(Rounded(after) - Rounded(before)) + Percentless, Palette.OfSign(after - before)),
            Cell.Bar(Math.Abs(after - before) / widest, Palette.OfSign(after - before)),
            new Cell(meaning, Palette.Faint));
    }

    private static void WritePassK(IAnsiConsole console, IReadOnlyList<PassK> powers)
    {
        TextGrid grid = new(Column.Number("tries"), Column.Number("pass^k"), Column.Number("95 % interval"), Column.Number("tasks"), Column.Bars(BarWidth, rank: 1));
        foreach (PassK power in powers)
        {
            grid.Row(Figures.Count(power.K), Figures.Percent(power.Value), Figures.Interval(power.Low, power.High), Figures.Count(power.Tasks), Cell.Bar(power.Value));
        }

        grid.Write(console);
    }

    private static decimal Rounded(double share) => (decimal)Math.Round(share * 1000);
}
