using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>What a window has traces of, and so what questions about it can be narrowed to; each list in ordinal order. The empty environment or version is that of traces that name none.</summary>
/// <param name="Window">The window.</param>
/// <param name="Workflows">Workflows.</param>
/// <param name="Environments">Environments.</param>
/// <param name="Versions">Versions of the services of roots.</param>
public sealed record FilterList(ReportWindow Window, IReadOnlyList<string> Workflows, IReadOnlyList<string> Environments, IReadOnlyList<string> Versions)
{
    /// <summary>The list of keys.</summary>
    public static FilterList Of(ReportWindow window, IReadOnlyList<RollupKey> keys) =>
        new(window, Distinct(keys, static key => key.Workflow), Distinct(keys, static key => key.Environment), Distinct(keys, static key => key.Version));

    private static string[] Distinct(IEnumerable<RollupKey> keys, Func<RollupKey, string> part) => [.. keys.Select(part).Distinct(StringComparer.Ordinal).Order(StringComparer.Ordinal)];
}
