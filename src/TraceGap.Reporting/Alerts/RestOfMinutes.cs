using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>Ok and failed traces of which only sums are known, their paths being those of a sample: what a window takes of them. In Σw, as doubles.</summary>
internal sealed class RestOfMinutes
{
    private const double WeightUnit = 1.0 / (1L << 16);

    private readonly Dictionary<StepKey, (double Executions, double Failures)> _steps = [];

    /// <summary>All of them.</summary>
    public WindowSums Sums { get; private set; }

    /// <summary>Executions and own failures by step key.</summary>
    public IReadOnlyDictionary<StepKey, (double Executions, double Failures)> Steps => _steps;

    /// <summary>The rest of a table; null if there are no such traces.</summary>
    public static RestOfMinutes? Of(OutcomeRest rest)
    {
        RestOfMinutes sums = new();
        foreach ((OutcomeClass of, OutcomeWeight weight) in rest.Classes.Where(static of => of.Key.Outcome is TraceOutcome.Ok or TraceOutcome.Failed))
        {
            bool isFailed = of.Outcome == TraceOutcome.Failed;
            sums.Sums = sums.Sums.With(
                (double)weight.Weight * WeightUnit, (double)weight.WeightSquared * WeightUnit * WeightUnit, isFailed, isFailed && !of.HasUnrecovered);
        }

        foreach (((StepKey key, bool _), StepSums step) in rest.Steps.Where(static step => step.Key.IsRated))
        {
            sums._steps[key] = ((double)step.WeightedExecutions * WeightUnit, (double)step.WeightedFailures * WeightUnit);
        }

        return sums.Sums.Weight > 0 ? sums : null;
    }

    /// <summary>Adds those of another minute.</summary>
    public void Add(RestOfMinutes other)
    {
        Sums += other.Sums;
        foreach ((StepKey key, (double executions, double failures)) in other._steps)
        {
            (double knownExecutions, double knownFailures) = _steps.GetValueOrDefault(key);
            _steps[key] = (knownExecutions + executions, knownFailures + failures);
        }
    }
}
