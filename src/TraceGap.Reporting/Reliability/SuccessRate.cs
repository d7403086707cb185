using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Own successes / executions of a step or a layer, with the variance that executions of one trace failing together and sampling weights give it. Sums are integers, so their
/// order does not matter.
/// </summary>
internal sealed class SuccessRate
{
    // Sums of weights are in units of 2^−16, those of their squares in 2^−32.
    private const double FixedPoint = 1 << 16;

    private Int128 _executions;
    private Int128 _failures;
    private Int128 _executionsSquared;
    private Int128 _failuresSquared;
    private Int128 _mixed;
    private long _count;
    private double _largest;

    /// <summary>Adds traces of which each ran the step so often.</summary>
    public void Add(OutcomeWeight weight, long executions, long failures)
    {
        _count += weight.Count * executions;
        _executions += weight.Weight * executions;
        _failures += weight.Weight * failures;
        if (executions > 0)
        {
            _largest = Math.Max(_largest, FixedPoint * UnequalWeights.LargestOf(weight.Count, (double)weight.Weight / FixedPoint, (double)weight.WeightSquared / (FixedPoint * FixedPoint)));
        }

        Add(RateSquares.Of(weight, executions, failures));
    }

    /// <summary>Adds a sum over traces, without what its variance is made of.</summary>
    public void Add(in StepSums sums)
    {
        _count += sums.Executions;
        _executions += sums.WeightedExecutions;
        _failures += sums.WeightedFailures;
    }

    /// <summary>Adds what the variance of a sum is made of.</summary>
    public void Add(in RateSquares squares)
    {
        _executionsSquared += squares.Executions;
        _failuresSquared += squares.Failures;
        _mixed += squares.Mixed;
    }

    /// <summary>The rate with its interval; none without executions.</summary>
    public Estimate ToEstimate()
    {
        if (_executions <= 0)
        {
            return Estimate.None;
        }

        UnequalWeights weights = UnequalWeights.Of((double)_executions, _count, _largest);
        return Wilson.Interval((double)(_executions - _failures) / (double)_executions, weights.Trials(TrialsWithGhosts(0), TrialsWithGhosts(_largest)));
    }

    // ψ = (k·(1 − p) − f) / n of a trace with k executions and f failures, squared and summed. The ghosts ran the step once each, and one of them failed.
    private double TrialsWithGhosts(double weight)
    {
        double squared = weight * weight;
        double total = (double)_executions + (2 * weight);
        double failing = ((double)_failures + weight) / total;
        double sum = (failing * failing * ((double)_executionsSquared + (2 * squared))) - (2 * failing * ((double)_mixed + squared)) + (double)_failuresSquared + squared;
        return Wilson.Trials(1 - failing, Math.Max(0, sum) / (total * total), _count);
    }
}
