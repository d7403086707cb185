using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>A part of a span's time of which an event says what kind it is.</summary>
/// <param name="Kind">The kind.</param>
/// <param name="StartUnixNanos">Start, ns, on the span's own clock.</param>
/// <param name="EndUnixNanos">End, ns.</param>
internal readonly record struct TimedPart(SegmentKind Kind, long StartUnixNanos, long EndUnixNanos);

/// <summary>
/// What the events of a model server say about the time of its span (Triton): the request is received, waits in a queue until computing starts, its input is moved to the device and its output
/// back. Computing may be a span of its own below, which then ends the queue.
/// </summary>
internal static class TimedWork
{
    private const string Prefix = "triton.";
    private const string Suffix = "_unix_nano";

    /// <summary>Whether spans with these attributes may say something.</summary>
    public static bool IsIn(AttributeShape shape)
    {
        for (int i = 0; i < shape.Count; i++)
        {
            if (shape.Keys[i].StartsWith(Prefix, StringComparison.Ordinal) && shape.Keys[i].EndsWith(Suffix, StringComparison.Ordinal))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>The parts, in order of time, without overlap.</summary>
    /// <param name="span">The span.</param>
    /// <param name="nextBelow">Start of the first span below that begins at or after a time, or null; on the span's own clock.</param>
    public static IReadOnlyList<TimedPart> Of(SpanRecord span, Func<long, long?> nextBelow)
    {
        List<TimedPart> parts = [];
        long? computeStart = Time(span, "compute_start");
        Add(SegmentKind.Movement, Time(span, "http_recv_start"), Time(span, "http_recv_end"));
        Add(SegmentKind.Wait, Time(span, "queue_start"), computeStart ?? (Time(span, "queue_start") is long queued ? nextBelow(queued) : null));
        Add(SegmentKind.Movement, computeStart ?? span.StartUnixNanos, Time(span, "compute_input_end"));
        Add(SegmentKind.Movement, Time(span, "compute_output_start"), Time(span, "compute_end") ?? span.EndUnixNanos);
        return parts;

        void Add(SegmentKind kind, long? start, long? end)
        {
            long from = Math.Max(start ?? long.MaxValue, parts.Count > 0 ? parts[^1].EndUnixNanos : long.MinValue);
            if (end > from)
            {
                parts.Add(new TimedPart(kind, from, end.Value));
            }
        }
    }

    private static long? Time(SpanRecord span, string moment) =>
        span.Attributes.TryGet(Prefix + moment + Suffix, out AttributeValue value) && value is { Type: AttributeType.Integer, Bits: > 0 } ? value.Bits : null;
}
