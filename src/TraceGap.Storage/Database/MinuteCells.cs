using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// The rollups of minutes. The minutes of now change in every commit, so they are not written by each: what a commit books is in its contributions, the cells are summed up in memory, and
/// now and then all that have changed are written at once, with the number up to which contributions are in them. After a start the contributions from that number on are booked again.
/// Changes come from the writer alone; <see cref="Read"/> may be called from any thread.
/// </summary>
/// <remarks>
/// A cell is the sum of the contributions of its traces, so a cell that cannot be read, or from which something must be taken that cannot be read, is summed up again from them.
/// </remarks>
internal sealed class MinuteCells(SqlSession session, string path, KeyRegistry keys, BlockStore blocks, DamageLog damages, int capacity)
{
    public const long NanosPerMinute = 60_000_000_000;

    /// <summary>Bookings after which the cells are written: what a start after a crash has to book again, a fraction of a second.</summary>
    private const int MostUnsaved = 50_000;

    private const string BlocksFrom = "SELECT id, traces FROM trace_block WHERE id >= $1 ORDER BY id";
    private const string BlocksOfMinute = "SELECT id, traces, marks FROM trace_block WHERE max_end_ns >= $1 AND min_end_ns < $2 ORDER BY id";
    private const string SupersededSince = "SELECT id FROM superseded WHERE successor >= $1";

    private readonly Lock _gate = new();
    private readonly Dictionary<long, LinkedListNode<MinuteCell>> _cells = [];
    private readonly LinkedList<MinuteCell> _byUse = [];
    private readonly Dictionary<long, MinuteCell> _rebuilt = [];
    private readonly List<(MinuteCell Cell, long Failure, TraceId TraceId)> _examples = [];
    private int _unsaved;
    private int _changed;

    /// <summary>Books what was committed since the cells were last written.</summary>
    public void Recover()
    {
        long saved = session.Number("SELECT saved FROM store WHERE id = 1") ?? 0;
        HashSet<long> rebuilt = [];
        OpenedContributions opened = new();
        using (SqliteDataReader rows = session.Query(SupersededSince, saved))
        {
            while (rows.Read())
            {
                // What came and went since then was never booked, and does not have to be taken out.
                if (rows.GetInt64(0) < saved && blocks.Trace(session, rows.GetInt64(0)) is TraceEntry trace)
                {
                    BookAgain([BookingOf(trace, blocks.Contribution(session, rows.GetInt64(0), opened), isIn: false)], rebuilt);
                }
            }
        }

        using SqliteDataReader added = session.Query(BlocksFrom, saved);
        while (added.Read())
        {
            List<Booking> bookings = [];
            foreach ((long number, TraceEntry trace) in blocks.CurrentEntries(session, added.GetInt64(0), added.GetFieldValue<byte[]>(1)))
            {
                if (blocks.Contribution(session, number, opened) is TraceContribution contribution)
                {
                    bookings.Add(BookingOf(trace, contribution, isIn: true));
                }
            }

            BookAgain(bookings, rebuilt);
        }
    }

    /// <summary>Within a transaction, before anything else of it: writes the cells that have changed, if it is time to.</summary>
    /// <param name="next">The number that the transaction's first trace gets.</param>
    /// <param name="always">True if it is time in any case.</param>
    /// <returns>True if they were written; <see cref="Book"/> is told.</returns>
    public bool Save(long next, bool always)
    {
        if (_changed == 0 || !(always || _unsaved > MostUnsaved || _changed > capacity))
        {
            return false;
        }

        foreach (MinuteCell cell in _byUse)
        {
            if (cell.IsChanged)
            {
                Write(cell);
            }
        }

        session.Run("UPDATE store SET saved = $1 WHERE id = 1", next);
        return true;
    }

    /// <summary>Within a transaction, after its traces are written: gets into memory what <see cref="Book"/> needs, so that that cannot fail.</summary>
    public void Prepare(List<Booking> bookings)
    {
        _rebuilt.Clear();
        _examples.Clear();
        foreach (Booking booking in bookings)
        {
            if (!_rebuilt.ContainsKey(booking.Cell) && (booking.Contribution is null || !TryLoad(booking.Cell)))
            {
                _rebuilt.Add(booking.Cell, SumUp(booking.Cell));
            }
        }

        foreach (Booking booking in bookings)
        {
            if (booking is { IsIn: false, Failure: long failure } && _cells.TryGetValue(booking.Cell, out LinkedListNode<MinuteCell>? node)
                && node.Value.Examples.TryGetValue(failure, out TraceId example) && example == booking.TraceId
                && SmallestTrace(node.Value, failure) is TraceId smallest)
            {
                _examples.Add((node.Value, failure, smallest));
            }
        }
    }

    /// <summary>Commits the transaction and books what was prepared, as one step to readers.</summary>
    /// <param name="bookings">What to book.</param>
    /// <param name="commit">Commits; nothing is booked if it fails.</param>
    /// <param name="saved">What <see cref="Save"/> answered in the same transaction.</param>
    public void Book(List<Booking> bookings, Action commit, bool saved)
    {
        lock (_gate)
        {
            commit();
            if (saved)
            {
                MarkSaved();
            }

            foreach (Booking booking in bookings)
            {
                Apply(booking);
            }

            TakeOverPrepared();
            _unsaved += bookings.Count;
            DropUnused();
        }
    }

    /// <summary>Answers a question about the state that a reader's transaction sees, which must not have begun to read, and the cells that belong to it and are not in the database yet.</summary>
    public T Read<T>(SqlSession reader, Func<IEnumerable<MinuteCell>, T> read)
    {
        lock (_gate)
        {
            // The first read of a transaction decides which state it sees.
            reader.Number("SELECT applied FROM store WHERE id = 1");
            return read(_byUse.Where(static cell => cell.IsChanged));
        }
    }

    private static Booking BookingOf(TraceEntry trace, TraceContribution? contribution, bool isIn) =>
        new(MinuteCell.IdOf(trace.Key, trace.EndUnixNanos / NanosPerMinute), trace.TraceId, contribution, trace.Failure, isIn);

    // A cell that was summed up anew has all there is in it already.
    private void BookAgain(List<Booking> bookings, HashSet<long> rebuilt)
    {
        bookings.RemoveAll(booking => rebuilt.Contains(booking.Cell));
        Prepare(bookings);
        rebuilt.UnionWith(_rebuilt.Keys);
        Book(bookings, static () => { }, saved: false);
    }

    private void Apply(Booking booking)
    {
        if (_rebuilt.ContainsKey(booking.Cell))
        {
            return;
        }

        MinuteCell cell = _cells[booking.Cell].Value;
        if (booking.IsIn)
        {
            cell.Add(booking.TraceId, booking.Contribution!, booking.Failure);
        }
        else
        {
            cell.Remove(booking.TraceId, booking.Contribution!, booking.Failure);
        }

        MarkChanged(cell);
    }

    private void TakeOverPrepared()
    {
        foreach (MinuteCell cell in _rebuilt.Values)
        {
            Forget(cell.Id);
            Remember(cell);
            MarkChanged(cell);
        }

        foreach ((MinuteCell cell, long failure, TraceId traceId) in _examples)
        {
            cell.AddExample(failure, traceId);
        }

        _rebuilt.Clear();
        _examples.Clear();
    }

    /// <summary>Gets the cell into memory, an empty one if there is none; false if it cannot be read.</summary>
    private bool TryLoad(long id)
    {
        if (_cells.TryGetValue(id, out LinkedListNode<MinuteCell>? node))
        {
            if (node != _byUse.First)
            {
                lock (_gate)
                {
                    _byUse.Remove(node);
                    _byUse.AddFirst(node);
                }
            }

            return true;
        }

        MinuteCell cell = new(id);
        CodecError error = Read(cell);
        if (error != CodecError.None)
        {
            damages.Add(new StoreDamage(path, id, $"minute cell {id} cannot be read and is summed up anew: {error}"));
            return false;
        }

        lock (_gate)
        {
            Remember(cell);
        }

        return true;
    }

    private CodecError Read(MinuteCell cell)
    {
        using SqliteDataReader row = session.Query("SELECT examples, cell FROM minute_cell WHERE id = $1", cell.Id);
        if (!row.Read())
        {
            return CodecError.None;
        }

        CodecError examples = MinuteCell.DecodeExamples(row.GetFieldValue<byte[]>(0), cell.Examples);
        return examples != CodecError.None ? examples : RollupCellCodec.DecodeInto(row.GetFieldValue<byte[]>(1), cell.Cell);
    }

    private MinuteCell SumUp(long id)
    {
        MinuteCell cell = new(id);
        OpenedContributions opened = new();
        foreach ((long number, TraceEntry trace) in TracesOf(cell))
        {
            if (blocks.Contribution(session, number, opened) is TraceContribution contribution)
            {
                cell.Add(trace.TraceId, contribution, contribution.Failure is FailureKey failure ? keys.NumberOf(failure) : null);
            }
        }

        return cell;
    }

    private TraceId? SmallestTrace(MinuteCell cell, long failure)
    {
        TraceId? smallest = null;
        foreach ((_, TraceEntry trace) in TracesOf(cell))
        {
            if (trace.Failure == failure && (smallest is not TraceId known || trace.TraceId.CompareTo(known) < 0))
            {
                smallest = trace.TraceId;
            }
        }

        return smallest;
    }

    private IEnumerable<(long Number, TraceEntry Trace)> TracesOf(MinuteCell cell)
    {
        using SqliteDataReader rows = session.Query(BlocksOfMinute, cell.Minute * NanosPerMinute, (cell.Minute + 1) * NanosPerMinute);
        while (rows.Read())
        {
            if (!new TraceMarks(rows.GetInt64(2)).MayHaveKey(cell.Key))
            {
                continue;
            }

            foreach ((long number, TraceEntry trace) in blocks.CurrentEntries(session, rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)))
            {
                if (trace.Key == cell.Key && trace.EndUnixNanos / NanosPerMinute == cell.Minute)
                {
                    yield return (number, trace);
                }
            }
        }
    }

    private void Write(MinuteCell cell)
    {
        if (cell.Cell.Traces == 0)
        {
            session.Run("DELETE FROM minute_cell WHERE id = $1", cell.Id);
            return;
        }

        session.Run(
            "INSERT OR REPLACE INTO minute_cell (id, examples, cell) VALUES ($1, $2, $3)", cell.Id, cell.EncodeExamples(), RollupCellCodec.Encode(cell.Cell));
    }

    private void MarkChanged(MinuteCell cell)
    {
        if (!cell.IsChanged)
        {
            cell.IsChanged = true;
            _changed++;
        }
    }

    private void MarkSaved()
    {
        foreach (MinuteCell cell in _byUse)
        {
            cell.IsChanged = false;
        }

        _changed = 0;
        _unsaved = 0;
    }

    private void DropUnused()
    {
        LinkedListNode<MinuteCell>? oldest = _byUse.Last;
        while (_cells.Count > capacity && oldest is not null)
        {
            LinkedListNode<MinuteCell>? newer = oldest.Previous;
            if (!oldest.Value.IsChanged)
            {
                Forget(oldest.Value.Id);
            }

            oldest = newer;
        }
    }

    private void Remember(MinuteCell cell) => _cells.Add(cell.Id, _byUse.AddFirst(cell));

    private void Forget(long id)
    {
        if (_cells.Remove(id, out LinkedListNode<MinuteCell>? node))
        {
            _byUse.Remove(node);
            _changed -= node.Value.IsChanged ? 1 : 0;
        }
    }
}
