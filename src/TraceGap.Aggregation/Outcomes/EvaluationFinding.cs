namespace TraceGap.Aggregation;

/// <summary>An evaluation that decided how a trace ended.</summary>
/// <param name="HasPassed">Whether the answer was good.</param>
/// <param name="Step">The step whose result it judged; null where it judged that of the run.</param>
/// <param name="Text">Its name and label or score: <c>faithfulness=hallucinated</c>.</param>
internal sealed record EvaluationFinding(bool HasPassed, StepDraft? Step, string Text);
