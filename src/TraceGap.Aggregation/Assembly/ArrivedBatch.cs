using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>A batch of spans of which some are in flight. Its memory is held as long as one of them is.</summary>
/// <param name="spans">The spans.</param>
/// <param name="position">Inbox position of the entry that they came in.</param>
/// <param name="arrivalUnixNanos">When they came, ns of wall time.</param>
internal sealed class ArrivedBatch(SpanBatch spans, long position, long arrivalUnixNanos)
{
    public SpanBatch Spans { get; } = spans;

    public long Position { get; } = position;

    public long ArrivalUnixNanos { get; } = arrivalUnixNanos;

    /// <summary>Spans of it that are in flight.</summary>
    public int InFlight { get; set; }

    /// <summary>Where it stands in the ledger while spans of it are in flight.</summary>
    public int Slot { get; set; }

    /// <summary>Earliest start of all its spans, ns.</summary>
    public long EarliestStart { get; } = spans.EarliestStartUnixNanos();

    /// <summary>Memory that it holds, bytes: its encoding, and what the assembler knows about each span.</summary>
    public long Bytes => Spans.Bytes.Length + ((long)Spans.Count * SpanLists.EntrySize);
}

/// <summary>A span within its batch.</summary>
/// <param name="Batch">The batch.</param>
/// <param name="Index">Which of its spans.</param>
internal readonly record struct ArrivedSpan(ArrivedBatch Batch, int Index)
{
    public SpanId SpanId => Batch.Spans.SpanIdOf(Index);

    public SpanId ParentSpanId => Batch.Spans.ParentSpanIdOf(Index);

    public bool IsSignal => Batch.Spans.KindOf(Index) == SpanKind.Signal;

    public bool CanActAsRoot => TreeBuilder.CanActAsRoot(Batch.Spans.KindOf(Index), Batch.Spans.FlagsOf(Index));
}
