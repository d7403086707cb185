using Spectre.Console;
using TraceGap.Reporting;

namespace TraceGap.Rendering;

/// <summary>Steps that ran one after the other and perhaps need not have, with what running them together would save.</summary>
internal static class SerializationSection
{
    private const int Shown = 8;
    private const int ShortestParent = 10;
    private const int ShortestChildren = 24;

    public static void Write(IAnsiConsole console, Report report)
    {
        if (report.Serialization.Count == 0)
        {
            return;
        }

        ReportView.Title(console, "In series, perhaps without need");
        Dictionary<string, string> operations = report.Steps.ToDictionary(static step => step.Step, static step => step.Operation);
        TextGrid grid = new(
            Column.Name("below", ShortestParent, rank: 1),
            Column.Name("steps", ShortestChildren),
            Column.Number("traces", rank: 2),
            Column.Number("together saves"),
            Column.Number("of latency"),
            Column.Text("order"));
        foreach (SerializationReport group in report.Serialization.Take(Shown))
        {
            grid.Row(
                operations.GetValueOrDefault(group.Parent, group.Parent),
                Children(group, operations),
                Figures.Count(group.Traces),
                Figures.Duration(group.SavingMs),
                Figures.Percent(group.SavingShare),
                Order(group.Confidence));
        }

        grid.Write(console);
        ReportView.More(console, report.Serialization.Count - Shown, "groups");
    }

    // Equal neighbours are counted: lookup × 3.
    private static string Children(SerializationReport group, Dictionary<string, string> operations)
    {
        List<string> parts = [];
        for (int first = 0; first < group.Children.Count;)
        {
            int next = first + 1;
            while (next < group.Children.Count && group.Children[next] == group.Children[first])
            {
                next++;
            }

            string operation = operations.GetValueOrDefault(group.Children[first], group.Children[first]);
            parts.Add(next - first > 1 ? $"{operation} × {next - first}" : operation);
            first = next;
        }

        return string.Join(", ", parts);
    }

    private static string Order(string confidence) => confidence switch
    {
        "proven" => "ran at once elsewhere",
        "likely" => "came in any order",
        _ => "always this one",
    };
}
