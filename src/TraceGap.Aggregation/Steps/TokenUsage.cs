using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Tokens of a step: of innermost inference steps only, since wrappers report the sum of what they wrap, and of the last attempt. Where the opening span says nothing, a nested
/// span of the same call may.
/// </summary>
internal static class TokenUsage
{
    private static readonly string[] InputKeys =
        ["gen_ai.usage.input_tokens", "gen_ai.usage.prompt_tokens", "llm.token_count.prompt", "ai.usage.inputTokens", "ai.usage.promptTokens", "input_tokens"];

    private static readonly string[] OutputKeys =
        ["gen_ai.usage.output_tokens", "gen_ai.usage.completion_tokens", "llm.token_count.completion", "ai.usage.outputTokens", "ai.usage.completionTokens", "output_tokens"];

    /// <summary>Fills the tokens of all steps, before attempts are merged: later attempts keep theirs.</summary>
    public static void Count(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        bool anyInference = false;
        bool anyNested = false;
        foreach (StepDraft step in forest.Steps)
        {
            if (step.Key.Layer != Layer.Inference)
            {
                continue;
            }

            anyInference = true;
            if (step.Span >= 0)
            {
                step.InputTokens = Read(tree.Spans[step.Span].Attributes, InputKeys);
                step.OutputTokens = Read(tree.Spans[step.Span].Attributes, OutputKeys);
            }

            step.HasNestedTokens = step is { InputTokens: 0, OutputTokens: 0 };
            anyNested |= step.HasNestedTokens;
        }

        if (anyNested)
        {
            AddNested(tree, layers, forest);
        }

        if (anyInference)
        {
            ClearWrappers(forest);
        }
    }

    private static void AddNested(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            if (forest.OfSpan[span] is { HasNestedTokens: true } step && step.Span != span && layers.Layers[span] is { IsOwn: true, Layer: Layer.Inference })
            {
                step.InputTokens = Math.Max(step.InputTokens, Read(tree.Spans[span].Attributes, InputKeys));
                step.OutputTokens = Math.Max(step.OutputTokens, Read(tree.Spans[span].Attributes, OutputKeys));
            }
        }
    }

    private static void ClearWrappers(StepForest forest)
    {
        ReadOnlySpan<StepDraft> order = forest.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            StepDraft step = order[i];
            if (step.HasInferenceBelow)
            {
                step.InputTokens = step.OutputTokens = 0;
            }

            if (step.Parent is StepDraft parent)
            {
                parent.HasInferenceBelow |= step.HasInferenceBelow || step.Key.Layer == Layer.Inference;
            }
        }
    }

    private static long Read(AttributeSet attributes, string[] keys)
    {
        foreach (string key in keys)
        {
            if (attributes.Number(key) is double tokens and >= 0 and < long.MaxValue)
            {
                return (long)tokens;
            }
        }

        return 0;
    }
}
