using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>OpenLLMetry (Traceloop), and the kinds that Dify and Alibaba's instrumentations give: right, but coarser than the rows before. Tasks are in <see cref="WeakKindRows"/>.</summary>
internal static class OpenLlmetryRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Likely(Layer.Orchestration, Value("traceloop.span.kind", "workflow", "agent")),
        LayerRule.Likely(Layer.ToolCall, Value("traceloop.span.kind", "tool")),
        LayerRule.Likely(Layer.Inference, Value("llm.request.type", "chat", "completion")),
        LayerRule.Likely(Layer.Retrieval, Value("llm.request.type", "embedding", "rerank")),
        LayerRule.Likely(Layer.Inference, Value("gen_ai.span.kind", "LLM")),
        LayerRule.Likely(Layer.Retrieval, Value("gen_ai.span.kind", "RETRIEVER", "EMBEDDING", "RERANKER")),
        LayerRule.Likely(Layer.ToolCall, Value("gen_ai.span.kind", "TOOL")),
        LayerRule.Likely(Layer.Orchestration, Value("gen_ai.span.kind", "CHAIN", "AGENT")),
    ];
}
