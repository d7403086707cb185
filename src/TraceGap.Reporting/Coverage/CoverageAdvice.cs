using System.Globalization;
using System.Text;
using System.Text.Encodings.Web;
using System.Text.Json;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>What to say where much has no layer: which spans, and rules for them that can be pasted.</summary>
internal static class CoverageAdvice
{
    private const double Much = 0.05;
    private const int MostNames = 3;

    // JSON's text is YAML's; names are shown as people wrote them.
    private static readonly JsonSerializerOptions Quoted = new() { Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping };

    /// <summary>The advice; null where little is without a layer.</summary>
    /// <param name="spanShare">Share of spans without one.</param>
    /// <param name="pathShare">Share of path time without one.</param>
    /// <param name="names">The spans without one, by name and scope.</param>
    public static CoverageWarning? Of(double? spanShare, double? pathShare, IReadOnlyList<(string Name, string Scope, CensusCount Count)> names)
    {
        if (!(spanShare > Much) && !(pathShare > Much))
        {
            return null;
        }

        (string Name, string Scope)[] first = [.. names
            .OrderByDescending(static entry => entry.Count.PathNanos)
            .ThenByDescending(static entry => entry.Count.Spans)
            .ThenBy(static entry => entry.Name, StringComparer.Ordinal)
            .ThenBy(static entry => entry.Scope, StringComparer.Ordinal)
            .Take(MostNames)
            .Select(static entry => (entry.Name, entry.Scope))];
        string path = pathShare is double share ? $" and {Percent(share)} of the path time" : "";
        string text = $"{Percent(spanShare ?? 0)} of the spans{path} have no layer, above all {string.Join(", ", first.Select(static entry => $"'{entry.Name}'"))}. "
            + "Tag them with tracegap.layer, or give them one by rules of your own (Rules:File).";
        return new CoverageWarning(text, Rules(first));
    }

    private static string Rules((string Name, string Scope)[] names)
    {
        StringBuilder yaml = new("rules:\n");
        foreach ((string name, string scope) in names)
        {
            yaml.Append("  - name: ").Append(Quote(scope.Length == 0 ? Title(name) : $"{Title(name)} of {scope}")).Append('\n')
                .Append("    match: { name: ").Append(Quote(Shape(name))).Append(scope.Length == 0 ? "" : $", scope: {Quote(scope)}").Append(" }\n")
                .Append("    layer: ").Append(LayerNames.Of(LayerWords.Of(name))).Append('\n');
        }

        return yaml.ToString();
    }

    private static string Title(string name) => string.IsNullOrWhiteSpace(name) ? "no name" : name;

    // What the template took out, as shapes of names have it, which have no way to mean '#' itself. A span without a name is matched by any.
    private static string Shape(string name) => string.IsNullOrWhiteSpace(name) ? "*" : name
        .Replace('#', '*')
        .Replace("{n}", "#", StringComparison.Ordinal)
        .Replace("{hex}", "*", StringComparison.Ordinal)
        .Replace("{guid}", "*", StringComparison.Ordinal)
        .Replace("{id}", "*", StringComparison.Ordinal);

    private static string Quote(string text) => JsonSerializer.Serialize(text, Quoted);

    private static string Percent(double share) => (share * 100).ToString("0.0", CultureInfo.InvariantCulture) + " %";
}
