using static TraceGap.Aggregation.Clue;
using Kind = TraceGap.Otlp.SpanKind;

namespace TraceGap.Aggregation;

/// <summary>Handing messages on inside a run is orchestration. The consumer or function that a run begins with is ingress by its position.</summary>
internal static class MessagingRows
{
    private static readonly string[] Operation = ["messaging.operation.type", "messaging.operation"];

    public static IReadOnlyList<LayerRule> All { get; } =
    [
        LayerRule.Control(AnyValue(Operation, "create", "send", "publish"), Clue.SpanKind(Kind.Producer, Kind.Client)),
        LayerRule.Control(AnyValue(Operation, "receive", "settle"), Clue.SpanKind(Kind.Client)),
        LayerRule.InsideRun(AnyValue(Operation, "receive", "process", "settle"), Clue.SpanKind(Kind.Consumer)),

        // AutoGen and Microsoft's agent framework.
        LayerRule.Control(Name("autogen create *", "autogen send *", "autogen publish *", "message.send"), Clue.SpanKind(Kind.Producer)),
        LayerRule.InsideRun(Name("autogen receive *", "autogen intercept *", "autogen process *", "autogen ack *"), Clue.SpanKind(Kind.Consumer)),

        new(LayerEffect.OwnAtTop, Layer.Ingress, Certainty.Certain, Present("faas.trigger"), Clue.SpanKind(Kind.Server)),
    ];
}
