using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>OpenInference: <c>openinference.span.kind</c>, corrected where instrumentors are known to mislabel. CHAIN is in <see cref="WeakKindRows"/>, EVALUATOR in <see cref="ExclusionRows"/>.</summary>
internal static class OpenInferenceRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        // The OpenAI agents processor makes handoffs TOOL; the OpenLLMetry bridge makes every task TOOL.
        LayerRule.Certain(Layer.Orchestration, Kind("TOOL"), Name("handoff to *")),
        LayerRule.ByWords(Kind("TOOL"), Value("traceloop.span.kind", "task")),

        // The LangChain tracer makes every run AGENT whose name contains "agent".
        LayerRule.Likely(Layer.Inference, Kind("AGENT"), Present("llm.model_name"), Present("llm.token_count.prompt", "llm.token_count.completion", "llm.token_count.total")),
        LayerRule.Likely(Layer.ToolCall, Kind("AGENT"), Present("tool.name")),

        LayerRule.Certain(Layer.Inference, Kind("LLM")),
        LayerRule.Certain(Layer.Retrieval, Kind("RETRIEVER", "EMBEDDING", "RERANKER")),
        LayerRule.Certain(Layer.ToolCall, Kind("TOOL")),
        LayerRule.Certain(Layer.Orchestration, Kind("AGENT")),
        LayerRule.Certain(Layer.Assembly, Kind("PROMPT")),
        LayerRule.ByPosition(Kind("GUARDRAIL")),
    ];

    private static Clue Kind(params string[] kinds) => Value("openinference.span.kind", kinds);
}
