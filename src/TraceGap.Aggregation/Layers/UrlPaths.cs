using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What the URL path of an outgoing call gives away about its layer, where no instrumentation of the call does.</summary>
internal static class UrlPaths
{
    private static readonly (string Ending, Layer Layer)[] Rows =
    [
        ("/chat/completions", Layer.Inference), ("/responses", Layer.Inference), ("/messages", Layer.Inference),
        ("/mcp", Layer.ToolCall),
        ("/embeddings", Layer.Retrieval),
        ("/search", Layer.Retrieval), ("/query", Layer.Retrieval),
    ];

    // Hosts of model providers. A dot before a name stands for any host below it.
    private static readonly string[] ModelHosts =
    [
        "api.openai.com", "api.anthropic.com", "generativelanguage.googleapis.com", ".openai.azure.com", ".services.ai.azure.com", ".models.ai.azure.com", "api.mistral.ai", "api.cohere.com",
        "api.cohere.ai", "api.groq.com", "api.cerebras.ai", "api.together.xyz", "api.together.ai", "api.fireworks.ai", "api.deepseek.com", "api.x.ai", "api.perplexity.ai",
        "api.moonshot.ai", "api.moonshot.cn", "api.ai21.com", "api.sambanova.ai", "api.studio.nebius.com", "api.studio.nebius.ai", "openrouter.ai", "api.replicate.com",
        "api-inference.huggingface.co", "router.huggingface.co", "api.inceptionlabs.ai", "api.morphllm.com",
    ];

    // What such hosts serve beside models.
    private static readonly string[] OtherPaths = ["/models", "/files", "/uploads", "/batches", "/jobs", "/embeddings", "/rerank"];

    /// <summary>The path of a span's URL without its query, by the keys of all generations of the HTTP conventions; empty if it has none.</summary>
    public static ReadOnlySpan<char> PathOf(SpanRecord span)
    {
        AttributeSet attributes = span.Attributes;
        string? text = attributes.Text("url.path") ?? attributes.Text("http.target") ?? attributes.Text("url.full") ?? attributes.Text("http.url");
        if (text is null)
        {
            return [];
        }

        ReadOnlySpan<char> path = text.AsSpan();
        int end = path.IndexOfAny('?', '#');
        path = end < 0 ? path : path[..end];
        int authority = path.IndexOf("://", StringComparison.Ordinal);
        if (authority >= 0)
        {
            path = path[(authority + 3)..];
            int slash = path.IndexOf('/');
            path = slash < 0 ? [] : path[slash..];
        }

        return path.Length > 1 ? path.TrimEnd('/') : path;
    }

    /// <summary>The layer that the path ends in, and the ending; unattributed if it says nothing.</summary>
    public static (string Ending, Layer Layer) LayerOf(SpanRecord span)
    {
        ReadOnlySpan<char> path = PathOf(span);
        foreach ((string ending, Layer layer) in Rows)
        {
            if (path.EndsWith(ending, StringComparison.OrdinalIgnoreCase))
            {
                return (ending, layer);
            }
        }

        return ModelHostOf(span) is string host ? (host, Layer.Inference) : ("", Layer.Unattributed);
    }

    /// <summary>The provider's host that a span calls to have a model answer, or null.</summary>
    private static string? ModelHostOf(SpanRecord span)
    {
        AttributeSet attributes = span.Attributes;
        if ((attributes.Text("server.address") ?? attributes.Text("net.peer.name") ?? attributes.Text("http.host")) is not string host
            || (attributes.Text("http.request.method") ?? attributes.Text("http.method")) is not "POST")
        {
            return null;
        }

        ReadOnlySpan<char> path = PathOf(span);
        foreach (string other in OtherPaths)
        {
            if (path.EndsWith(other, StringComparison.OrdinalIgnoreCase))
            {
                return null;
            }
        }

        foreach (string known in ModelHosts)
        {
            if (known[0] == '.' ? host.EndsWith(known, StringComparison.OrdinalIgnoreCase) : host.Equals(known, StringComparison.OrdinalIgnoreCase))
            {
                return known;
            }
        }

        return null;
    }

    /// <summary>Whether the path is that of an MCP server with streamable HTTP.</summary>
    public static bool IsMcp(SpanRecord span) => PathOf(span).EndsWith("/mcp", StringComparison.OrdinalIgnoreCase);
}
