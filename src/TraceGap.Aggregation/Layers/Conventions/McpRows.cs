using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>OpenTelemetry conventions for the Model Context Protocol: <c>mcp.method.name</c>.</summary>
internal static class McpRows
{
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
    ];

    private static Clue Method(params string[] methods) => Value("mcp.method.name", methods);
}
