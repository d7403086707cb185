using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Ok and failed traces of a stretch of time, with their sampling weights: fixed point 2^−16, squares 2^−32, so that sums are exact in any order.</summary>
/// <param name="Weight">Σw.</param>
/// <param name="WeightSquared">Σw².</param>
/// <param name="Failed">Σw of those that failed.</param>
public readonly record struct RequestSums(Int128 Weight, Int128 WeightSquared, Int128 Failed)
{
    /// <summary>Whether there is a trace.</summary>
    public bool Any => Weight > 0;

    /// <summary>Share that failed; 0 without traces.</summary>
    public double Loss => Any ? (double)Failed / (double)Weight : 0;

    /// <summary>The number of equally weighted traces that say as much, (Σw)²/Σw²; the count where all weights are equal.</summary>
    public double Effective => Any ? (double)Weight * (double)Weight / (double)WeightSquared : 0;

    /// <summary>Sums of the ok and failed traces of a cell.</summary>
    public static RequestSums Of(RollupCell cell)
    {
        OutcomeWeight ok = cell.Outcomes.SumOf(TraceOutcome.Ok);
        OutcomeWeight failed = cell.Outcomes.SumOf(TraceOutcome.Failed);
        return new RequestSums(ok.Weight + failed.Weight, ok.WeightSquared + failed.WeightSquared, failed.Weight);
    }

    /// <summary>Sums of one trace: none if it is neither ok nor failed.</summary>
    public static RequestSums Of(TraceContribution trace) => trace.Outcome.Outcome is TraceOutcome.Ok or TraceOutcome.Failed
        ? new RequestSums(trace.Weight, (Int128)trace.Weight * trace.Weight, trace.Outcome.Outcome == TraceOutcome.Failed ? trace.Weight : 0)
        : default;

    /// <summary>Adds.</summary>
    public static RequestSums operator +(RequestSums left, RequestSums right) =>
        new(left.Weight + right.Weight, left.WeightSquared + right.WeightSquared, left.Failed + right.Failed);
}
