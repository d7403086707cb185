using System.Buffers;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Spans that their instrumentation ends well, or without a word, whatever became of the work: what is below them has to tell.</summary>
internal static class UnfailingSpans
{
    // OpenAI Agents under any instrumentation, LangSmith, n8n, Strands, Dify, ADK.
    private static readonly SearchValues<string> ScopesOfRoots =
        SearchValues.Create(["openai-agents", "openai_agents", "langsmith", "n8n", "strands", "dify", "gcp.vertex.agent"], StringComparison.OrdinalIgnoreCase);

    // The Vercel AI SDK hands the error of a stream to a callback and ends the span around the stream as if nothing had been.
    private static readonly Clue Streams = Clue.Value("ai.operationId", "ai.streamText", "ai.streamObject");

    /// <summary>Whether a root like this ends well however the run went.</summary>
    public static bool EndsWellAsRoot(SpanRecord root) => root.Scope.Name.AsSpan().ContainsAny(ScopesOfRoots) || Streams.Holds(root);

    /// <summary>Fails the steps around streams whose last model call failed; attempts must have been merged.</summary>
    public static void Judge(SpanTree tree, StepForest forest)
    {
        ReadOnlySpan<StepDraft> order = forest.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            StepDraft step = order[i];
            if (step is { Span: >= 0, Verdict.Verdict: Verdict.Ok or Verdict.Degraded }
                && step.Children is [.., { Key.Layer: Layer.Inference, Verdict: { Verdict: Verdict.Failed, IsAbort: false } } last]
                && Streams.Holds(tree.Spans[step.Span]))
            {
                step.Verdict = SpanVerdict.Failed("last call failed", last.Verdict.ErrorType);
            }
        }
    }
}
