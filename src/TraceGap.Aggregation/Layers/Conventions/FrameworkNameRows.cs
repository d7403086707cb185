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
        LayerRule.Likely(Layer.Orchestration, Clue.Scope("pydantic-ai"), Name("agent run", "* run")),

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
        LayerRule.Likely(Layer.Retrieval, Value("haystack.component.type", "*Retriever", "*Embedder", "*Ranker")),
        LayerRule.Likely(Layer.Inference, Value("haystack.component.type", "*Generator")),
        LayerRule.Likely(Layer.Assembly, Value("haystack.component.type", "*PromptBuilder", "AnswerBuilder", "*Joiner", "*Parser")),
        LayerRule.Likely(Layer.ToolCall, Value("haystack.component.type", "ToolInvoker")),
        LayerRule.Likely(Layer.Orchestration, Name("haystack.component.run")),

        // Microsoft Agent Framework workflows and data ingestion.
        LayerRule.Likely(Layer.Orchestration, Name("workflow.build", "workflow.session", "workflow_invoke", "workflow.run", "edge_group.process")),
        LayerRule.Likely(Layer.Assembly, Name("compaction.compact", "compaction.provider.invoke", "compaction.summarize")),
        Names(Layer.Retrieval, "Experimental.Microsoft.Extensions.DataIngestion", "ProcessDirectory", "ProcessFiles", "ProcessFile"),

        // n8n, Koog, NeMo Guardrails, LiteLLM.
        Names(Layer.Orchestration, "n8n-workflow", "workflow.execute"),
        N8nNode(Layer.Inference, Langchain + "lm*"),
        N8nNode(Layer.Orchestration, Langchain + "agent*", Langchain + "chain*"),
        N8nNode(Layer.Retrieval, Langchain + "vectorStore*", Langchain + "embeddings*", Langchain + "retriever*", Langchain + "reranker*", Langchain + "memory*"),
        N8nNode(Layer.ToolCall, Langchain + "tool*", Langchain + "mcpClientTool*", "*.httpRequest*"),
        N8nNode(Layer.Assembly, Langchain + "outputParser*"),
        N8nNode(Layer.Ingress, "*Trigger", "*.webhook"),
        Names(Layer.Orchestration, "n8n-workflow", "node.execute"),
        Names(Layer.Orchestration, "ai.koog", "agent.*", "run.*", "node.*"),
        Names(Layer.ToolCall, "ai.koog", "tool.*"),
        LayerRule.Likely(Layer.Inference, Name("llm.chat", "litellm_request", "raw_gen_ai_request")),
        LayerRule.Likely(Layer.Ingress, Clue.Scope("litellm"), Name("auth*")),
        LayerRule.ByPosition(Name("execute_guardrail *")),
        LayerRule.Likely(Layer.Ingress, Name("guardrails.request")),
        LayerRule.ByPosition(Name("guardrails.rail")),

        // Model servers: vLLM and SGLang, text-generation-inference.
        LayerRule.Likely(Layer.Inference, Name("llm_request"), SpanKind(Otlp.SpanKind.Server)),
        LayerRule.Likely(Layer.Inference, Name("InferRequest"), SpanKind(Otlp.SpanKind.Server)),
        LayerRule.Likely(Layer.Inference, Name("generate", "generate_stream"), Present("inference_time", "queue_time")),
        LayerRule.Likely(Layer.Inference, Present("triton.model_name")),

        // Semantic Kernel.
        LayerRule.Likely(Layer.Orchestration, Clue.Scope("Microsoft.SemanticKernel.Planning")),
        LayerRule.Likely(Layer.Orchestration, Name("AutoFunctionInvocationLoop")),

        // Durable Task and Temporal: what an activity is, shows below it.
        LayerRule.FromBelow(Layer.Orchestration, Value("durabletask.type", "activity")),
        LayerRule.Likely(Layer.Orchestration, Value("durabletask.type", "create_orchestration", "orchestration", "timer", "event", "entity")),
        LayerRule.FromBelow(Layer.ToolCall, Name("RunActivity:*")),
        LayerRule.InsideRun(Name("StartWorkflow:*", "SignalWorkflow:*", "QueryWorkflow:*", "UpdateWorkflow:*")),
        LayerRule.Likely(Layer.Orchestration, Name("RunWorkflow:*", "HandleSignal:*", "StartChildWorkflow:*")),
        LayerRule.Inherit(Name("StartActivity:*", "CompleteWorkflow:*", "WorkflowTaskFailure:*")),

        // Coding agents and the SDK of their provider.
        LayerRule.Likely(Layer.Orchestration, Name("session_task.turn"), Clue.Scope("codex_cli_rs", "codex_exec")),
        LayerRule.Likely(Layer.Inference, Name("handle_responses"), Clue.Scope("codex_cli_rs", "codex_exec")),
        LayerRule.Likely(Layer.ToolCall, Name("anthropic.tool_use *"), Clue.Scope("com.anthropic.*")),
        LayerRule.Likely(Layer.Inference, Name("anthropic.*"), Clue.Scope("com.anthropic.*"), Clue.SpanKind(Otlp.SpanKind.Client, Otlp.SpanKind.Server)),

        // LlamaIndex's own instrumentation names spans by class and method.
        LlamaIndex(Layer.Orchestration, "*QueryEngine*.*", "*Agent*.*", "*Workflow*.*", "*ChatEngine*.*"),
        LlamaIndex(Layer.Retrieval, "*Retriever*.*", "*Embedding*.*", "*Postprocessor*.*", "*Rerank*.*"),
        LlamaIndex(Layer.Assembly, "*Synthesizer*.*", "*.synthesize", "*.asynthesize", "Refine.*", "CompactAndRefine.*", "TreeSummarize.*", "*OutputParser*.*"),
        LlamaIndex(Layer.ToolCall, "*Tool.call", "*Tool.acall"),
        LlamaIndex(
            Layer.Inference, "*.chat", "*.achat", "*.complete", "*.acomplete", "*.predict", "*.apredict", "*.stream_chat", "*.astream_chat", "*.stream_complete", "*.astream_complete"),
    ];

    private const string Langchain = "@n8n/n8n-nodes-langchain.";

    private static LayerRule N8nNode(Layer layer, params string[] types) => LayerRule.Likely(layer, Value("n8n.node.type", types), Name("node.execute"));

    private static LayerRule LlamaIndex(Layer layer, params string[] shapes) =>
        LayerRule.Likely(layer, Clue.Scope("llamaindex.opentelemetry.tracer", "llama_index", "llama-index"), Name(shapes));

    private static LayerRule Names(Layer layer, string scope, params string[] shapes) => LayerRule.Likely(layer, Name(shapes), Clue.Scope(scope));
}
