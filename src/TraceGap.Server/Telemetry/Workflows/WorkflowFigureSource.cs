using TraceGap.Aggregation;
using TraceGap.Reporting;
using TraceGap.Server.Queries;
using TraceGap.Storage;

namespace TraceGap.Server.Telemetry.Workflows;

/// <summary>Makes the reports that gauges show, and keeps them for a while: several gauges and several readers cost one computation. Thread-safe.</summary>
/// <param name="readCells">The rollups of a window.</param>
/// <param name="analysedUntil">Event time up to which everything is analysed, ns.</param>
/// <param name="time">The clock.</param>
internal sealed class WorkflowFigureSource(Func<CellQuery, IReadOnlyList<KeyCell>> readCells, Func<long> analysedUntil, TimeProvider time)
{
    /// <summary>Workflows per window; a metrics store pays for every series, and what a service runs seldom is better asked for by name.</summary>
    public const int MostWorkflows = 100;

    private readonly Lock _lock = new();
    private readonly Dictionary<FigureWindow, Kept> _kept = [];

    /// <summary>The figures of every window, shortest first. Where the store cannot be read at present, those that were read last.</summary>
    public IReadOnlyList<WorkflowFigures> Current()
    {
        lock (_lock)
        {
            return [.. FigureWindow.All.Select(Of)];
        }
    }

    private WorkflowFigures Of(FigureWindow window)
    {
        long now = time.GetTimestamp();
        if (_kept.TryGetValue(window, out Kept? kept) && time.GetElapsedTime(kept.At, now) < kept.MaxAge)
        {
            return kept.Figures;
        }

        try
        {
            kept = new Kept(Compute(window), now);
        }
        catch (StorageUnavailableException)
        {
            kept = new Kept(kept?.Figures ?? new WorkflowFigures(window, [], 0), now);
        }

        _kept[window] = kept;
        return kept.Figures;
    }

    private WorkflowFigures Compute(FigureWindow window)
    {
        EventWindow minutes = window.Until(analysedUntil());
        IReadOnlyList<KeyCell> found = readCells(new CellQuery { FromMinute = minutes.FromMinute, ToMinute = minutes.ToMinute });
        KeyValuePair<RollupKey, RollupCell>[] cells = [.. found.Select(static cell => KeyValuePair.Create(cell.Key, cell.Cell))];
        string[] workflows =
        [
            .. found.GroupBy(static cell => cell.Key.Workflow, StringComparer.Ordinal)
                .OrderByDescending(static group => group.Sum(static cell => cell.Cell.Traces))
                .ThenBy(static group => group.Key, StringComparer.Ordinal)
                .Select(static group => group.Key),
        ];
        Report[] reports =
        [
            .. workflows.Take(MostWorkflows).Select(workflow => ReportBuilder.Build(new ReportInput
            {
                FromUnixNanos = minutes.FromUnixNanos,
                ToUnixNanos = minutes.ToUnixNanos,

                // A trace without a root may be any workflow's of its service.
                Cells = Array.FindAll(cells, cell => cell.Key.Workflow == workflow || !cell.Key.HasRoot),
                Workflow = workflow,
            })),
        ];
        return new WorkflowFigures(window, reports, workflows.Length - reports.Length);
    }

    private sealed record Kept(WorkflowFigures Figures, long At)
    {
        public TimeSpan MaxAge => Figures.Reports.Count > 0 ? Figures.Window.MaxAge : FigureWindow.MaxAgeOfNothing;
    }
}
