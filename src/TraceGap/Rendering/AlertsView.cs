using System.Globalization;
using Spectre.Console;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Rendering;

/// <summary>Alerts, a line each with its sentence below; then what was told. And how receivers answered a test.</summary>
internal static class AlertsView
{
    private const int MostNotices = 10;

    public static void Write(IAnsiConsole console, AlertList alerts)
    {
        ReportView.Title(console, "Alerts");
        Faint(console, alerts.EvaluatedUntil is DateTime until ? $"Judged until {Time(until)}." : "Nothing is judged yet.");
        if (alerts.Alerts.Count == 0)
        {
            Faint(console, "Nothing fires, and nothing did.");
        }

        foreach (Alert alert in alerts.Alerts)
        {
            console.Write(new Text(Cell.Printable($"{alert.Status} since {Time(alert.Since)}  {alert.Workflow}  {alert.Rule}")));
            console.WriteLine();
            Faint(console, alert.Evidence is { ExampleTraceIds: { Count: > 0 } ids } ? $"  {alert.Summary} Examples: {string.Join(", ", ids)}" : $"  {alert.Summary}");
        }

        foreach (AlertSilence silence in alerts.Watch.Silences.Where(static silence => silence.Active))
        {
            Faint(console, $"Silence {silence.Name} holds{(silence.To is DateTime to ? $" until {Time(to)}" : "")}: nobody is told of {silence.Workflow}{(silence.Rule is null ? "" : $", {silence.Rule}")}.");
        }

        if (alerts.History.Count > 0)
        {
            ReportView.Title(console, "Told");
            TextGrid grid = new(Column.Text("at"), Column.Text("receiver"), Column.Text("what"), Column.Text("workflow"), Column.Text("rule"), Column.Text("delivery"), Column.Text("problem", rank: 1));
            foreach (AlertNotice notice in alerts.History.Take(MostNotices))
            {
                grid.Row(Time(notice.At), notice.Receiver, notice.Kind, notice.Alert.Workflow, notice.Alert.Rule, notice.Delivery, notice.Problem ?? "");
            }

            grid.Write(console);
        }
    }

    public static void Write(IAnsiConsole console, AlertTest test)
    {
        if (test.Results.Count == 0)
        {
            Faint(console, "No receiver is configured; set Alerts:Receivers.");
            return;
        }

        TextGrid grid = new(Column.Text("receiver"), Column.Text("type"), Column.Text("answer"));
        foreach (AlertTestResult result in test.Results)
        {
            grid.Row(result.Receiver, result.Type, result.Delivered ? "taken" : $"not taken: {result.Problem}");
        }

        grid.Write(console);
    }

    private static void Faint(IAnsiConsole console, string text)
    {
        console.Write(new Text(Cell.Printable(text), Palette.Faint));
        console.WriteLine();
    }

    private static string Time(DateTime at) => at.ToString("yyyy-MM-dd HH:mm'Z'", CultureInfo.InvariantCulture);
}
