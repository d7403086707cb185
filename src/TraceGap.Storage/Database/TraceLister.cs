using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>
/// Lists the entries of traces that pass a filter, latest end first. Blocks are visited by their latest end; once there are enough and no block is left that reaches beyond the oldest of them, it
/// is done. Blocks that cannot have what is looked for are passed over in the index. After so many blocks it stops: what ended after the latest end of the next block is complete.
/// </summary>
internal sealed class TraceLister
{
    private const string BlocksByEnd = "SELECT id, min_end_ns, max_end_ns, marks FROM trace_block WHERE max_end_ns >= $1 AND min_end_ns <= $2 ORDER BY max_end_ns DESC";
    private const string ReadBlock = "SELECT traces FROM trace_block WHERE id = $1";

    private readonly SqlSession _session;
    private readonly BlockStore _blocks;
    private readonly TraceFilter _filter;
    private readonly TraceCursor? _cursor;
    private readonly int _wanted;
    private readonly List<(long Number, TraceEntry Trace)> _found = [];
    private int _sortAt;
    private long? _oldest;
    private long? _cutAt;

    private TraceLister(SqlSession session, BlockStore blocks, TraceFilter filter, TraceCursor? cursor, int limit)
    {
        _session = session;
        _blocks = blocks;
        _filter = filter;
        _cursor = cursor;

        // One more than the page tells whether there is a next one.
        _wanted = checked(limit + 1);
        _sortAt = _wanted;
    }

    /// <summary>Lists a page.</summary>
    /// <param name="session">Where to read.</param>
    /// <param name="blocks">Reads blocks.</param>
    /// <param name="filter">What passes.</param>
    /// <param name="query">The window.</param>
    /// <param name="page">Where it begins, how many traces it has, and how many blocks are unpacked for it.</param>
    /// <param name="stop">Gives up.</param>
    public static TraceListing List(SqlSession session, BlockStore blocks, TraceFilter filter, TraceQuery query, ListedPage page, CancellationToken stop)
    {
        TraceLister lister = new(session, blocks, filter, page.Cursor, page.Limit);
        int read = lister.Visit(query, page.MostBlocks, stop);
        return lister.ToListing(read);
    }

    /// <returns>How many blocks were unpacked.</returns>
    private int Visit(TraceQuery query, int mostBlocks, CancellationToken stop)
    {
        long newest = Math.Min(query.ToUnixNanos - 1, _cursor?.EndUnixNanos ?? long.MaxValue);
        int read = 0;
        using SqliteDataReader rows = _session.Query(BlocksByEnd, query.FromUnixNanos, newest);
        while (rows.Read() && !(rows.GetInt64(2) < _oldest))
        {
            stop.ThrowIfCancellationRequested();
            if (!_filter.MayPass(new TraceMarks(rows.GetInt64(3))))
            {
                continue;
            }

            // Only where something is complete by now, so that the next page does not begin where this one did.
            if (read >= mostBlocks && rows.GetInt64(2) < newest)
            {
                _cutAt = rows.GetInt64(2);
                break;
            }

            ReadTraces(rows.GetInt64(0));
            read++;
        }

        return read;
    }

    private void ReadTraces(long block)
    {
        if (_session.Blob(ReadBlock, block) is not byte[] blob)
        {
            return;
        }

        foreach ((long number, TraceEntry trace) in _blocks.CurrentEntries(_session, block, blob))
        {
            if (_filter.Passes(trace) && IsBehindTheCursor(trace))
            {
                _found.Add((number, trace));
            }
        }

        if (_found.Count >= _sortAt)
        {
            Sort();
            _oldest = _found[^1].Trace.EndUnixNanos;
            _sortAt = _wanted + (_wanted / 2) + 1;
        }
    }

    private bool IsBehindTheCursor(TraceEntry trace) =>
        _cursor is not TraceCursor cursor
        || trace.EndUnixNanos < cursor.EndUnixNanos
        || (trace.EndUnixNanos == cursor.EndUnixNanos && trace.TraceId.CompareTo(cursor.TraceId) > 0);

    private void Sort()
    {
        _found.Sort(NewestFirst);
        _found.RemoveRange(Math.Min(_found.Count, _wanted), _found.Count - Math.Min(_found.Count, _wanted));
    }

    private TraceListing ToListing(int read)
    {
        if (_cutAt is long cut)
        {
            _found.RemoveAll(found => found.Trace.EndUnixNanos <= cut);
        }

        Sort();
        if (_found.Count == _wanted)
        {
            _found.RemoveAt(_wanted - 1);
            return new TraceListing(_found, CursorAt(_found[^1].Trace), IsCut: false, read);
        }

        // No trace has the smallest id there is: the next page begins with all that ended then.
        return new TraceListing(_found, _cutAt is long end ? new TraceCursor(end, default) : null, IsCut: _cutAt is not null, read);
    }

    /// <summary>Where a page goes on whose last trace this is.</summary>
    public static TraceCursor CursorAt(TraceEntry trace) => new(trace.EndUnixNanos, trace.TraceId);

    private static int NewestFirst((long Number, TraceEntry Trace) left, (long Number, TraceEntry Trace) right)
    {
        int byEnd = right.Trace.EndUnixNanos.CompareTo(left.Trace.EndUnixNanos);
        return byEnd != 0 ? byEnd : left.Trace.TraceId.CompareTo(right.Trace.TraceId);
    }
}

/// <summary>Which page of a list is wanted.</summary>
/// <param name="Cursor">Where the page before ended.</param>
/// <param name="Limit">Most traces.</param>
/// <param name="MostBlocks">Blocks that are unpacked for it.</param>
internal readonly record struct ListedPage(TraceCursor? Cursor, int Limit, int MostBlocks);

/// <summary>A page of entries.</summary>
/// <param name="Traces">Numbers and entries, latest end first, then by trace id.</param>
/// <param name="Next">Where the next page goes on; null if there is none.</param>
/// <param name="IsCut">True if it ends before it is full, because of the blocks it took.</param>
/// <param name="BlocksRead">How many blocks were unpacked.</param>
internal sealed record TraceListing(List<(long Number, TraceEntry Trace)> Traces, TraceCursor? Next, bool IsCut, int BlocksRead);
