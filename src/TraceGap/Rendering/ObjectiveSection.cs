using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Where the workflow stands against its objective, and how fast it spends what may fail.</summary>
internal static class ObjectiveSection
{
    public static void Write(IAnsiConsole console, ObjectiveReport? objective)
    {
        if (objective is null)
        {
            return;
        }

        ReportView.Title(console, $"Objective: {Target(objective.Target)} over {objective.Window}");
        TextGrid grid = new(Column.Text(""), Column.Number(""), Column.Name("", 12));
        grid.Row("observed", Figures.Percent(objective.Observed), new Cell($"over the {objective.Window} until {Time(objective.Until)}", Palette.Faint));
        grid.Row(
            "budget left",
            new Cell(Figures.Percent(objective.ErrorBudgetRemaining), Palette.OfSign(objective.ErrorBudgetRemaining)),
            new Cell($"of the {Target(objective.ErrorBudget)} that may fail", Palette.Faint));
        foreach (BurnRate rate in objective.BurnRates)
        {
            grid.Row($"burn rate {rate.Window}", Number(rate.Value), new Cell(rate.Value > 1 ? "spends more than the objective allows" : "", Palette.Faint));
        }

        grid.Write(console);
    }

    // Objectives have as many nines as somebody set.
    private static string Target(double share) => ((decimal)share * 100).ToString("0.######", CultureInfo.InvariantCulture) + " %";

    private static string Number(double? rate) => rate is double value ? value.ToString("0.00", CultureInfo.InvariantCulture) : Figures.Missing;

    private static string Time(DateTime at) => at.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
