using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>The cells of one key in a window. Reliability is estimated per group.</summary>
/// <param name="Key">Environment, service, workflow, version.</param>
/// <param name="Cells">Its cells, in any order.</param>
internal sealed record WindowGroup(RollupKey Key, IReadOnlyList<RollupCell> Cells)
{
    /// <summary>Where traces that may belong to the group but have no root are kept.</summary>
    public (string Environment, string Service) Home => (Key.Environment, Key.Service);

    /// <summary>True if the group is that of the traces without a root of its service.</summary>
    public bool IsRootless => Key.Workflow == $"{Key.Service}/{RollupKey.NoRoot}";

    /// <summary>All records; equal ones may occur several times.</summary>
    public IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> Records => Cells.SelectMany(static cell => cell.Outcomes);

    /// <summary>Records of outcome unknown.</summary>
    public IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> Unknown => Records.Where(static record => record.Key.Outcome == TraceOutcome.Unknown);

    /// <summary>Tries of tasks.</summary>
    public TaskTable Tasks()
    {
        TaskTable tasks = new();
        foreach (RollupCell cell in Cells)
        {
            tasks.Merge(cell.Tasks);
        }

        return tasks;
    }

    /// <summary>Σw of ok and failed traces, fixed point.</summary>
    public Int128 KnownWeight()
    {
        Int128 sum = 0;
        foreach ((OutcomeRecord record, OutcomeWeight weight) in Records)
        {
            sum += record.Outcome is TraceOutcome.Ok or TraceOutcome.Failed ? weight.Weight : 0;
        }

        return sum;
    }
}
