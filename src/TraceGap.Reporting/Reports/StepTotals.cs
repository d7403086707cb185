using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Counts of one step key or layer, and its rate.</summary>
internal sealed class StepTotal
{
    /// <summary>Steps that ran.</summary>
    public long Executions { get; set; }

    /// <summary>Tries.</summary>
    public long Attempts { get; set; }

    /// <summary>Executions that failed of their own.</summary>
    public long OwnFailures { get; set; }

    /// <summary>Of those, survived by the run.</summary>
    public long Recovered { get; set; }

    /// <summary>Own successes / executions of ok and failed traces.</summary>
    public SuccessRate Rate { get; } = new();
}

/// <summary>Counts per step key and per layer. Ok, failed and unknown traces are counted, ok and failed ones are rated. All sums are integers.</summary>
internal sealed class StepTotals
{
    private readonly StepKeyIndex _keys = new();
    private readonly List<StepTotal> _steps = [];
    private readonly StepTotal[] _layers = [.. Enumerable.Range(0, LayerNames.Count).Select(static _ => new StepTotal())];

    /// <summary>Step keys that were added.</summary>
    public IReadOnlyList<StepKey> Keys => _keys.Keys;

    /// <summary>Totals of a step key, made if they are not there.</summary>
    public StepTotal Of(StepKey key)
    {
        int number = _keys.Of(key);
        if (number == _steps.Count)
        {
            _steps.Add(new StepTotal());
        }

        return _steps[number];
    }

    /// <summary>Totals of a layer.</summary>
    public StepTotal Of(Layer layer) => _layers[(int)layer];

    /// <summary>Adds the traces of a table.</summary>
    public void Add(OutcomeSums outcomes, bool withUnknown = true)
    {
        foreach ((OutcomeRecord record, OutcomeWeight weight) in outcomes.Records)
        {
            if (withUnknown || record.Outcome != TraceOutcome.Unknown)
            {
                Add(record, weight);
            }
        }

        Add(outcomes.Rest, withUnknown);
    }

    private void Add(OutcomeRest rest, bool withUnknown)
    {
        foreach (((StepKey key, bool isRated), StepSums sums) in rest.Steps)
        {
            if (!isRated && !withUnknown)
            {
                continue;
            }

            StepTotal total = Of(key);
            StepTotal layer = Of(key.Layer);
            Count(total, sums);
            Count(layer, sums);
            if (isRated)
            {
                total.Rate.Add(sums);
                total.Rate.Add(sums.Squares);
                layer.Rate.Add(sums);
            }
        }

        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            _layers[layer].Rate.Add(rest.Layers[layer]);
        }
    }

    private void Add(OutcomeRecord record, OutcomeWeight weight)
    {
        if (record.Outcome is not (TraceOutcome.Ok or TraceOutcome.Failed or TraceOutcome.Unknown))
        {
            return;
        }

        bool rated = record.Outcome != TraceOutcome.Unknown;
        Span<long> executions = stackalloc long[LayerNames.Count];
        Span<long> failures = stackalloc long[LayerNames.Count];
        executions.Clear();
        failures.Clear();
        for (int i = 0; i < record.Steps.Count; i++)
        {
            StepCount step = record.Steps[i];
            StepTotal total = Of(step.Key);
            Count(total, step, weight.Count);
            Count(_layers[(int)step.Key.Layer], step, weight.Count);
            executions[(int)step.Key.Layer] += step.Executions;
            failures[(int)step.Key.Layer] += step.OwnFailures;
            if (rated)
            {
                total.Rate.Add(weight, step.Executions, step.OwnFailures);
            }
        }

        for (int layer = 0; rated && layer < LayerNames.Count; layer++)
        {
            _layers[layer].Rate.Add(weight, executions[layer], failures[layer]);
        }
    }

    private static void Count(StepTotal total, in StepSums sums)
    {
        total.Executions += sums.Executions;
        total.Attempts += sums.Attempts;
        total.OwnFailures += sums.OwnFailures;
        total.Recovered += sums.Recovered;
    }

    private static void Count(StepTotal total, in StepCount step, long traces)
    {
        total.Executions += traces * step.Executions;
        total.Attempts += traces * step.Attempts;
        total.OwnFailures += traces * step.OwnFailures;
        total.Recovered += traces * step.Recovered;
    }
}
