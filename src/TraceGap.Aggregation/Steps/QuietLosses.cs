using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Losses that no single span tells of: a run that a guardrail stopped, a loop that calls a tool again and again with the same arguments, an agent that had to stop before it could
/// answer. All of them are weak signs and degrade, none fails.
/// </summary>
internal static class QuietLosses
{
    // Twice may be chance or a look at what changed.
    private const int Repetitions = 3;

    private const string PassedOnKey = "n8n.node.items.output";

    // Tools by which agents end on purpose.
    private static readonly string[] EndingTools = ["final", "answer", "finish", "done", "submit", "respond", "transfer", "handoff", "hand_off"];

    /// <summary>Marks the steps; attempts must have been merged.</summary>
    public static void Mark(SpanTree tree, SpanLayers layers, StepForest forest, TraceNotes notes)
    {
        if (notes.AnyTripped)
        {
            MarkBlocked(tree, layers, forest);
        }

        int toolCalls = 0;
        foreach (StepDraft step in forest.Steps)
        {
            if (step.Key.Layer == Layer.ToolCall && step.Span >= 0)
            {
                toolCalls++;
            }

            if (step.Children.Count > 1 && step.Span >= 0)
            {
                MarkNothingPassedOn(tree, step.Children);
            }

            if (step.Key.Layer == Layer.Orchestration && step.Children.Count > 1 && IsAgent(step) && EndsAfterTool(tree, step.Children))
            {
                Degrade(step, "ended after a tool call");
            }
        }

        if (toolCalls >= Repetitions)
        {
            MarkRepeated(tree, forest);
        }
    }

    /// <summary>The guardrail has done its work; the run around it did not get where it was to go.</summary>
    private static void MarkBlocked(SpanTree tree, SpanLayers layers, StepForest forest)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            if (!layers.Layers[span].IsExcluded
                && SpanVerdicts.IsGuardrail(layers.Layers[span], layers.Effects[span])
                && VerdictSignals.Of(tree.Spans[span]).IsTripped
                && RunOf(forest, span) is StepDraft run)
            {
                Degrade(run, "guardrail tripped");
            }
        }
    }

    private static StepDraft? RunOf(StepForest forest, int span)
    {
        StepDraft? run = forest.OfSpan[span];
        while (run?.Parent is StepDraft above)
        {
            run = above;
        }

        return forest.Root ?? (run?.Span == span ? null : run);
    }

    /// <summary>A node of n8n that passed nothing on although others came after it. One that ends its branch passes nothing on either, and nothing tells which it was: only the last of all is spared.</summary>
    private static void MarkNothingPassedOn(SpanTree tree, List<StepDraft> nodes)
    {
        long? last = null;
        foreach (StepDraft node in nodes)
        {
            if (node.Span >= 0 && tree.Spans[node.Span] is { ResultCount: 0 } span && span.Attributes.Number(PassedOnKey) is 0)
            {
                last ??= nodes.Max(static other => other.Start);
                if (Succession.IsAfter(last.Value, node.End))
                {
                    Degrade(node, "nothing passed on");
                }
            }
        }
    }

    // A node of a graph may well end with a tool: what comes next is another node.
    private static bool IsAgent(StepDraft step) => step.Operation.Kind is "invoke_agent" or "AGENT" or "ai.generateText" or "ai.streamText";

    /// <summary>Whether the last that a model said was to call a tool, the tool was called, and the model was not asked again.</summary>
    private static bool EndsAfterTool(SpanTree tree, List<StepDraft> children)
    {
        int last = children.FindLastIndex(static child => child.Key.Layer == Layer.Inference);
        int tool = children.FindLastIndex(static child => child.Key.Layer == Layer.ToolCall);
        if (last < 0 || tool < last || children[last].Span < 0 || children[tool] is not { Span: >= 0, Verdict.Verdict: Verdict.Ok or Verdict.Degraded } called)
        {
            return false;
        }

        // What begins after the tool may be another agent, which speaks with a model of its own.
        bool isPaused = (tree.Spans[called.Span].Facts & SpanFacts.ControlFlow) != 0;
        bool isMeant = Array.Exists(EndingTools, word => called.Operation.Name.Contains(word, StringComparison.OrdinalIgnoreCase));
        return !isPaused && !isMeant && tool == children.Count - 1 && VerdictSignals.Of(tree.Spans[children[last].LastCall]) is { HasFinishReason: true, FinishReason: FinishReasons.Call };
    }

    private static void MarkRepeated(SpanTree tree, StepForest forest)
    {
        Dictionary<(StepKey, uint), int> calls = [];
        foreach (StepDraft step in forest.InOrderOfStart())
        {
            if (step is { Key.Layer: Layer.ToolCall, Span: >= 0, IsSuperseded: false } && tree.Spans[step.Span].InputHash is not 0 and uint input)
            {
                int count = calls[(step.Key, input)] = calls.GetValueOrDefault((step.Key, input)) + 1;
                if (count >= Repetitions)
                {
                    Degrade(step, "repeated call");
                }
            }
        }
    }

    private static void Degrade(StepDraft step, string signal)
    {
        if (step.Verdict.Verdict == Verdict.Ok)
        {
            step.Verdict = SpanVerdict.Degraded(signal);
        }
    }
}
