using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What the URL path of an outgoing call gives away about its layer, where no instrumentation of the call does.</summary>
internal static class UrlPaths
{
    private static readonly (string Ending, Layer Layer)[] Rows =
    [
        ("/chat/completions", Layer.Inference), ("/responses", Layer.Inference), ("/messages", Layer.Inference),
        ("/mcp", Layer.ToolCall),
        ("/search", Layer.Retrieval), ("/query", Layer.Retrieval),
    ];

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

        return ("", Layer.Unattributed);
    }

    /// <summary>Whether the path is that of an MCP server with streamable HTTP.</summary>
    public static bool IsMcp(SpanRecord span) => PathOf(span).EndsWith("/mcp", StringComparison.OrdinalIgnoreCase);
}
