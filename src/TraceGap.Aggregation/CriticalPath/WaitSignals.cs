using System.Buffers;
using System.Globalization;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>What a span itself says about waiting: spans that are nothing but waiting, and queue times reported as numbers.</summary>
internal static class WaitSignals
{
    private static readonly SearchValues<string> Telling = SearchValues.Create(["approval", "blocked_on_user", "vllm_queue"], StringComparison.OrdinalIgnoreCase);
    private static readonly SearchValues<string> PauseWords = SearchValues.Create(["wait", "pending", "pause", "human", "user"], StringComparison.OrdinalIgnoreCase);

    // Kinds that are nothing but waiting: for a person, a timer, an event, a tool that somebody else runs.
    private static readonly (string Key, string[] Values)[] Kinds =
    [
        ("mcp.method.name", ["elicitation/create"]),
        ("mastra.span.type", ["workflow_sleep", "workflow_wait_event", "client_tool_call"]),
        ("durabletask.type", ["timer"]),
        ("n8n.node.type", ["n8n-nodes-base.wait"]),
    ];

    /// <summary>True if the whole of the span's own time is a queue, a timer or a person.</summary>
    public static bool IsWait(SpanRecord span) =>
        IsOfWaitingKind(span)
        || span.Attributes.Has("durabletask.fire_at")
        || (span.Name.AsSpan().ContainsAny(Telling) && IsWaitByName(span.Name));

    /// <summary>The queue time that the span reports, ns; 0 if it reports none.</summary>
    /// <remarks><c>gen_ai.latency.time_in_queue</c> (vLLM, SGLang): seconds. <c>queue_time</c> (text-generation-inference): a Rust Duration as its Debug text, <c>1.5ms</c>.</remarks>
    public static long QueueNanos(SpanRecord span)
    {
        double nanos = span.Attributes.Number("gen_ai.latency.time_in_queue") * 1e9
            ?? (span.Attributes.Text("queue_time") is string text ? RustDurationNanos(text) : null)
            ?? 0;
        return nanos > 0 ? (long)Math.Min(Math.Round(nanos), 1L << 62) : 0;
    }

    private static bool IsOfWaitingKind(SpanRecord span)
    {
        foreach ((string key, string[] values) in Kinds)
        {
            if (span.Attributes.Text(key) is string text && FoldedText.MatchesAny(values, text))
            {
                return true;
            }
        }

        return false;
    }

    private static bool IsWaitByName(string name) =>
        name.EndsWith("blocked_on_user", StringComparison.OrdinalIgnoreCase)
        || string.Equals(name, "vllm_queue", StringComparison.Ordinal)
        || IsPauseForApproval(name);

    // A name alone is weak evidence: "approval" is also what an agent may be about, so a second word must say that somebody waits.
    private static bool IsPauseForApproval(string name) => name.Contains("approval", StringComparison.OrdinalIgnoreCase) && name.AsSpan().ContainsAny(PauseWords);

    private static double? RustDurationNanos(string text)
    {
        ReadOnlySpan<char> trimmed = text.AsSpan().Trim();
        int digits = Math.Max(0, trimmed.IndexOfAnyExceptInRange('.', '9'));
        double? unit = trimmed[digits..] switch
        {
            "ns" => 1,
            "µs" or "μs" or "us" => 1e3,
            "ms" => 1e6,
            "s" => 1e9,
            _ => null,
        };
        return double.TryParse(trimmed[..digits], NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out double number) ? number * unit : null;
    }
}
