using System.Text;
using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Facts;

/// <summary>Tells by its keys whether a span is one execution of a tool, so that its output is a tool's result.</summary>
internal sealed class ToolSpans(KeyTable keys)
{
    private readonly Sign[] _signs =
    [
        new(keys, "gen_ai.operation.name", "execute_tool"),
        new(keys, "mcp.method.name", "tools/call"),
        new(keys, "openinference.span.kind", "tool"),
        new(keys, "traceloop.span.kind", "tool"),
        new(keys, "ai.operationId", "ai.toolCall"),
        new(keys, "langfuse.observation.type", "tool"),
        new(keys, "langsmith.span.kind", "tool"),
        new(keys, "langwatch.span.type", "tool"),
        new(keys, "agentops.span.kind", "tool"),
        new(keys, "lmnr.span.type", "tool"),
        new(keys, "spring.ai.kind", "tool_call"),
        new(keys, "gen_ai.span.kind", "tool"),
        new(keys, "genkit:metadata:subtype", "tool", "tool.v2"),
        new(keys, "haystack.component.type", "ToolInvoker"),
        new(keys, "mastra.span.type", "tool_call", "mcp_tool_call", "client_tool_call", "provider_tool_call"),
    ];

    // A bridge gives OpenLLMetry tasks the OpenInference kind TOOL; a task is a step of the program, not a tool.
    private readonly Sign _task = new(keys, "traceloop.span.kind", "task");

    /// <summary>True if the attributes gathered so far say that the span executes a tool.</summary>
    public bool IsTool(AttributeCollector attributes) =>
        !_task.IsOn(attributes) && Array.Exists(_signs, sign => sign.IsOn(attributes));

    private sealed class Sign(KeyTable keys, string key, params string[] values)
    {
        private readonly KeyRule _rule =
            keys.Find(key) ?? throw new InvalidOperationException($"{key} is not in the table of keys.");

        public bool IsOn(AttributeCollector attributes) =>
            attributes.Text(_rule) is { IsEmpty: false } text && values.Contains(Encoding.UTF8.GetString(text).Trim(), StringComparer.OrdinalIgnoreCase);
    }
}
