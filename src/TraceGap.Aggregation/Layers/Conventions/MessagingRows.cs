using TraceGap.Otlp;
using static TraceGap.Aggregation.Clue;

namespace TraceGap.Aggregation;

/// <summary>Handing messages on inside a run is orchestration. The consumer that a run begins with is ingress by its position.</summary>
internal static class MessagingRows
{
    private static readonly string[] Operation = ["messaging.operation.type", "messaging.operation"];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Control(AnyValue(Operation, "create", "send", "publish"), SpanKind(Otlp.SpanKind.Producer)),
        LayerRule.Control(Name("autogen create *", "autogen send *", "autogen publish *"), SpanKind(Otlp.SpanKind.Producer)),
    ];
}
