namespace TraceGap.Benchmarks.Load;

/// <summary>What spans of an agent system look like: the attributes that instrumentations of web servers, agent frameworks, model clients, MCP and vector stores write, without prompt text.</summary>
internal static class AgentSpans
{
    private const int Internal = 1;
    private const int Server = 2;
    private const int Client = 3;
    private const long Millisecond = 1_000_000;

    private static readonly string[] Agents = ["research-assistant", "billing-assistant", "onboarding-assistant"];
    private static readonly string[] Models = ["gpt-4o-2024-11-20", "gpt-4o-mini-2024-07-18", "claude-sonnet-4-20250514"];
    private static readonly string[] Tools = ["search_documents", "get_customer", "list_invoices", "create_ticket", "query_warehouse", "send_message"];
    private static readonly string[] Collections = ["handbook", "contracts", "tickets"];

    /// <summary>The processes and instrumentations that the spans come from.</summary>
    public static SpanSource[] Sources { get; } =
    [
        .. SpanSource.OfService(0, "assistant-gateway", "opentelemetry.instrumentation.fastapi"),
        .. SpanSource.OfService(1, "assistant-worker", "opentelemetry.instrumentation.agents", "opentelemetry.instrumentation.openai_v2",
            "opentelemetry.instrumentation.httpx", "opentelemetry.instrumentation.mcp", "openinference.instrumentation.llama_index", "opentelemetry.instrumentation.qdrant"),
        .. SpanSource.OfService(2, "mcp-tools", "fastmcp"),
    ];

    /// <summary>The request that starts a run. Variants: per agent ok and failed.</summary>
    public static SpanKindOfAgent Root { get; } = new(0, VariantRule.RarelyFailing, [.. Agents.Select(a => NewRoot(a, false)), .. Agents.Select(a => NewRoot(a, true))]);

    /// <summary>The agent; its variant is that of the root.</summary>
    public static SpanKindOfAgent Agent { get; } = new(1, VariantRule.AsParent, [.. Agents.Select(a => NewAgent(a, false)), .. Agents.Select(a => NewAgent(a, true))]);

    /// <summary>A call of a model. Variants: per model ok and failed.</summary>
    public static SpanKindOfAgent Chat { get; } = new(2, VariantRule.MostlyOfTrace, [.. Models.Select(m => NewChat(m, false)), .. Models.Select(m => NewChat(m, true))]);

    /// <summary>The HTTP request of a model call, with the variant of the call.</summary>
    public static SpanKindOfAgent Http { get; } = new(3, VariantRule.AsParent, [.. Models.Select(_ => NewHttp(false)), .. Models.Select(_ => NewHttp(true))]);

    /// <summary>A tool. Variants: per tool ok and failed.</summary>
    public static SpanKindOfAgent Tool { get; } = new(1, VariantRule.RarelyFailing, [.. Tools.Select(t => NewTool(t, false)), .. Tools.Select(t => NewTool(t, true))]);

    /// <summary>The tool's MCP request as its client sees it.</summary>
    public static SpanKindOfAgent McpClient { get; } = new(4, VariantRule.AsParent, [.. Tools.Select(t => NewMcp(t, Client, false)), .. Tools.Select(t => NewMcp(t, Client, true))]);

    /// <summary>The tool's MCP request as its server sees it.</summary>
    public static SpanKindOfAgent McpServer { get; } = new(7, VariantRule.AsParent, [.. Tools.Select(t => NewMcp(t, Server, false)), .. Tools.Select(t => NewMcp(t, Server, true))]);

    /// <summary>A retrieval. Variants: per collection ok and failed.</summary>
    public static SpanKindOfAgent Retriever { get; } = new(5, VariantRule.Ok, [.. Collections.Select(_ => NewRetriever())]);

    /// <summary>The retrieval's database request.</summary>
    public static SpanKindOfAgent Database { get; } = new(6, VariantRule.AsParent, [.. Collections.Select(NewDatabase)]);

    /// <summary>Spans without a parent of which every attribute is kept: for decoding alone.</summary>
    public static SpanKindOfAgent AllKept { get; } = new(2, VariantRule.Ok, [.. Models.Concat(Models).Select(NewAllKept)]);

    /// <summary>The same with as many attributes of the same size, of which none is kept.</summary>
    public static SpanKindOfAgent NoneKept { get; } = new(2, VariantRule.Ok, [.. Models.Concat(Models).Select(NewNoneKept)]);

    private static SpanTemplate NewRoot(string agent, bool failed)
    {
        SpanTemplateBuilder span = new SpanTemplateBuilder($"POST /v1/{agent}/runs", Server, true, 12 * Millisecond)
            .Text("http.request.method", "POST")
            .Text("http.route", $"/v1/{agent}/runs")
            .Text("url.scheme", "https")
            .Text("url.path", $"/v1/{agent}/runs")
            .Text("server.address", "api.assistants.example.com")
            .Number("server.port", 443)
            .Text("client.address", "203.0.113.47")
            .Text("network.protocol.version", "1.1")
            .Text("user_agent.original", "assistants-web/4.2.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/537.36")
            .Number("http.response.status_code", failed ? 500 : 200)
            .RandomTextOfTrace("session.id", "sess_", 20)
            .RandomTextOfTrace("enduser.id", "user_", 12);
        return Ended(span, failed, "500", "Internal Server Error");
    }

    private static SpanTemplate NewAgent(string agent, bool failed)
    {
        SpanTemplateBuilder span = new SpanTemplateBuilder($"invoke_agent {agent}", Internal, false, 8 * Millisecond)
            .Text("gen_ai.operation.name", "invoke_agent")
            .Text("gen_ai.provider.name", "openai")
            .Text("gen_ai.agent.name", agent)
            .Text("gen_ai.agent.id", $"asst_{agent}")
            .Text("gen_ai.request.model", Models[0])
            .RandomTextOfTrace("gen_ai.conversation.id", "conv_", 20)
            .RandomNumber("gen_ai.usage.input_tokens")
            .RandomNumber("gen_ai.usage.output_tokens")
            .Number("thread.id", 140_412_887_301_888)
            .Text("thread.name", "asyncio_0")
            .Text("code.function.name", "assistants.worker.runs.execute_run");
        return Ended(span, failed, "RunFailedError", "the run ended without an answer");
    }

    private static SpanTemplate NewChat(string model, bool failed)
    {
        SpanTemplateBuilder span = new SpanTemplateBuilder($"chat {model}", Client, false, 40 * Millisecond)
            .Text("gen_ai.operation.name", "chat")
            .Text("gen_ai.provider.name", "openai")
            .Text("gen_ai.system", "openai")
            .Text("gen_ai.request.model", model)
            .Real("gen_ai.request.temperature", 0.2)
            .Number("gen_ai.request.max_tokens", 4096)
            .Text("server.address", "api.openai.com")
            .Number("server.port", 443)
            .RandomTextOfTrace("gen_ai.conversation.id", "conv_", 20);
        if (failed)
        {
            return Ended(span, failed, "RateLimitError", "Error code: 429 - rate limit reached for requests per minute");
        }

        return span
            .Text("gen_ai.response.model", model)
            .RandomText("gen_ai.response.id", "chatcmpl-", 29)
            .TextList("gen_ai.response.finish_reasons", "tool_calls")
            .RandomNumber("gen_ai.usage.input_tokens")
            .RandomNumber("gen_ai.usage.output_tokens")
            .Build();
    }

    private static SpanTemplate NewHttp(bool failed)
    {
        SpanTemplateBuilder span = new SpanTemplateBuilder("POST", Client, false, 1_100 * Millisecond)
            .Text("http.request.method", "POST")
            .Text("url.full", "https://api.openai.com/v1/chat/completions")
            .Text("server.address", "api.openai.com")
            .Number("server.port", 443)
            .Text("network.protocol.version", "1.1")
            .Text("network.peer.address", "162.159.140.245")
            .Number("network.peer.port", 443)
            .Text("user_agent.original", "AsyncOpenAI/Python 1.109.1")
            .Number("http.response.status_code", failed ? 429 : 200)
            .RandomNumber("http.response.body.size");
        return Ended(span, failed, "429", "Too Many Requests");
    }

    private static SpanTemplate NewTool(string tool, bool failed)
    {
        SpanTemplateBuilder span = new SpanTemplateBuilder($"execute_tool {tool}", Internal, false, 3 * Millisecond)
            .Text("gen_ai.operation.name", "execute_tool")
            .Text("gen_ai.tool.name", tool)
            .Text("gen_ai.tool.type", "function")
            .RandomText("gen_ai.tool.call.id", "call_", 24)
            .RandomTextOfTrace("gen_ai.conversation.id", "conv_", 20)
            .Number("thread.id", 140_412_887_301_888)
            .Text("thread.name", "asyncio_0")
            .Text("code.function.name", "assistants.worker.tools.execute");
        return Ended(span, failed, "ToolTimeoutError", "the tool did not answer within 30 seconds");
    }

    private static SpanTemplate NewMcp(string tool, int kind, bool failed)
    {
        SpanTemplateBuilder span = new SpanTemplateBuilder($"tools/call {tool}", kind, false, (kind == Client ? 6 : 140) * Millisecond)
            .Text("mcp.method.name", "tools/call")
            .Text("gen_ai.tool.name", tool)
            .Text("gen_ai.operation.name", "execute_tool")
            .RandomTextOfTrace("mcp.session.id", "", 22)
            .RandomNumber("jsonrpc.request.id")
            .Text("mcp.protocol.version", "2025-06-18")
            .Text("network.transport", "tcp")
            .Text("network.protocol.name", "http")
            .Text(kind == Client ? "server.address" : "client.address", "mcp-tools.assistants.svc")
            .Number(kind == Client ? "server.port" : "client.port", 8000)
            .Text("code.function.name", kind == Client ? "mcp.client.session.call_tool" : "fastmcp.server.call_tool");
        return Ended(span, failed, "tool_error", "the tool returned isError");
    }

    private static SpanTemplate NewRetriever() =>
        new SpanTemplateBuilder("VectorIndexRetriever.retrieve", Internal, false, 5 * Millisecond)
            .Text("openinference.span.kind", "RETRIEVER")
            .RandomTextOfTrace("session.id", "sess_", 20)
            .Text("input.mime_type", "text/plain")
            .Text("output.mime_type", "application/json")
            .Text("metadata", "{\"similarity_top_k\":4,\"mode\":\"default\",\"alpha\":null}")
            .Real("retrieval.documents.0.document.score", 0.871)
            .Real("retrieval.documents.1.document.score", 0.843)
            .Real("retrieval.documents.2.document.score", 0.790)
            .Real("retrieval.documents.3.document.score", 0.772)
            .Build();

    private static SpanTemplate NewDatabase(string collection) =>
        new SpanTemplateBuilder($"query_points {collection}", Client, false, 18 * Millisecond)
            .Text("db.system.name", "qdrant")
            .Text("db.operation.name", "query_points")
            .Text("db.collection.name", collection)
            .Text("db.namespace", "assistants")
            .Number("db.response.returned_rows", 4)
            .Text("server.address", "qdrant.assistants.svc.cluster.local")
            .Number("server.port", 6334)
            .Text("network.peer.address", "10.0.41.12")
            .Number("network.peer.port", 6334)
            .Text("network.transport", "tcp")
            .Text("rpc.system", "grpc")
            .Text("rpc.service", "qdrant.Points")
            .Text("rpc.method", "Query")
            .Number("rpc.grpc.status_code", 0)
            .Build();

    private static SpanTemplate NewAllKept(string model) =>
        new SpanTemplateBuilder($"chat {model}", Client, true, 40 * Millisecond)
            .Text("gen_ai.operation.name", "chat")
            .Text("gen_ai.provider.name", "openai")
            .Text("gen_ai.request.model", model)
            .Text("gen_ai.response.model", model)
            .Text("server.address", "api.openai.com")
            .Number("server.port", 443)
            .RandomTextOfTrace("gen_ai.conversation.id", "conv_", 20)
            .RandomText("gen_ai.response.id", "chatcmpl-", 29)
            .TextList("gen_ai.response.finish_reasons", "tool_calls")
            .RandomNumber("gen_ai.usage.input_tokens")
            .RandomNumber("gen_ai.usage.output_tokens")
            .Build();

    private static SpanTemplate NewNoneKept(string model) =>
        new SpanTemplateBuilder($"chat {model}", Client, true, 40 * Millisecond)
            .Text("app.operation.named", "chat")
            .Text("app.provider.called", "openai")
            .Text("app.request.variety", model)
            .Text("app.response.variety", model)
            .Text("remote.address", "api.openai.com")
            .Number("remote.port", 443)
            .RandomTextOfTrace("app.conversation.token", "conv_", 20)
            .RandomText("app.response.token", "chatcmpl-", 29)
            .TextList("app.response.ended_because", "tool_calls")
            .RandomNumber("app.usage.tokens_of_input")
            .RandomNumber("app.usage.tokens_of_output")
            .Build();

    private static SpanTemplate Ended(SpanTemplateBuilder span, bool failed, string type, string message) =>
        failed ? span.Failed(type, message).Build() : span.Build();
}
