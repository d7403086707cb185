using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads a trace: its newest entry and, where spans came too late for it, what is kept of them beside it.</summary>
internal sealed class TraceReader(TraceIndex index, BlockStore blocks)
{
    public StoredTrace? Find(SqlSession session, TraceId traceId)
    {
        if (Newest(session, traceId) is not (long number, TraceEntry newest))
        {
            return null;
        }

        if (newest.FragmentOf is not long main)
        {
            return TraceOf(session, number, newest, late: []);
        }

        List<SpanRecord> late = blocks.Spans(session, traceId, [.. newest.Earlier, number]);
        return blocks.Trace(session, main) is TraceEntry trace ? TraceOf(session, main, trace, late) : OrphanOf(newest, late);
    }

    /// <summary>Distinct spans of a trace; null if it is not stored.</summary>
    public int? CountSpans(SqlSession session, TraceId traceId) => Newest(session, traceId) is (_, TraceEntry newest)
        ? newest.Spans + (newest.FragmentOf is long main ? blocks.Trace(session, main)?.Spans ?? 0 : 0)
        : null;

    private (long Number, TraceEntry Trace)? Newest(SqlSession session, TraceId traceId) =>
        index.Find(session, blocks, traceId) is long number && blocks.Trace(session, number) is TraceEntry newest ? (number, newest) : null;

    private StoredTrace TraceOf(SqlSession session, long number, TraceEntry trace, List<SpanRecord> late)
    {
        long firstKept = BlockStore.FirstKept(session);
        return new StoredTrace
        {
            TraceId = trace.TraceId,
            Spans = blocks.Spans(session, trace.TraceId, [.. trace.Earlier, number]),
            LateSpans = late,
            IsWhole = trace.Earlier.All(earlier => earlier >= firstKept),
            Contribution = blocks.Contribution(session, number, new OpenedContributions()),
            Revision = trace.Revision,
            IsOpen = trace.IsOpen,
            FirstArrivalUnixNanos = trace.FirstArrivalUnixNanos,
            LastArrivalUnixNanos = trace.LastArrivalUnixNanos,
            SpanCount = trace.Spans,
        };
    }

    // Of the trace itself nothing is left.
    private static StoredTrace OrphanOf(TraceEntry fragment, List<SpanRecord> late) => new()
    {
        TraceId = fragment.TraceId,
        Spans = [],
        LateSpans = late,
        IsWhole = false,
        Contribution = null,
        Revision = fragment.Revision,
        IsOpen = false,
        FirstArrivalUnixNanos = fragment.FirstArrivalUnixNanos,
        LastArrivalUnixNanos = fragment.LastArrivalUnixNanos,
        SpanCount = fragment.Spans,
    };
}
