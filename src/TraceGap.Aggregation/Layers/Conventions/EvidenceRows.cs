using TraceGap.Otlp;
using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Spans without a kind: what their attributes give away. A key that is copied onto other spans as context proves nothing alone (agent names stand on model calls).</summary>
internal static class EvidenceRows
{
    private static readonly string[] Model = ["gen_ai.request.model", "gen_ai.response.model", "llm.model_name", "llm.request.model_name", "llm.response.model_name"];

    private static readonly string[] Usage =
    [
        "gen_ai.usage.input_tokens", "gen_ai.usage.output_tokens", "gen_ai.usage.prompt_tokens", "gen_ai.usage.completion_tokens",
        "llm.token_count.prompt", "llm.token_count.completion", "llm.usage.total_tokens",
    ];

    private static readonly string[] Answer = ["gen_ai.response.finish_reasons", "gen_ai.response.finish_reason", "gen_ai.response.id", "llm.finish_reason"];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Likely(Layer.ToolCall, Present("gen_ai.tool.name", "gen_ai.tool.call.id", "tool.name", "flue.tool.name", "flue.tool.call_id"), Absent(Usage)),
        LayerRule.Likely(
            Layer.Retrieval,
            Present(
                "gen_ai.data_source.id", "gen_ai.retrieval.query.text", "gen_ai.retrieval.documents", "gen_ai.retrieval.document_count", "aws.bedrock.knowledge_base.id",
                "embedding.model_name", "reranker.query", "retrieval.query")),
        LayerRule.ByPosition(Present("aws.bedrock.guardrail.id"), Absent([.. Usage, .. Answer])),
        LayerRule.Likely(Layer.Retrieval, KeyStart("retrieval.documents.", "reranker.output_documents.", "reranker.input_documents.")),
        LayerRule.Likely(Layer.Inference, Present(Model), Present([.. Usage, .. Answer])),
        LayerRule.Likely(Layer.Inference, Present(Model), Clue.SpanKind(Otlp.SpanKind.Client)),
        LayerRule.Likely(Layer.Orchestration, Present("gen_ai.agent.name", "agent.name", "agent_name", "flue.task.id"), SpanKind(Otlp.SpanKind.Internal), Absent([.. Usage, .. Model])),
    ];
}
