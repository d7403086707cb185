using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Evaluators judge a run from outside; vendor markers are events in the shape of spans. Neither is on the run's path.</summary>
internal static class ExclusionRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Exclude(Value("openinference.span.kind", "EVALUATOR")),
        LayerRule.Exclude(Value("langfuse.observation.type", "evaluator")),
        LayerRule.Exclude(Value("langwatch.span.type", "evaluation")),
        LayerRule.Exclude(AnyValue(["mastra.span.type", "gen_ai.operation.name"], "scorer_run", "scorer_step", "model_chunk")),
        LayerRule.Exclude(Value("genkit:metadata:subtype", "evaluator")),
        LayerRule.Exclude(Value("lmnr.span.type", "EXECUTOR", "EVALUATOR", "HUMAN_EVALUATOR", "EVALUATION")),
        LayerRule.Exclude(Clue.Scope("crewai.telemetry")),
        LayerRule.Exclude(Name("judge_evaluation", "realtime_metrics"), Clue.Scope("livekit-agents")),
        LayerRule.Exclude(Name("batch_write_to_db")),
        LayerRule.Exclude(Clue.Scope("pydantic-evals")),

        // Evaluations are also events on what they judge, so the key alone does not make an evaluator.
        LayerRule.Exclude(Present("gen_ai.evaluation.name"), Name("evaluat*", "Evaluat*", "eval *", "eval.*", "judge*", "gen_ai.evaluation*")),
    ];
}
