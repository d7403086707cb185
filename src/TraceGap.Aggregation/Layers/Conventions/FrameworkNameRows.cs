using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Spans that only their scope and name tell: frameworks and model servers that set no kind.</summary>
internal static class FrameworkNameRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        // Google ADK: call_llm has no operation name.
        Names(Layer.Inference, "gcp.vertex.agent", "call_llm"),
        Names(Layer.Orchestration, "gcp.vertex.agent", "invocation", "invocation *", "agent_run *", "invoke_agent *", "invoke_workflow *", "invoke_node *"),
        Names(Layer.ToolCall, "gcp.vertex.agent", "execute_tool *"),
        Names(Layer.Assembly, "gcp.vertex.agent", "send_data"),

        // Pydantic AI before version 3.
        Names(Layer.ToolCall, "pydantic-ai", "running tool", "running tool: *"),
        Names(Layer.Assembly, "pydantic-ai", "running output function", "running output function: *"),
        Names(Layer.Orchestration, "pydantic-ai", "agent run"),

        // LiveKit Agents.
        Names(
            Layer.Orchestration, "livekit-agents", "job_entrypoint", "agent_session", "start_agent_activity", "pause_agent_activity", "resume_agent_activity",
            "drain_agent_activity", "on_enter", "on_exit", "agent_turn", "llm_node"),
        Names(Layer.Ingress, "livekit-agents", "amd", "user_turn", "user_speaking", "eou_detection"),
        Names(Layer.Inference, "livekit-agents", "llm_request", "llm_request_run", "tts_request", "tts_request_run"),
        Names(Layer.ToolCall, "livekit-agents", "function_tool"),
        Names(Layer.Assembly, "livekit-agents", "tts_node", "agent_speaking"),

        // Haystack.
        LayerRule.Likely(Layer.Orchestration, Name("haystack.pipeline.run", "haystack.agent.run", "haystack.agent.step", "haystack.agent.hook")),
        LayerRule.Likely(Layer.Inference, Name("haystack.agent.step.llm", "haystack.chat_generator.run")),
        LayerRule.Likely(Layer.ToolCall, Name("haystack.agent.step.tool")),
        LayerRule.ByWords(Name("haystack.component.run")),

        // Microsoft Agent Framework workflows and data ingestion.
        LayerRule.Likely(Layer.Orchestration, Name("workflow.build", "workflow.session", "workflow_invoke", "workflow.run", "edge_group.process")),
        LayerRule.Likely(Layer.Assembly, Name("compaction.compact", "compaction.provider.invoke", "compaction.summarize")),
        Names(Layer.Retrieval, "Experimental.Microsoft.Extensions.DataIngestion", "ProcessDirectory", "ProcessFiles", "ProcessFile"),

        // n8n, Koog, NeMo Guardrails, LiteLLM.
        Names(Layer.Orchestration, "n8n-workflow", "workflow.execute"),
        LayerRule.Likely(Layer.Inference, Name("llm.chat", "litellm_request", "raw_gen_ai_request")),
        LayerRule.Likely(Layer.Ingress, Name("guardrails.request")),
        LayerRule.ByPosition(Name("guardrails.rail")),

        // Model servers: vLLM and SGLang, text-generation-inference.
        LayerRule.Likely(Layer.Inference, Name("llm_request"), SpanKind(Otlp.SpanKind.Server)),
        LayerRule.Likely(Layer.Inference, Name("InferRequest"), SpanKind(Otlp.SpanKind.Server)),
        LayerRule.Likely(Layer.Inference, Name("generate", "generate_stream"), Present("inference_time", "queue_time")),
    ];

    private static LayerRule Names(Layer layer, string scope, params string[] shapes) => LayerRule.Likely(layer, Name(shapes), Clue.Scope(scope));
}
