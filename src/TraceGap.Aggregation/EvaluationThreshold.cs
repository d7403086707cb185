namespace TraceGap.Aggregation;

/// <summary>From which score on an evaluation says that an answer is good. Scales and directions differ from evaluator to evaluator, so nothing is assumed of them.</summary>
/// <param name="Name">Name of the evaluation, in any case; a <c>*</c> stands for anything.</param>
/// <param name="Min">Lower scores fail; null for no such bound.</param>
/// <param name="Max">Higher scores fail; null for no such bound.</param>
public sealed record EvaluationThreshold(string Name, double? Min, double? Max)
{
    /// <summary>Whether a score passes.</summary>
    public bool Passes(double score) => !(score < Min) && !(score > Max);
}
