using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>What shares of traces are made of.</summary>
/// <param name="Outcome">How the trace ended.</param>
/// <param name="Inferred">Whether the outcome was inferred.</param>
/// <param name="HasOwnFailure">Whether any step failed of its own.</param>
/// <param name="HasUnrecovered">Whether any own failure is unrecovered.</param>
public readonly record struct OutcomeClass(TraceOutcome Outcome, bool Inferred, bool HasOwnFailure, bool HasUnrecovered)
{
    /// <summary>The class of a record.</summary>
    public static OutcomeClass Of(OutcomeRecord record) =>
        new(record.Outcome, record.Inferred, record.HasUnrecovered || record.Steps.Any(static step => step.OwnFailures > 0), record.HasUnrecovered);
}

/// <summary>Sums over traces of which each ran a step, or the steps of a layer, k times and saw it fail f times of its own: what the variance of a rate is made of.</summary>
/// <param name="Executions">Σw²k².</param>
/// <param name="Failures">Σw²f².</param>
/// <param name="Mixed">Σw²kf.</param>
public readonly record struct RateSquares(Int128 Executions, Int128 Failures, Int128 Mixed)
{
    /// <summary>Of equal traces.</summary>
    public static RateSquares Of(OutcomeWeight weight, long executions, long failures) => new(
        weight.WeightSquared * executions * executions, weight.WeightSquared * failures * failures, weight.WeightSquared * executions * failures);

    /// <summary>Adds two sums.</summary>
    public static RateSquares operator +(RateSquares left, RateSquares right) =>
        new(left.Executions + right.Executions, left.Failures + right.Failures, left.Mixed + right.Mixed);
}

/// <summary>Sums over the traces of a step key; see <see cref="StepCount"/>.</summary>
/// <param name="Executions">Executions.</param>
/// <param name="Attempts">Tries.</param>
/// <param name="OwnFailures">Own failures.</param>
/// <param name="Recovered">Of those, survived by the run.</param>
/// <param name="WeightedExecutions">Σw of executions.</param>
/// <param name="WeightedFailures">Σw of own failures.</param>
/// <param name="WeightedFailedFirst">Σw of failed first attempts.</param>
/// <param name="WeightedAgain">Σw of tries beyond one an execution.</param>
/// <param name="Squares">For the variance of the rate.</param>
public readonly record struct StepSums(
    long Executions,
    long Attempts,
    long OwnFailures,
    long Recovered,
    Int128 WeightedExecutions,
    Int128 WeightedFailures,
    Int128 WeightedFailedFirst,
    Int128 WeightedAgain,
    RateSquares Squares)
{
    /// <summary>Of equal traces.</summary>
    public static StepSums Of(in StepCount step, OutcomeWeight weight) => new(
        weight.Count * step.Executions,
        weight.Count * step.Attempts,
        weight.Count * step.OwnFailures,
        weight.Count * step.Recovered,
        weight.Weight * step.Executions,
        weight.Weight * step.OwnFailures,
        weight.Weight * step.FailedFirstAttempts,
        weight.Weight * Math.Max(0, step.Attempts - step.Executions),
        RateSquares.Of(weight, step.Executions, step.OwnFailures));

    /// <summary>Adds two sums.</summary>
    public static StepSums operator +(StepSums left, StepSums right) => new(
        left.Executions + right.Executions,
        left.Attempts + right.Attempts,
        left.OwnFailures + right.OwnFailures,
        left.Recovered + right.Recovered,
        left.WeightedExecutions + right.WeightedExecutions,
        left.WeightedFailures + right.WeightedFailures,
        left.WeightedFailedFirst + right.WeightedFailedFirst,
        left.WeightedAgain + right.WeightedAgain,
        left.Squares + right.Squares);
}

/// <summary>
/// Traces whose paths are not kept: the sums that counts and rates are made of, exact as those of records are. Of bounded size, whatever the traces did. All sums are integers, so what is taken
/// out leaves nothing behind. One owner, no lock.
/// </summary>
public sealed class OutcomeRest
{
    private readonly Dictionary<OutcomeClass, OutcomeWeight> _classes = [];
    private readonly Dictionary<(StepKey Key, bool IsRated), StepSums> _steps = [];
    private readonly RateSquares[] _layers = new RateSquares[LayerNames.Count];

    /// <summary>Traces by what shares are made of; no zero counts.</summary>
    public IReadOnlyDictionary<OutcomeClass, OutcomeWeight> Classes => _classes;

    /// <summary>Steps of ok and failed traces, which are rated, and of unknown ones apart.</summary>
    public IReadOnlyDictionary<(StepKey Key, bool IsRated), StepSums> Steps => _steps;

    /// <summary>By layer, over all steps of it that one trace ran together; of ok and failed traces.</summary>
    public ReadOnlySpan<RateSquares> Layers => _layers;

    /// <summary>True if there are no traces.</summary>
    public bool IsEmpty => _classes.Count == 0;

    /// <summary>Adds equal traces.</summary>
    public void Add(OutcomeRecord record, OutcomeWeight weight)
    {
        Add(OutcomeClass.Of(record), weight);
        bool isRated = record.Outcome != TraceOutcome.Unknown;
        Span<(long Executions, long Failures)> layers = stackalloc (long, long)[LayerNames.Count];
        layers.Clear();
        for (int i = 0; i < record.Steps.Count; i++)
        {
            StepCount step = record.Steps[i];
            Add(step.Key, isRated, StepSums.Of(step, weight));
            ref (long Executions, long Failures) layer = ref layers[(int)step.Key.Layer];
            layer = (layer.Executions + step.Executions, layer.Failures + step.OwnFailures);
        }

        for (int layer = 0; isRated && layer < LayerNames.Count; layer++)
        {
            Add((Layer)layer, RateSquares.Of(weight, layers[layer].Executions, layers[layer].Failures));
        }
    }

    /// <summary>Adds traces of a class.</summary>
    public void Add(OutcomeClass of, OutcomeWeight weight)
    {
        ref OutcomeWeight sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_classes, of, out _);
        sum += weight;
        if (sum.Count == 0)
        {
            _classes.Remove(of);
        }
    }

    /// <summary>Adds to a step key.</summary>
    public void Add(StepKey key, bool isRated, StepSums sums)
    {
        ref StepSums sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_steps, (key, isRated), out _);
        sum += sums;
        if (sum == default)
        {
            _steps.Remove((key, isRated));
        }
    }

    /// <summary>Adds to a layer.</summary>
    public void Add(Layer layer, RateSquares squares) => _layers[(int)layer] += squares;

    /// <summary>Adds all of another.</summary>
    public void Merge(OutcomeRest other)
    {
        Merge(other, unknown: false);
        Merge(other, unknown: true);
    }

    /// <summary>Adds of another the traces of unknown outcome, or all but those.</summary>
    public void Merge(OutcomeRest other, bool unknown)
    {
        foreach ((OutcomeClass of, OutcomeWeight weight) in other._classes)
        {
            if (of.Outcome == TraceOutcome.Unknown == unknown)
            {
                Add(of, weight);
            }
        }

        // Cancelled and open traces have no steps.
        foreach (((StepKey key, bool isRated), StepSums sums) in other._steps)
        {
            if (isRated != unknown)
            {
                Add(key, isRated, sums);
            }
        }

        for (int layer = 0; !unknown && layer < _layers.Length; layer++)
        {
            _layers[layer] += other._layers[layer];
        }
    }
}
