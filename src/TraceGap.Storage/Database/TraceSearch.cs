using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// Answers a query for traces. Where attributes are asked for, the traces that pass everything else are gone through in order, and their spans looked at, until the page is full or enough blocks
/// were unpacked: then the page ends with the last trace that was looked at, so that the next one always gets further.
/// </summary>
internal sealed class TraceSearch
{
    private const int FewestCandidates = 256;
    private const int MostCandidates = 8192;

    private readonly SqlSession _session;
    private readonly BlockStore _blocks;
    private readonly TraceQuery _query;
    private readonly TraceFilter _filter;
    private readonly Dictionary<long, FailureKey?> _failures = [];

    private TraceSearch(SqlSession session, BlockStore blocks, TraceQuery query)
    {
        _session = session;
        _blocks = blocks;
        _query = query;
        _filter = new TraceFilter(session, query);
    }

    /// <summary>A page of traces.</summary>
    public static TracePage Page(SqlSession session, BlockStore blocks, TraceQuery query, CancellationToken stop)
    {
        TraceSearch search = new(session, blocks, query);
        if (search._filter.IsHopeless)
        {
            return new TracePage([], Next: null);
        }

        return query.Attributes.Count == 0 ? search.List(stop) : search.Look(stop);
    }

    private TracePage List(CancellationToken stop)
    {
        TraceListing listing = TraceLister.List(_session, _blocks, _filter, _query, new ListedPage(_query.Cursor, Math.Max(_query.Limit, 1), _query.MostBlocks), stop);
        return new TracePage([.. listing.Traces.Select(static found => found.Trace).Select(SummaryOf)], listing.Next, listing.IsCut);
    }

    private TracePage Look(CancellationToken stop)
    {
        AttributeLookup attributes = new(_session, _blocks, _query.Attributes);
        List<TraceEntry> page = [];
        TraceCursor? cursor = _query.Cursor;
        int blocksLeft = _query.MostBlocks;
        for (int candidates = FewestCandidates; ; candidates = Math.Min(candidates * 2, MostCandidates))
        {
            TraceListing listing = TraceLister.List(_session, _blocks, _filter, _query, new ListedPage(cursor, candidates, blocksLeft), stop);
            foreach ((long number, TraceEntry trace) in listing.Traces)
            {
                stop.ThrowIfCancellationRequested();
                if (attributes.BlocksRead >= _query.MostSpanBlocks && !attributes.Knows(number, trace))
                {
                    return ToPage(page, cursor, isCut: true);
                }

                if (attributes.HasAll(number, trace))
                {
                    page.Add(trace);
                    if (page.Count > Math.Max(_query.Limit, 1))
                    {
                        page.RemoveAt(page.Count - 1);
                        return ToPage(page, TraceLister.CursorAt(page[^1]), isCut: false);
                    }
                }

                cursor = TraceLister.CursorAt(trace);
            }

            cursor = listing.Next;
            blocksLeft -= listing.BlocksRead;
            if (cursor is null || listing.IsCut)
            {
                return ToPage(page, cursor, listing.IsCut);
            }

            blocksLeft = Math.Max(blocksLeft, 1);
        }
    }

    private TracePage ToPage(List<TraceEntry> traces, TraceCursor? next, bool isCut) => new([.. traces.Select(SummaryOf)], next, isCut);

    private TraceSummary SummaryOf(TraceEntry trace) => new()
    {
        TraceId = trace.TraceId,
        Key = _filter.KeyOf(trace),
        Outcome = trace.Outcome,
        OutcomeSource = trace.OutcomeSource,
        StartUnixNanos = trace.StartUnixNanos,
        EndUnixNanos = trace.EndUnixNanos,
        Spans = trace.Spans,
        Revision = trace.Revision,
        Failure = FailureOf(trace),
    };

    private FailureKey? FailureOf(TraceEntry trace)
    {
        if (trace.Failure is not long number)
        {
            return null;
        }

        if (!_failures.TryGetValue(number, out FailureKey? failure))
        {
            failure = StoredKeys.ReadFailure(_session, number);
            _failures.Add(number, failure);
        }

        return failure;
    }
}
