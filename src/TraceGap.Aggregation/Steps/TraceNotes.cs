namespace TraceGap.Aggregation;

/// <summary>What the spans of a trace say about the whole of it, so that passes that most traces do not need can be left out.</summary>
/// <param name="OutcomeSpan">The span that states the outcome of the trace: the root, else the first in order; −1 if none does.</param>
/// <param name="AnyTripped">Whether any guardrail tripped.</param>
/// <param name="AnyEvaluation">Whether any evaluation is in the trace.</param>
internal readonly record struct TraceNotes(int OutcomeSpan, bool AnyTripped, bool AnyEvaluation);
