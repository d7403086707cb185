using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>How the executions and tries of one step key went over a window; sums of weights.</summary>
internal sealed class TriesOfStep
{
    /// <summary>Fewer tries after a failed one say too little.</summary>
    private const long FewestFurtherTries = 10;

    private double _executions;
    private double _failures;
    private double _failedFirst;
    private double _furtherTries;
    private double _furtherSuccesses;
    private long _furtherCount;

    /// <summary>Whether enough tries after failed ones were seen to say how they go.</summary>
    public bool HasFurtherTries => _furtherCount >= FewestFurtherTries;

    /// <summary>Adds equal traces.</summary>
    public void Add(in StepCount step, OutcomeWeight weight)
    {
        double w = (double)weight.Weight;
        _executions += w * step.Executions;
        _failures += w * step.OwnFailures;
        _failedFirst += w * step.FailedFirstAttempts;

        // Where no execution of the trace failed at first, the further tries were steps inside something that was tried again as a whole, and came right with it.
        int further = Math.Max(0, step.Attempts - step.Executions);
        int successes = step.FailedFirstAttempts > 0 ? step.FailedFirstAttempts - step.OwnFailures : 1;
        _furtherTries += w * further;
        _furtherSuccesses += w * Math.Clamp(successes, 0, further);
        _furtherCount += weight.Count * further;
    }

    /// <summary>The rates of doing the step again; none without executions.</summary>
    public RedoRates? ToRates()
    {
        if (_executions <= 0)
        {
            return null;
        }

        double failsFirst = _failedFirst / _executions;
        double failsAgain = HasFurtherTries ? 1 - (_furtherSuccesses / _furtherTries) : failsFirst;
        return new RedoRates(1 - failsFirst, Math.Clamp(failsAgain, 0, 1), 1 - (_failures / _executions));
    }
}
