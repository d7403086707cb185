using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Some SDKs floor a start to the millisecond and add an exact duration, so that a span seems up to a millisecond earlier than it was. Of two siblings that ran one after the
/// other, the later then seems to start before the earlier ends; a child seems to start before its parent, or to end after it.
/// </summary>
internal static class FlooredStart
{
    /// <summary>How much flooring can move a start, ns. An overlap below it with a floored start is none.</summary>
    public const long Granularity = 1_000_000;

    /// <summary>How much earlier than it was a span may seem, start and end alike, because its start was floored, ns.</summary>
    public static long MostMoved(SpanRecord span) => Is(span) ? Granularity - 1 : 0;

    /// <summary>True if the start was perhaps floored. As emitted: a skew shift moves it off the whole millisecond.</summary>
    public static bool Is(SpanRecord span) => Is(span.StartUnixNanos);

    /// <summary>The same of a start as emitted, ns.</summary>
    public static bool Is(long startUnixNanos) => startUnixNanos % Granularity == 0;
}
