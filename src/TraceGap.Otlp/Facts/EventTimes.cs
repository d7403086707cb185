using TraceGap.Otlp.Attributes;

namespace TraceGap.Otlp.Facts;

/// <summary>
/// Times of events that say when a model server went from one kind of work to the next (Triton's <c>src/tracer.cc</c>). Spans keep no events, so each becomes an attribute of the span, in
/// nanoseconds since the Unix epoch.
/// </summary>
internal sealed class EventTimes(KeyTable keys)
{
    private readonly KeyRule?[] _rules = Array.ConvertAll(Keys, keys.Find);

    /// <summary>Keys of the attributes, in the order of the events.</summary>
    private static string[] Keys { get; } =
    [
        "triton.http_recv_start_unix_nano",
        "triton.http_recv_end_unix_nano",
        "triton.queue_start_unix_nano",
        "triton.compute_start_unix_nano",
        "triton.compute_input_end_unix_nano",
        "triton.compute_output_start_unix_nano",
        "triton.compute_end_unix_nano",
    ];

    /// <summary>The rule of the attribute that an event's time becomes, or null.</summary>
    public KeyRule? RuleOf(SpanEvent spanEvent) => spanEvent >= SpanEvent.ReceiveStart ? _rules[spanEvent - SpanEvent.ReceiveStart] : null;
}
