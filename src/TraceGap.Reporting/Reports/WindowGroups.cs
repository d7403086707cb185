using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>The cells of a window by key.</summary>
internal sealed class WindowGroups
{
    private readonly WindowGroup[] _all;
    private readonly ILookup<string, WindowGroup> _byWorkflow;
    private readonly ILookup<(string Environment, string Service), WindowGroup> _rootless;

    /// <summary>Groups cells.</summary>
    public WindowGroups(IReadOnlyList<KeyValuePair<RollupKey, RollupCell>> cells)
    {
        _all =
        [
            .. cells.GroupBy(static cell => cell.Key, static cell => cell.Value)
                .Select(static group => new WindowGroup(group.Key, [.. group]))
                .OrderBy(static group => group.Key),
        ];
        _byWorkflow = _all.ToLookup(static group => group.Key.Workflow, StringComparer.Ordinal);
        _rootless = _all.Where(static group => group.IsRootless).ToLookup(static group => group.Home);
    }

    /// <summary>Names of the workflows.</summary>
    public IEnumerable<string> Workflows => _byWorkflow.Select(static workflow => workflow.Key);

    /// <summary>Groups of a workflow, or all if it is null, by key.</summary>
    public IReadOnlyList<WindowGroup> Of(string? workflow) => workflow is null ? _all : [.. _byWorkflow[workflow]];

    /// <summary>Groups of the traces without a root of a service in an environment, by key.</summary>
    public IEnumerable<WindowGroup> Rootless((string Environment, string Service) home) => _rootless[home];
}
