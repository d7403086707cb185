namespace TraceGap.Otlp.Facts;

/// <summary>What the label of an evaluation says about the answer. Scores have no common scale or direction and are not judged here.</summary>
internal static class EvaluationLabels
{
    private static readonly HashSet<string> Good = new(StringComparer.Ordinal)
    {
        "pass", "passed", "correct", "factual", "faithful", "grounded", "relevant", "non_toxic", "not_toxic", "safe", "good", "success", "thumbs_up",
    };

    private static readonly HashSet<string> Bad = new(StringComparer.Ordinal)
    {
        "fail", "failed", "incorrect", "hallucinated", "hallucination", "unfaithful", "ungrounded", "irrelevant", "unrelated", "not_relevant",
        "toxic", "unsafe", "bad", "wrong", "failure", "thumbs_down",
    };

    /// <summary><see cref="SpanFacts.EvaluationPassed"/>, <see cref="SpanFacts.EvaluationFailed"/>, or nothing for a label that is not known.</summary>
    public static SpanFacts Read(string label)
    {
        string normal = label.Trim().ToLowerInvariant().Replace('-', '_').Replace(' ', '_');
        return Good.Contains(normal) ? SpanFacts.EvaluationPassed : Bad.Contains(normal) ? SpanFacts.EvaluationFailed : SpanFacts.None;
    }
}
