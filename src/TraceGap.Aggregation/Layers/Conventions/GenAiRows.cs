using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>OpenTelemetry GenAI semantic conventions: <c>gen_ai.operation.name</c>, its enum and what is seen in the field beside it.</summary>
internal static class GenAiRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        // The enum of the specification.
        Operation(Layer.Inference, "chat", "generate_content", "text_completion", "fetch_response"),
        Operation(Layer.Retrieval, "embeddings", "retrieval", "search_memory"),
        Operation(Layer.ToolCall, "execute_tool"),
        Operation(Layer.Orchestration, "create_agent", "invoke_agent", "invoke_workflow", "plan"),
        LayerRule.Control(Value("gen_ai.operation.name", "create_memory_store", "create_memory", "update_memory", "upsert_memory", "delete_memory", "delete_memory_store")),
        LayerRule.ByPosition(Value("gen_ai.operation.name", "run_guardrail", "apply_guardrail", "guardrail_check", "guardrail.run", "guard", "execute_guardrail")),

        // Said to be unknown, or transport by another name.
        LayerRule.Inherit(Value("gen_ai.operation.name", "unknown", "mcp_request", "mcp_response", "mcp_server", "mcp_client", "file", "cancel")),

        // Outside the enum.
        Operation(
            Layer.Inference,
            "response", "transcription", "speech_generation", "realtime", "llm_request", "image", "completion", "generate", "audio", "video", "moderation", "model_request",
            "translate", "transliterate", "language_identification", "speech_to_text", "text_to_speech", "speech_to_text_translate", "batch", "fine_tuning"),
        Operation(Layer.Retrieval, "rerank", "vector_db_retrieve", "embedding", "retriever", "vectordb", "memory", "memory_search", "memory_get", "mcp_resource_read", "mcp_resource_list"),
        Operation(Layer.ToolCall, "tool", "mcp_tool_call", "search", "map", "crawl*", "extract*", "scrape*", "browser_*"),
        Operation(
            Layer.Orchestration,
            "agent_handoff", "invoke_*", "execute_task", "framework", "chain", "agent", "workflow", "ai.harness", "tool_coordination", "task", "execution", "conversation",
            "create_thread", "create_message", "start_thread_run", "create_thread_run", "process_thread_run", "submit_tool_outputs", "list_run_steps", "list_messages", "a2a*"),
        LayerRule.Control(Value("gen_ai.operation.name", "memory_add", "memory_update", "memory_delete", "mcp_tool_list")),
        Operation(Layer.Assembly, "prompt", "parser"),
        new(LayerEffect.OwnOutsideRun, Layer.Assembly, Certainty.Certain, Value("gen_ai.operation.name", "files.*")),
        Operation(Layer.Ingress, "user_prompt_processing"),

        // Between agents.
        LayerRule.Certain(Layer.Orchestration, Present("a2a.method.name")),
    ];

    private static LayerRule Operation(Layer layer, params string[] operations) => LayerRule.Certain(layer, Value("gen_ai.operation.name", operations));
}
