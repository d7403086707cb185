using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What a span does, as a key: the convention's operation and its target, else the templated span name.</summary>
/// <param name="Name">Operation and target: <c>chat gpt-4o</c>, <c>execute_tool lookup</c>, <c>assemble</c>.</param>
/// <param name="WithoutModel">The same without the model, so that an attempt with another model is an attempt at the same thing.</param>
/// <param name="Tool">The tool that is called, if any; two names for one tool are one tool.</param>
/// <param name="Kind">The convention's word for the operation, which its target is no part of: <c>chat</c>, <c>execute_tool</c>, <c>RETRIEVER</c>; else the name.</param>
internal readonly record struct StepOperation(string Name, string WithoutModel, string? Tool, string Kind)
{
    // Chains are whatever a framework puts around work, so two of them have nothing in common.
    private const string AnyWork = "CHAIN";
    private const string AnyTool = "execute_tool";
    private const string LangSmithKind = "langsmith.span.kind";

    private static readonly string[] FurtherToolKeys = ["lk.function_tool.name", "haystack.tool.name", "flue.tool.name", "tool_name"];

    private static readonly string[] NodeKeys = ["n8n.node.name", "haystack.component.name", "rail.name"];

    /// <summary>Reads the operation of a span.</summary>
    /// <param name="span">The span.</param>
    /// <param name="layer">Its layer.</param>
    /// <param name="wrapper">The span around it that seemed to be the call, if any: it may be the one that names the tool.</param>
    /// <param name="names">Names that recur.</param>
    public static StepOperation Of(SpanRecord span, SpanLayer layer, SpanRecord? wrapper, StepNames names)
    {
        AttributeSet attributes = span.Attributes;
        string? tool = layer.Layer == Layer.ToolCall ? ToolOf(attributes) ?? (wrapper is null ? null : ToolOf(wrapper.Attributes)) : null;
        string? operation = OperationOf(attributes);
        if (operation is null && tool is not null && (FirstOf(attributes, FurtherToolKeys) ?? FirstOf((wrapper ?? span).Attributes, FurtherToolKeys)) == tool)
        {
            // Spans that are called the same whatever the tool.
            operation = AnyTool;
        }

        if (operation is null)
        {
            string name = layer.Certainty == Certainty.Guessed && layer.IsOwn ? CallByUrl(span, names) : NameOf(span, names);
            return new StepOperation(name, name, tool ?? (layer.Layer == Layer.ToolCall ? name : null), KindOf(attributes, layer.Layer) ?? name);
        }

        if (tool is not null)
        {
            string name = names.Join(operation, tool);
            return new StepOperation(name, name, tool, operation);
        }

        string? target = TargetOf(attributes, layer.Layer, names);
        string? model = target is null && layer.Layer is Layer.Inference or Layer.Retrieval ? ModelOf(attributes) : null;
        if (target is null && model is null && IsNamedByOperation(span.Name, operation))
        {
            // Named as the conventions want it, "operation target", by an emitter that gives the target nowhere else.
            string name = names.Template(span.Name);
            return new StepOperation(name, layer.Layer == Layer.Inference ? operation : name, null, operation);
        }

        return new StepOperation(names.Join(operation, target ?? model), names.Join(operation, target), null, operation);
    }

    /// <summary>Whether two tool operations call the same tool, however each of them is named.</summary>
    public bool IsSameTool(StepOperation other) => Tool is not null && string.Equals(Tool, other.Tool, StringComparison.OrdinalIgnoreCase);

    // LangSmith exports the wrong operation for some of its kinds and the target for none; Spring calls all of its own "framework".
    private static string? OperationOf(AttributeSet attributes) =>
        attributes.HasText(LangSmithKind) ? null
        : attributes.Text("gen_ai.operation.name") is string operation && operation != "framework" ? operation
        : attributes.Text("mcp.method.name") ?? attributes.Text("ai.operationId");

    private static string? KindOf(AttributeSet attributes, Layer layer) =>
        (attributes.Text("openinference.span.kind") ?? attributes.Text(LangSmithKind)) is string kind && !kind.Equals(AnyWork, StringComparison.OrdinalIgnoreCase) ? kind
        : layer == Layer.ToolCall ? AnyTool
        : null;

    private static bool IsNamedByOperation(string name, string operation) =>
        name.Length > operation.Length && name[operation.Length] == ' ' && name.StartsWith(operation, StringComparison.Ordinal);

    private static string? ToolOf(AttributeSet attributes) =>
        attributes.Text("gen_ai.tool.name") ?? attributes.Text("tool.name") ?? attributes.Text("ai.toolCall.name") ?? attributes.Text("mcp.tool.name")
        ?? FirstOf(attributes, FurtherToolKeys);

    // Spans of some frameworks are all called the same; what differs is in an attribute.
    private static string NameOf(SpanRecord span, StepNames names)
    {
        string name = names.Template(span.Name);
        return FirstOf(span.Attributes, NodeKeys) is string node ? names.Join(name, names.Template(node)) : name;
    }

    private static string? FirstOf(AttributeSet attributes, string[] keys)
    {
        foreach (string key in keys)
        {
            if (attributes.Text(key) is string text)
            {
                return text;
            }
        }

        return null;
    }

    private static string? ModelOf(AttributeSet attributes) =>
        attributes.Text("gen_ai.request.model") ?? attributes.Text("gen_ai.response.model") ?? attributes.Text("ai.model.id");

    private static string? TargetOf(AttributeSet attributes, Layer layer, StepNames names)
    {
        string? target = layer switch
        {
            Layer.Orchestration => attributes.Text("gen_ai.workflow.name") ?? attributes.Text("gen_ai.agent.name"),
            Layer.Retrieval => attributes.Text("gen_ai.data_source.id"),
            Layer.Assembly => attributes.Text("gen_ai.prompt.name"),
            _ => null,
        };

        // Some frameworks fall back to a GUID where an agent has no name.
        return target is null ? null : names.Template(target);
    }

    // HTTP client spans are named by their method alone.
    private static string CallByUrl(SpanRecord span, StepNames names)
    {
        (string ending, Layer layer) = UrlPaths.LayerOf(span);
        string method = span.Attributes.Text("http.request.method") ?? span.Attributes.Text("http.method") ?? "";
        return layer == Layer.Unattributed || method.Length == 0 ? names.Template(span.Name) : names.Join(method, ending);
    }
}
