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

    /// <summary>The outcome table of all cells.</summary>
    public OutcomeSums Outcomes { get; } = Sum(Cells);

    /// <summary>What is known of ok and failed traces: what the estimator computes on, without unknown ones.</summary>
    public OutcomeSample Known => OutcomeSample.Of(Outcomes, unknown: null);

    /// <summary>
    /// Records of ok and failed traces with weights that stand for all of these: Σw is 2^level times, Σw² 4^level times that of the traces whose records are kept. Counts are theirs.
    /// </summary>
    public IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> Scaled => Outcomes.Records
        .Where(static record => record.Key.Outcome is TraceOutcome.Ok or TraceOutcome.Failed)
        .Select(record => KeyValuePair.Create(
            record.Key, record.Value with { Weight = record.Value.Weight << Outcomes.Level, WeightSquared = record.Value.WeightSquared << (2 * Outcomes.Level) }));

    /// <summary>Sums over all ok and failed traces.</summary>
    public OutcomeWeight KnownSum => Outcomes.SumOf(TraceOutcome.Ok) + Outcomes.SumOf(TraceOutcome.Failed);

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

    private static OutcomeSums Sum(IReadOnlyList<RollupCell> cells)
    {
        if (cells.Count == 1)
        {
            return cells[0].Outcomes;
        }

        OutcomeSums sum = new();
        foreach (RollupCell cell in cells)
        {
            sum.Merge(cell.Outcomes);
        }

        return sum;
    }
}
