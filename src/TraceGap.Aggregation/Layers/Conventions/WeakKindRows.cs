using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Kinds that frameworks give to anything: the words of the name refine them, else they are orchestration.</summary>
internal static class WeakKindRows
{
    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.ByWords(Value("openinference.span.kind", "CHAIN")),
        LayerRule.ByWords(Value("traceloop.span.kind", "task")),
        LayerRule.ByWords(Value("gen_ai.span.kind", "TASK")),
        LayerRule.ByWords(Value("langwatch.span.type", "component", "module", "task")),
        LayerRule.ByWords(Value("agentops.span.kind", "operation", "task")),
    ];
}
