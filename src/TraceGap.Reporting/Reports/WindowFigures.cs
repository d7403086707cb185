using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>All sums of a selection that do not depend on paths. Integers, so neither the order of cells nor how a window was cut into them matters.</summary>
internal sealed class WindowFigures
{
    /// <summary>Sums up.</summary>
    public WindowFigures(WindowSelection selection)
    {
        foreach (RollupCell cell in selection.Cells)
        {
            Add(cell.Outcomes);
            Add(cell);
        }

        Add(selection.Strays);
    }

    /// <summary>Traces by outcome.</summary>
    public TraceTotals Traces { get; } = new();

    /// <summary>Counts and rates of steps and layers.</summary>
    public StepTotals Steps { get; } = new();

    /// <summary>End-to-end latency.</summary>
    public LatencyAttribution Latency { get; } = new();

    /// <summary>Durations, path time and errors by step key.</summary>
    public Dictionary<StepKey, StepCell> StepCells { get; } = [];

    /// <summary>Path time per trace, by layer.</summary>
    public LatencyHistogram[] LayerCritical { get; } = [.. Enumerable.Range(0, LayerNames.Count).Select(static _ => new LatencyHistogram())];

    /// <summary>Serial groups, redundant work, model calls.</summary>
    public WorkSums Work { get; } = new();

    /// <summary>Failed traces by the failure that ended them.</summary>
    public Dictionary<FailureKey, long> Failures { get; } = [];

    /// <summary>Distinct spans.</summary>
    public long Spans { get; private set; }

    /// <summary>Traces that were revised.</summary>
    public long Revised { get; private set; }

    /// <summary>Tokens of a layer.</summary>
    public TokenCounts TokensOf(Layer layer)
    {
        TokenSums sum = Work.Models.Where(model => model.Key.Layer == layer).Aggregate(default(TokenSums), static (sum, model) => sum + model.Value.Tokens);
        return new TokenCounts(sum.Input, sum.Output);
    }

    private void Add(OutcomeSums outcomes)
    {
        Traces.Add(outcomes);
        Steps.Add(outcomes);
    }

    private void Add(RollupCell cell)
    {
        Latency.Add(cell);
        foreach ((StepKey key, StepCell step) in cell.Steps)
        {
            Add(key, step);
        }

        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            LayerCritical[layer].Merge(cell.LayerCritical[layer]);
        }

        foreach ((FailureKey failure, long traces) in cell.Failures)
        {
            Failures[failure] = Failures.GetValueOrDefault(failure) + traces;
        }

        Work.Merge(cell.Work);
        Spans += cell.Spans;
        Revised += cell.Revised;
    }

    private void Add(StepKey key, StepCell step)
    {
        if (!StepCells.TryGetValue(key, out StepCell? sum))
        {
            sum = new StepCell();
            StepCells.Add(key, sum);
        }

        sum.Merge(step);
    }
}
