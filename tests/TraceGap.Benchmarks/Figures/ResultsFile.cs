using System.Globalization;
using System.Runtime.InteropServices;
using System.Text.Json;

namespace TraceGap.Benchmarks.Figures;

/// <summary>The results of one run, kept beside the benchmarks: for people and for tools.</summary>
internal static class ResultsFile
{
    private static readonly JsonSerializerOptions Indented = new() { WriteIndented = true, PropertyNamingPolicy = JsonNamingPolicy.CamelCase };

    /// <summary>The machine and the day, as far as they matter to ratios.</summary>
    public static string Circumstances =>
        $"{Environment.ProcessorCount} cores, {RuntimeInformation.FrameworkDescription}, {RuntimeInformation.OSArchitecture}, {TimeProvider.System.GetUtcNow().ToString("yyyy-MM-dd", CultureInfo.InvariantCulture)}";

    /// <summary>Writes <c>results.md</c> and <c>results.json</c>.</summary>
    public static void Write(string folder, IReadOnlyList<Section> sections)
    {
        File.WriteAllText(Path.Combine(folder, "results.md"), ToMarkdown(sections).TrimEnd('\n') + "\n");
        File.WriteAllText(Path.Combine(folder, "results.json"), ToJson(sections) + "\n");
    }

    /// <summary>Writes a section to a file of its own, which has the name of its area.</summary>
    /// <returns>What was written.</returns>
    public static string WriteAlone(string folder, string area, Section section)
    {
        string text = $"""
            # {section.Title}

            Written by `dotnet run -c Release --project tests/TraceGap.Benchmarks -- {area}`. {Circumstances}. Median of the rounds, in brackets the smallest and the largest.

            {section.Method}

            {section.Table.ToMarkdown()}
            """;
        File.WriteAllText(Path.Combine(folder, $"{area}.md"), text);
        return text;
    }

    private static string ToMarkdown(IReadOnlyList<Section> sections)
    {
        Table budgets = new("what", "budget", "measured", "unit", "kept");
        foreach (Figure figure in sections.SelectMany(static section => section.Figures).Where(static figure => figure.Budget is not null))
        {
            budgets.Add(figure.Name, $"≤ {figure.Budget:0.###}", figure.Value.Text(), figure.Unit, figure.IsMet ? "yes" : "no");
        }

        return $"""
            # Results

            Written by `dotnet run -c Release --project tests/TraceGap.Benchmarks -- all`: one run, every ratio with its baseline in the same minutes. {Circumstances}.
            Median of the rounds, in brackets the smallest and the largest.

            {budgets.ToMarkdown()}
            {string.Join('\n', sections.Select(static section => section.ToMarkdown()))}
            """;
    }

    private static string ToJson(IReadOnlyList<Section> sections) => JsonSerializer.Serialize(
        new
        {
            Circumstances,
            Figures = sections.SelectMany(static section => section.Figures).Select(static figure => new
            {
                figure.Name,
                figure.Unit,
                figure.Budget,
                Median = Math.Round(figure.Value.Median, 4),
                Low = Math.Round(figure.Value.Low, 4),
                High = Math.Round(figure.Value.High, 4),
            }),
        },
        Indented);
}
