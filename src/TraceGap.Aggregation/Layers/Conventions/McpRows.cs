using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>OpenTelemetry conventions for the Model Context Protocol: <c>mcp.method.name</c>.</summary>
internal static class McpRows
{
    private static readonly string[] OpenLlmetry = ["@traceloop/instrumentation-mcp", "opentelemetry.instrumentation.mcp"];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Certain(Layer.ToolCall, Method("tools/call")),
        LayerRule.Certain(Layer.Retrieval, Method("resources/read", "resources/list", "resources/templates/list")),
        LayerRule.Certain(Layer.Assembly, Method("prompts/get", "prompts/list", "completion/complete")),
        LayerRule.Certain(Layer.Inference, Method("sampling/createMessage")),
        LayerRule.Certain(Layer.Ingress, Method("elicitation/create")),

        // notifications/initialized belongs to the handshake; the other notifications are nobody's step.
        LayerRule.Control(Method(
            "initialize", "notifications/initialized", "server/discover", "ping", "tools/list", "roots/list", "logging/setLevel", "resources/subscribe",
            "resources/unsubscribe", "subscriptions/listen")),
        LayerRule.Inherit(Method("notifications/*")),

        // FastMCP.
        LayerRule.Certain(Layer.ToolCall, Component("tool")),
        LayerRule.Certain(Layer.Retrieval, Component("resource")),
        LayerRule.Certain(Layer.Assembly, Component("prompt")),

        // Before the convention had a key for the method, only the name told it.
        LayerRule.Likely(Layer.ToolCall, Name("tools/call", "tools/call *"), IsMcp),
        LayerRule.Likely(Layer.Retrieval, Name("resources/read", "resources/read *", "resources/list"), IsMcp),
        LayerRule.Likely(Layer.Assembly, Name("prompts/get", "prompts/get *", "prompts/list"), IsMcp),
        LayerRule.Control(Name("initialize", "tools/list", "ping"), IsMcp),

        // OpenLLMetry names a request after its method. The session ends well whatever failed in it: as a step it would make every failure of a tool look survived.
        LayerRule.Inherit(Name("mcp.client.session"), Clue.Scope(OpenLlmetry)),
        LayerRule.Likely(Layer.Retrieval, Name("resources/read.mcp", "resources/list.mcp", "resources/templates/list.mcp"), Clue.Scope(OpenLlmetry)),
        LayerRule.Likely(Layer.Assembly, Name("prompts/get.mcp", "prompts/list.mcp", "completion/complete.mcp"), Clue.Scope(OpenLlmetry)),
        LayerRule.Control(Name("initialize.mcp", "tools/list.mcp", "ping.mcp", "logging/setLevel.mcp", "resources/subscribe.mcp", "resources/unsubscribe.mcp"), Clue.Scope(OpenLlmetry)),
    ];

    private static Clue IsMcp => AnyValue(["rpc.system", "rpc.system.name"], "mcp");

    private static Clue Component(string type) => Value("fastmcp.component.type", type);

    private static Clue Method(params string[] methods) => Value("mcp.method.name", methods);
}
