namespace TraceGap.Otlp.Attributes;

/// <summary>The attribute keys that TraceGap keeps or reads, in the words of the conventions that define them. Everything else is dropped unread.</summary>
/// <remarks>
/// A new convention is a word here and a rule where its layer or verdict is decided. Content (prompts, completions, tool arguments and results,
/// queries, documents) is in the second half: it is read for facts and not kept unless that is switched on. Keys that identify a person are in neither.
/// </remarks>
public static class AttributeKeys
{
    private const string Resource = """
        service.name service.namespace service.version service.instance.id
        deployment.environment.name deployment.environment deployment.id deployment.name deployment.status
        host.id host.name process.pid telemetry.sdk.language telemetry.sdk.name telemetry.distro.name
        vcs.ref.head.name vcs.ref.head.revision feature_flag.key feature_flag.result.variant app.version
        """;

    private const string GenAi = """
        gen_ai.operation.name gen_ai.provider.name gen_ai.system gen_ai.framework gen_ai.span.kind gen_ai.caller.type gen_ai.caller.name
        gen_ai.root_operation.name gen_ai.request.model gen_ai.request.stream gen_ai.request.top_k gen_ai.request.id gen_ai.request.n
        gen_ai.response.model gen_ai.response.id
        gen_ai.response.finish_reasons gen_ai.response.finish_reason gen_ai.response.stop_reason
        gen_ai.usage.input_tokens gen_ai.usage.output_tokens gen_ai.usage.prompt_tokens gen_ai.usage.completion_tokens gen_ai.usage.total_tokens
        gen_ai.usage.cache_read.input_tokens gen_ai.usage.cache_creation.input_tokens gen_ai.usage.cache_write.input_tokens
        gen_ai.usage.reasoning.output_tokens
        gen_ai.usage.cache_read_input_tokens gen_ai.usage.cache_creation_input_tokens gen_ai.usage.reasoning_tokens
        gen_ai.aggregated_usage.input_tokens gen_ai.aggregated_usage.output_tokens
        gen_ai.conversation.id gen_ai.agent.id gen_ai.agent.name gen_ai.agent.version gen_ai.agent.call.id
        gen_ai.tool.name gen_ai.tool.call.id gen_ai.tool.type gen_ai.tool.status gen_ai.data_source.id
        gen_ai.memory.store.id gen_ai.memory.record.id gen_ai.workflow.name gen_ai.prompt.name
        gen_ai.evaluation.name gen_ai.evaluation.score.value gen_ai.evaluation.score.label
        gen_ai.guardrail.name gen_ai.guardrail.triggered gen_ai.guardrail.status gen_ai.guardrail.failed_guard_count gen_ai.guardrail.error.type
        gen_ai.guardrail.component.name gen_ai.guardrail.policy.id gen_ai.guardrail.policy.version gen_ai.guardrail.result.type
        gen_ai.guardrail.source gen_ai.guardrail.target.type gen_ai.guardrail.verdict.type gen_ai.guardrail.action.type
        gen_ai.handoff.from_agent gen_ai.handoff.to_agent gen_ai.execute_tool.transfer.internal
        gen_ai.task.id gen_ai.task.name gen_ai.task.parent.id gen_ai.task.kind gen_ai.task.status
        gen_ai.thread.id gen_ai.thread.run.id gen_ai.thread.run.status gen_ai.run_step.status gen_ai.message.status
        gen_ai.run_step.start.timestamp gen_ai.run_step.end.timestamp gen_ai.event.start_time gen_ai.event.end_time
        gen_ai.response.time_to_first_chunk gen_ai.client.operation.time_to_first_chunk gen_ai.client.operation.time_per_output_chunk
        gen_ai.client.operation.duration gen_ai.execute_tool.duration gen_ai.server.time_to_first_token gen_ai.server.request.duration
        gen_ai.user.time_to_first_token
        gen_ai.latency.time_in_queue gen_ai.latency.time_to_first_token gen_ai.latency.e2e gen_ai.latency.time_in_scheduler
        gen_ai.latency.time_in_model_prefill gen_ai.latency.time_in_model_decode gen_ai.latency.time_in_model_inference
        gen_ai.latency.time_in_model_forward gen_ai.latency.time_in_model_execute
        error.type a2a.method.name az.namespace
        """;

    private const string Mcp = """
        mcp.method.name mcp.tool.name mcp.session.id mcp.protocol.version mcp.request.id jsonrpc.request.id
        fastmcp.server.name fastmcp.component.type fastmcp.component.key fastmcp.provider.type
        """;

    private const string Transport = """
        http.request.method http.method http.route http.response.status_code http.status_code http.request.resend_count http.host
        url.scheme server.address server.port net.peer.name net.peer.port peer.service
        network.transport network.protocol.name network.protocol.version
        rpc.system rpc.system.name rpc.service rpc.method rpc.grpc.status_code rpc.response.status_code rpc.status_code
        messaging.system messaging.operation.type messaging.operation.name messaging.operation messaging.destination.name messaging.destination
        messaging.message.id messaging.message.conversation_id messaging.batch.message_count faas.trigger faas.name
        db.system.name db.system db.operation.name db.operation db.collection.name db.namespace db.name db.query.summary
        db.response.status_code db.operation.batch.size db.search.similarity_metric
        aws.bedrock.knowledge_base.id aws.bedrock.guardrail.id
        """;

    private const string OpenInference = """
        openinference.span.kind llm.model_name llm.request.model_name llm.response.model_name llm.system llm.provider
        llm.finish_reason llm.response.finish_reason llm.request.type llm.is_streaming llm.usage.total_tokens
        llm.token_count.prompt llm.token_count.completion llm.token_count.total
        llm.token_count.prompt_details.cache_read llm.token_count.prompt_details.cache_write llm.token_count.completion_details.reasoning
        embedding.model_name reranker.model_name reranker.top_k tool.name tool.id tool_call.id agent.name
        graph.node.id graph.node.name graph.node.parent_id session.id validator_name validator_on_fail time_to_first_token_ms
        """;

    private const string OpenLlmetry = """
        traceloop.span.kind traceloop.entity.name traceloop.entity.path traceloop.entity.version traceloop.workflow.name
        """;

    private const string VercelAi = """
        ai.operationId operation.name ai.model.id ai.model.provider ai.settings.maxRetries ai.telemetry.functionId ai.telemetry.metadata.sessionId
        ai.response.finishReason ai.response.id ai.response.model ai.response.msToFirstChunk ai.response.msToFinish ai.stream.msToFirstChunk
        ai.toolCall.name ai.toolCall.id
        ai.usage.inputTokens ai.usage.outputTokens ai.usage.promptTokens ai.usage.completionTokens ai.usage.tokens ai.usage.totalTokens
        ai.usage.reasoningTokens ai.usage.cachedInputTokens
        """;

    private const string Platforms = """
        langsmith.span.kind langsmith.trace.name langsmith.trace.session_id langsmith.trace.session_name
        langfuse.observation.type langfuse.observation.level langfuse.observation.completion_start_time langfuse.trace.id langfuse.trace.name
        langfuse.session.id langfuse.release langfuse.version langfuse.environment
        langwatch.span.type langwatch.thread.id langwatch.timestamps lmnr.span.type agentops.span.kind sentry.op logfire.level_num
        """;

    private const string Frameworks = """
        mastra.span.type mastra.completion_start_time mastra.metadata.threadId tripwireAbort
        genkit:type genkit:metadata:subtype genkit:state genkit:isRoot genkit:isFailureSource genkit:path genkit:name
        spring.ai.kind spring.ai.chat.client.conversation.id
        haystack.component.name haystack.component.type haystack.tool.name haystack.agent.steps_taken haystack.agent.max_steps
        haystack.agent.hook.type haystack.agent.hook.name haystack.agent.hook.point
        n8n.workflow.id n8n.workflow.name n8n.workflow.version_id n8n.node.id n8n.node.name n8n.node.type n8n.node.termination_reason
        n8n.execution.id n8n.execution.status n8n.execution.is_retry n8n.execution.retry_of n8n.continuation.reason n8n.reconstructed
        lk.function_tool.is_error lk.function_tool.name lk.agent_name lk.generation_id lk.retry_count lk.deployment_id
        lk.response.ttft lk.response.ttfb lk.e2e_latency lk.eou.endpointing_delay lk.end_of_turn_delay lk.transcription_delay
        executor.id executor.type edge_group.delivered edge_group.delivery_status workflow.name workflow.id
        pydantic_ai.tool.failure_stage pydantic_ai.tool.deferral.name agent_name
        event_loop.cycle_id event_loop.parent_cycle_id
        gcp.vertex.agent.invocation_id gcp.vertex.agent.session_id gcp.vertex.agent.event_id
        durabletask.type durabletask.fire_at durabletask.task.name durabletask.task.instance_id durabletask.task.task_id
        durabletask.task.version durabletask.task.status temporalRunID temporalWorkflowID temporalActivityID
        rail.type rail.name rail.stop rail.decisions action.name guard.verdict guard.denied guard.score guard.action guardrail.retry_count
        node.type rag.document.id rag.file.count flue.tool.name flue.tool.call_id flue.task.id flue.task.agent anthropic.request.id
        """;

    private const string CodingAgents = """
        span.type model input_tokens output_tokens cache_read_tokens cache_creation_tokens tool_name query_source stop_reason success
        ttft_ms attempt request_id agent_id parent_agent_id duration_ms status_code error_type prompt.id total_retry_duration_ms
        turn.id conversation.id
        """;

    private const string ModelServers = """
        total_time validation_time queue_time inference_time time_per_token triton.model_name triton.model_version triton.request_id
        triton.http_recv_start_unix_nano triton.http_recv_end_unix_nano triton.queue_start_unix_nano triton.compute_start_unix_nano
        triton.compute_input_end_unix_nano triton.compute_output_start_unix_nano triton.compute_end_unix_nano
        """;

    private const string Urls = "url.full url.path http.url http.target mcp.resource.uri";

    // In order of trust: what a store says it returned, then what an instrumentation counted, then what a workflow engine passed on.
    private const string Counts = """
        db.response.returned_rows db.vector.query.result_count db.pinecone.query.result_count db.milvus.search.result_count
        db.vector.query.result.matches_length db.vector.get.count gen_ai.retrieval.document_count gen_ai.framework.documents.count
        gen_ai.memory.record.count n8n.node.items.output
        """;

    // That they are there tells a retrieval; what they say is content.
    private const string Presences = "retrieval.query retrieval.document reranker.query gen_ai.retrieval.query.text";

    private const string PresencePrefixes = """
        db.vector. db.pinecone. db.milvus. db.chroma. qdrant. gen_ai.bedrock.guardrail. codex.turn.token_usage. compaction.
        """;

    private const string KeptPrefixes = "tracegap.";

    private const string Outputs = """
        output.value traceloop.entity.output langfuse.observation.output genkit:output gen_ai.completion
        ai.response.text ai.response.object ai.response.toolCalls
        """;

    private const string ToolOutputs = "gen_ai.tool.call.result ai.toolCall.result mcp.response.value gcp.vertex.agent.tool_response";

    // Haystack: of one step of an agent, by two generations of names, and of any component.
    private const string ToolMessages = "haystack.agent.step.tool.output haystack.agent.step.tool_output haystack.component.output";

    // Content that tells what a span was asked to do: of it a hash is made. Instructions and templates are not here, for they are the same however much the question differs.
    private const string Inputs = """
        input.value gen_ai.input.messages gen_ai.prompt gen_ai.tool.call.arguments gen_ai.memory.query.text gen_ai.retrieval.query.text retrieval.query reranker.query
        traceloop.entity.input db.query.text db.statement langfuse.observation.input genkit:input raw_input
        gcp.vertex.agent.llm_request gcp.vertex.agent.tool_call_args ai.toolCall.args
        """;

    private const string InputPrefixes = "gen_ai.prompt. llm.input_messages. ai.prompt";

    // Content that holds no fact. Listed so that it is known as content: counted where it is cut, kept only where content is.
    private const string OtherContent = """
        output.mime_type input.mime_type gen_ai.system_instructions retrieval.document gen_ai.memory.records
        langfuse.trace.input langfuse.trace.output url.query gcp.vertex.agent.llm_response exception.message exception.stacktrace error.message
        """;

    private const string OtherContentPrefixes = "traceloop.prompt. lk.pii.";

    /// <summary>The keys whose values are kept, as emitted or (URLs) shortened. Further ones can be given to the decoder.</summary>
    public static IReadOnlyCollection<string> Kept { get; } =
    [
        .. Words(Resource), .. Words(GenAi), .. Words(Mcp), .. Words(Transport), .. Words(OpenInference), .. Words(OpenLlmetry),
        .. Words(VercelAi), .. Words(Platforms), .. Words(Frameworks), .. Words(CodingAgents), .. Words(ModelServers),
    ];

    /// <summary>True if values of <paramref name="key"/> hold prompts, completions, tool arguments or results, queries or documents: kept only with <see cref="KeepOptions.Content"/>.</summary>
    public static bool IsContent(string key) =>
        !Kept.Contains(key, StringComparer.Ordinal)
        && (ContentKeys.Contains(key) || Array.Exists(ContentPrefixes, prefix => key.StartsWith(prefix, StringComparison.Ordinal)));

    private static readonly HashSet<string> ContentKeys = new(
        [.. Words(Outputs), .. Words(ToolOutputs), .. Words(ToolMessages), .. Words(Inputs), .. Words(OtherContent), "gen_ai.output.messages", "gen_ai.retrieval.documents"],
        StringComparer.Ordinal);

    private static readonly string[] ContentPrefixes =
        [.. Words(InputPrefixes), .. Words(OtherContentPrefixes), "llm.output_messages.", "gen_ai.completion.", "retrieval.documents.", "reranker.output_documents.", "reranker.input_documents."];

    /// <summary>Rows for single keys, unranked; of several for one key the first counts.</summary>
    internal static IEnumerable<KeyRule> Rules() =>
    [
        new KeyRule("gen_ai.evaluation.score.label", KeyUse.KeepLabel),
        .. Kept.Select(key => new KeyRule(key, KeyUse.Keep)),
        .. Words(Urls).Select(key => new KeyRule(key, KeyUse.KeepUrl)),
        .. Words(Counts).Select((key, order) => new KeyRule(key, KeyUse.KeepCount) { CountOrder = order }),
        .. Words(Presences).Select(key => new KeyRule(key, KeyUse.KeepPresence) { IsInput = Words(Inputs).Contains(key) }),
        .. Words(Outputs).Select(key => new KeyRule(key, KeyUse.Output)),
        .. Words(ToolOutputs).Select(key => new KeyRule(key, KeyUse.ToolOutput)),
        .. Words(ToolMessages).Select(key => new KeyRule(key, KeyUse.ToolMessages)),
        new KeyRule("gen_ai.output.messages", KeyUse.OutputMessages),
        new KeyRule("gen_ai.retrieval.documents", KeyUse.Documents),
        .. Words(Inputs).Select(key => new KeyRule(key, KeyUse.Content) { IsInput = true }),
        .. Words(OtherContent).Select(key => new KeyRule(key, KeyUse.Content)),
        .. PrefixRules().Where(rule => rule.Marker is not null).Select(rule => new KeyRule(rule.Marker!, KeyUse.KeepPresence)),
    ];

    /// <summary>Rows for keys that begin so, tried in this order where no single key fits.</summary>
    internal static KeyRule[] PrefixRules() =>
    [
        .. Words(KeptPrefixes).Select(prefix => new KeyRule(prefix, KeyUse.KeepPrefix)),
        .. Words(PresencePrefixes).Select(prefix => new KeyRule(prefix, KeyUse.KeepPresence)),
        new KeyRule("llm.output_messages.", KeyUse.IndexedOutput),
        new KeyRule("gen_ai.completion.", KeyUse.IndexedOutput),
        new KeyRule("retrieval.documents.", KeyUse.IndexedDocument) { Marker = "retrieval.documents.0" },
        new KeyRule("reranker.output_documents.", KeyUse.IndexedReranked) { Marker = "reranker.output_documents.0" },
        new KeyRule("reranker.input_documents.", KeyUse.IndexedInput) { Marker = "reranker.input_documents.0" },
        .. Words(InputPrefixes).Select(prefix => new KeyRule(prefix, KeyUse.Content) { IsInput = true }),
        .. Words(OtherContentPrefixes).Select(prefix => new KeyRule(prefix, KeyUse.Content)),
        new KeyRule("annotations.", KeyUse.IndexedEvaluation),
        new KeyRule("evaluations.", KeyUse.IndexedEvaluation),
        new KeyRule("trace.annotations.", KeyUse.IndexedEvaluation),
        new KeyRule("trace.evaluations.", KeyUse.IndexedEvaluation),
    ];

    // Interned, as literals are: who looks for a key by its literal finds it by reference.
    private static string[] Words(string text) =>
        Array.ConvertAll(text.Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries), string.Intern);
}
