using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>One accepted request, read back from the inbox.</summary>
/// <param name="Position">Its position.</param>
/// <param name="ArrivalUnixNanos">When it arrived, nanoseconds since the Unix epoch.</param>
/// <param name="Spans">Its spans in the order in which they came.</param>
public sealed record InboxEntry(long Position, long ArrivalUnixNanos, SpanBatch Spans);
