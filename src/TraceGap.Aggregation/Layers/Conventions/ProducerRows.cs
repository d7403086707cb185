using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Kinds that a producer gives in keys of its own: more exact than the operation name that it exports beside them.</summary>
internal static class ProducerRows
{
    private static readonly string[] MastraType = ["mastra.span.type", "gen_ai.operation.name"];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        // Vercel AI SDK 5 and 6. Wrappers are the agent loop, doGenerate and doStream the model calls.
        LayerRule.Loop(Value("ai.operationId", "ai.generateText", "ai.streamText", "ai.generateObject", "ai.streamObject")),
        Kind(
            Layer.Inference, "ai.operationId", "ai.generateText.doGenerate", "ai.streamText.doStream", "ai.generateObject.doGenerate", "ai.streamObject.doStream"),
        Kind(Layer.ToolCall, "ai.operationId", "ai.toolCall"),
        Kind(Layer.Retrieval, "ai.operationId", "ai.embed", "ai.embedMany", "ai.embed.doEmbed", "ai.embedMany.doEmbed", "ai.rerank", "ai.rerank.doRerank"),

        // LangSmith: its operation names are wrong for retrievers and prompts.
        Kind(Layer.Inference, "langsmith.span.kind", "llm"),
        Kind(Layer.Orchestration, "langsmith.span.kind", "chain"),
        Kind(Layer.ToolCall, "langsmith.span.kind", "tool"),
        Kind(Layer.Retrieval, "langsmith.span.kind", "retriever", "embedding"),
        Kind(Layer.Assembly, "langsmith.span.kind", "prompt", "parser"),

        // Langfuse; its types span and event say nothing.
        Kind(Layer.Inference, "langfuse.observation.type", "generation"),
        Kind(Layer.Retrieval, "langfuse.observation.type", "embedding", "retriever"),
        Kind(Layer.ToolCall, "langfuse.observation.type", "tool"),
        Kind(Layer.Orchestration, "langfuse.observation.type", "agent", "chain"),
        LayerRule.ByPosition(Value("langfuse.observation.type", "guardrail")),

        // LangWatch.
        Kind(Layer.Inference, "langwatch.span.type", "llm"),
        Kind(Layer.Retrieval, "langwatch.span.type", "rag"),
        Kind(Layer.ToolCall, "langwatch.span.type", "tool"),
        Kind(Layer.Orchestration, "langwatch.span.type", "agent", "workflow", "chain"),
        LayerRule.ByPosition(Value("langwatch.span.type", "guardrail")),

        // Mastra. Generations and steps wrap the inference that they contain. What has no operation of the GenAI conventions it exports under its own type.
        Mastra(
            Layer.Orchestration,
            "agent_run", "workflow_run", "workflow_step", "workflow_conditional", "workflow_conditional_eval", "workflow_parallel", "workflow_loop", "graph_action",
            "agent_signal", "skill_action", "workspace_action", "workflow_sleep", "workflow_wait_event"),
        Mastra(Layer.Inference, "model_inference"),
        LayerRule.Wrapper(Layer.Inference, AnyValue(MastraType, "model_generation", "model_step")),
        Mastra(Layer.ToolCall, "tool_call", "mcp_tool_call", "client_tool_call", "provider_tool_call"),
        Mastra(Layer.Retrieval, "memory_operation", "rag_embedding", "rag_vector_operation", "rag_action", "rag_ingestion"),
        LayerRule.ByPosition(AnyValue(MastraType, "processor_run", "mapping")),
        LayerRule.Inherit(AnyValue(MastraType, "generic")),

        // Genkit.
        Kind(Layer.Orchestration, "genkit:metadata:subtype", "flow", "agent"),
        Kind(Layer.Inference, "genkit:metadata:subtype", "model", "background-model"),
        Kind(Layer.Retrieval, "genkit:metadata:subtype", "embedder", "retriever", "reranker", "indexer"),
        Kind(Layer.ToolCall, "genkit:metadata:subtype", "tool", "tool.v2"),
        Kind(Layer.Assembly, "genkit:metadata:subtype", "prompt"),

        // Spring AI.
        Kind(Layer.Orchestration, "spring.ai.kind", "advisor", "chat_client"),
        Kind(Layer.ToolCall, "spring.ai.kind", "tool_call"),
        Kind(Layer.Retrieval, "spring.ai.kind", "vector_store"),

        // Laminar; DEFAULT says nothing.
        Kind(Layer.Inference, "lmnr.span.type", "LLM"),
        Kind(Layer.ToolCall, "lmnr.span.type", "TOOL"),
        Kind(Layer.Orchestration, "lmnr.span.type", "PIPELINE"),

        // AgentOps.
        Kind(Layer.Orchestration, "agentops.span.kind", "workflow", "session", "agent", "chain", "agent.action", "agent.thinking", "agent.decision", "workflow.step"),
        Kind(Layer.Inference, "agentops.span.kind", "llm", "llm.call"),
        Kind(Layer.ToolCall, "agentops.span.kind", "tool"),
        LayerRule.ByPosition(Value("agentops.span.kind", "guardrail")),

        // Claude Code.
        ClaudeCode(Layer.Orchestration, "claude_code.interaction", "claude_code.hook"),
        ClaudeCode(Layer.Inference, "claude_code.llm_request"),
        LayerRule.Wrapper(Layer.ToolCall, Name("claude_code.tool"), Clue.Scope(ClaudeCodeScope)),
        ClaudeCode(Layer.ToolCall, "claude_code.tool.execution"),
        ClaudeCode(Layer.Ingress, "claude_code.tool.blocked_on_user"),
        ClaudeCode(Layer.Assembly, "claude_code.compaction"),

        // LiteLLM's proxy puts the model's attributes on the request that it serves; the model call is below it.
        LayerRule.Likely(Layer.Ingress, Name("Received Proxy Server Request"), Clue.SpanKind(Otlp.SpanKind.Server, Otlp.SpanKind.Internal)),
        LayerRule.Likely(Layer.Ingress, Clue.Scope("litellm"), Name("POST /*", "GET /*"), Clue.SpanKind(Otlp.SpanKind.Server)),

        // Semantic Kernel: a function is a tool, unless it is a prompt with a model call below it.
        LayerRule.Wrapper(Layer.ToolCall, Value("gen_ai.operation.name", "execute_tool"), Clue.Scope("Microsoft.SemanticKernel")),

        // Sentry.
        Kind(Layer.Orchestration, "sentry.op", "gen_ai.invoke_agent", "gen_ai.create_agent", "gen_ai.handoff"),
        Kind(Layer.Inference, "sentry.op", "gen_ai.chat", "gen_ai.generate_content", "gen_ai.text_completion"),
        Kind(Layer.Retrieval, "sentry.op", "gen_ai.embeddings"),
        Kind(Layer.ToolCall, "sentry.op", "gen_ai.execute_tool"),

        // NeMo Guardrails says at which place a rail stands.
        Kind(Layer.Ingress, "rail.type", "input"),
        Kind(Layer.Assembly, "rail.type", "output"),
        Kind(Layer.Retrieval, "rail.type", "retrieval"),
        Kind(Layer.Orchestration, "rail.type", "dialog"),
    ];

    private const string ClaudeCodeScope = "com.anthropic.claude_code.tracing";

    private static LayerRule Kind(Layer layer, string key, params string[] kinds) => LayerRule.Certain(layer, Value(key, kinds));

    private static LayerRule Mastra(Layer layer, params string[] types) => LayerRule.Certain(layer, AnyValue(MastraType, types));

    private static LayerRule ClaudeCode(Layer layer, params string[] names) =>
        LayerRule.Certain(layer, Name(names), Clue.Scope(ClaudeCodeScope));
}
