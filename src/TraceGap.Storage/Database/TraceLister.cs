using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// Lists traces, latest end first. Blocks are visited by their latest end; once a page is full and no block is left that reaches beyond its oldest trace, it is done. Blocks that cannot have
/// what is looked for are passed over in the index.
/// </summary>
internal sealed class TraceLister
{
    private const string BlocksByEnd = "SELECT id, min_end_ns, max_end_ns, marks FROM trace_block WHERE max_end_ns >= $1 ORDER BY max_end_ns DESC";
    private const string ReadBlock = "SELECT traces FROM trace_block WHERE id = $1";

    private readonly SqlSession _session;
    private readonly BlockStore _blocks;
    private readonly TraceQuery _query;
    private readonly Dictionary<long, RollupKey> _keys;
    private readonly Dictionary<long, FailureKey?> _failures = [];
    private readonly long _newest;
    private readonly int _wanted;
    private readonly List<TraceEntry> _page = [];

    private TraceLister(SqlSession session, BlockStore blocks, TraceQuery query)
    {
        _session = session;
        _blocks = blocks;
        _query = query;
        _keys = StoredKeys.Select(session, query.Workflow, query.Environment, query.Version, service: null).ToDictionary(static key => key.Id, static key => key.Key);
        _newest = Math.Min(query.ToUnixNanos - 1, query.Cursor?.EndUnixNanos ?? long.MaxValue);

        // One more than the page tells whether there is a next one.
        _wanted = checked(Math.Max(query.Limit, 1) + 1);
    }

    public static TracePage List(SqlSession session, BlockStore blocks, TraceQuery query) => new TraceLister(session, blocks, query).List();

    private TracePage List()
    {
        using (SqliteDataReader rows = _session.Query(BlocksByEnd, _query.FromUnixNanos))
        {
            while (rows.Read() && !IsBehindThePage(latestEnd: rows.GetInt64(2)))
            {
                if (rows.GetInt64(1) <= _newest && MayHave(new TraceMarks(rows.GetInt64(3))))
                {
                    ReadTraces(rows.GetInt64(0));
                }
            }
        }

        TraceCursor? next = null;
        if (_page.Count == _wanted)
        {
            _page.RemoveAt(_wanted - 1);
            next = new TraceCursor(_page[^1].EndUnixNanos, _page[^1].TraceId);
        }

        return new TracePage([.. _page.Select(SummaryOf)], next);
    }

    private bool IsBehindThePage(long latestEnd) => _page.Count == _wanted && latestEnd < _page[^1].EndUnixNanos;

    private bool MayHave(TraceMarks marks) =>
        (_query.Outcome is not TraceOutcome outcome || marks.MayHave(outcome))
        && (_query.Layer is not Layer layer || marks.MayHaveFailureIn(layer))
        && (_query.MinDurationNanos is not long duration || marks.MayLast(duration))
        && _keys.Keys.Any(marks.MayHaveKey);

    private void ReadTraces(long block)
    {
        if (_session.Blob(ReadBlock, block) is not byte[] blob)
        {
            return;
        }

        int before = _page.Count;
        foreach ((_, TraceEntry trace) in _blocks.CurrentEntries(_session, block, blob))
        {
            if (Passes(trace))
            {
                _page.Add(trace);
            }
        }

        if (_page.Count > before)
        {
            _page.Sort(NewestFirst);
            _page.RemoveRange(Math.Min(_page.Count, _wanted), _page.Count - Math.Min(_page.Count, _wanted));
        }
    }

    private bool Passes(TraceEntry trace) =>
        trace.FragmentOf is null
        && trace.EndUnixNanos >= _query.FromUnixNanos
        && trace.EndUnixNanos <= _newest
        && (_query.Cursor is not TraceCursor cursor || trace.EndUnixNanos < cursor.EndUnixNanos || trace.TraceId.CompareTo(cursor.TraceId) > 0)
        && (_query.Outcome is null || trace.Outcome == _query.Outcome)
        && (_query.MinDurationNanos is null || unchecked(trace.EndUnixNanos - trace.StartUnixNanos) >= _query.MinDurationNanos)
        && _keys.ContainsKey(trace.Key)
        && (_query.Layer is null || FailureOf(trace)?.Layer == _query.Layer);

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

    private static int NewestFirst(TraceEntry left, TraceEntry right)
    {
        int byEnd = right.EndUnixNanos.CompareTo(left.EndUnixNanos);
        return byEnd != 0 ? byEnd : left.TraceId.CompareTo(right.TraceId);
    }

    private TraceSummary SummaryOf(TraceEntry trace) => new()
    {
        TraceId = trace.TraceId,
        Key = _keys[trace.Key],
        Outcome = trace.Outcome,
        OutcomeSource = trace.OutcomeSource,
        StartUnixNanos = trace.StartUnixNanos,
        EndUnixNanos = trace.EndUnixNanos,
        Spans = trace.Spans,
        Revision = trace.Revision,
        Failure = FailureOf(trace),
    };
}
