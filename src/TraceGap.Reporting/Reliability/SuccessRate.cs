using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Own successes / executions of a step or a layer, with the variance that executions of one trace failing together and sampling weights give it. Sums are integers, so their
/// order does not matter.
/// </summary>
internal sealed class SuccessRate
{
    private Int128 _executions;
    private Int128 _failures;
    private Int128 _executionsSquared;
    private Int128 _failuresSquared;
    private Int128 _mixed;
    private long _count;

    /// <summary>Adds traces of which each ran the step so often.</summary>
    public void Add(OutcomeWeight weight, long executions, long failures)
    {
        _count += weight.Count * executions;
        _executions += weight.Weight * executions;
        _failures += weight.Weight * failures;
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

        // ψ = (k·(1 − p) − f) / n of a trace with k executions and f failures, squared and summed.
        double total = (double)_executions;
        double failing = (double)_failures / total;
        double variance = ((failing * failing * (double)_executionsSquared) - (2 * failing * (double)_mixed) + (double)_failuresSquared) / (total * total);
        return Wilson.Interval((double)(_executions - _failures) / total, Math.Max(0, variance), _count);
    }
}
