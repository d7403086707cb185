namespace TraceGap.Aggregation;

/// <summary>
/// Model calls and their tokens: of innermost inference steps only, since wrappers report the sum of what they wrap, and of the last attempt. Where the opening span does not say
/// something, a nested span of the same call may.
/// </summary>
internal static class TokenUsage
{
    /// <summary>Fills the calls of all steps, before attempts are merged: later attempts keep theirs.</summary>
    public static void Count(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        bool anyInference = false;
        foreach (StepDraft step in forest.Steps)
        {
            if (step.Key.Layer != Layer.Inference)
            {
                continue;
            }

            anyInference = true;
            step.Call = step.Span >= 0 ? CallReader.Read(tree.Spans[step.Span]) : new ModelCall("", default, null);
            step.HasNestedTokens = step.Call.Tokens is { Input: 0, Output: 0 };
            step.IsModelToldByAnswer = step.Span >= 0 && CallReader.Of(tree.Spans[step.Span]).ResponseModel(tree.Spans[step.Span]) is not null;
        }

        if (anyInference)
        {
            AddNested(tree, layers, forest);
            ClearWrappers(forest);
        }
    }

    private static void AddNested(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            if (forest.OfSpan[span] is { Key.Layer: Layer.Inference } step && step.Span != span && layers.Layers[span] is { IsOwn: true, Layer: Layer.Inference })
            {
                AddNested(step, tree.Spans[span]);
            }
        }
    }

    private static void AddNested(StepDraft step, Otlp.SpanRecord nested)
    {
        CallReader reader = CallReader.Of(nested);
        string model = step.Call.Model!;
        if (!step.IsModelToldByAnswer && reader.ResponseModel(nested) is string answered)
        {
            model = answered;
            step.IsModelToldByAnswer = true;
        }
        else if (model.Length == 0)
        {
            model = reader.RequestModel(nested) ?? "";
        }

        step.Call = new ModelCall(
            model,
            step.HasNestedTokens ? TokenSums.Max(step.Call.Tokens, reader.Tokens(nested)) : step.Call.Tokens,
            step.Call.FirstTokenNanos ?? reader.FirstToken(nested));
    }

    private static void ClearWrappers(StepForest forest)
    {
        ReadOnlySpan<StepDraft> order = forest.ParentsFirst();
        for (int i = order.Length - 1; i >= 0; i--)
        {
            StepDraft step = order[i];
            if (step.HasInferenceBelow)
            {
                step.Call = default;
            }

            if (step.Parent is StepDraft parent)
            {
                parent.HasInferenceBelow |= step.HasInferenceBelow || step.Key.Layer == Layer.Inference;
            }
        }
    }
}
