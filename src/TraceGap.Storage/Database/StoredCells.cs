using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// The rollups of minutes and hours. The minutes of now change in every commit, so they are not written by each: what a commit books is in its contributions, the cells are summed up in memory, and
/// now and then all that have changed are written at once, with the number up to which contributions are in them. After a start the contributions from that number on are booked again.
/// Changes come from the writer alone; <see cref="Read"/> may be called from any thread.
/// </summary>
/// <remarks>
/// A cell is the sum of the contributions of its traces, so a cell that cannot be read, or from which something must be taken that cannot be read, is summed up again from them, as long
/// as they are all there.
/// </remarks>
internal sealed class StoredCells(SqlSession session, string path, BlockStore blocks, DamageLog damages, int capacity, PathBound paths)
{
    /// <summary>Bookings after which the cells are written: what a start after a crash has to book again, a fraction of a second.</summary>
    private const int MostUnsaved = 50_000;

    private const string BlocksFrom = "SELECT id, traces FROM trace_block WHERE id >= $1 ORDER BY id";
    private const string BlocksOfCell = "SELECT id, traces, marks FROM trace_block WHERE max_end_ns >= $1 AND min_end_ns < $2 ORDER BY id";
    private const string SupersededSince = "SELECT id FROM superseded WHERE successor >= $1";

    private readonly Lock _gate = new();
    private readonly Dictionary<CellId, LinkedListNode<StoredCell>> _cells = [];
    private readonly LinkedList<StoredCell> _byUse = [];
    private readonly Dictionary<CellId, StoredCell> _rebuilt = [];
    private readonly List<(StoredCell Cell, long Failure, TraceId TraceId)> _examples = [];
    private readonly CellChanges _changes = new();
    private int _unsaved;
    private int _changed;

    /// <summary>Which cells there are; to be changed once a transaction has changed it, all cells saved.</summary>
    public CellCoverage Coverage { get; set; }

    /// <summary>An empty cell.</summary>
    public StoredCell New(CellId id) => new(id, paths);

    /// <summary>Books what was committed since the cells were last written.</summary>
    public void Recover()
    {
        Coverage = CellCoverage.Read(session);
        long saved = session.Number("SELECT saved FROM store WHERE id = 1") ?? 0;
        HashSet<CellId> rebuilt = [];
        OpenedContributions opened = new();
        using (SqliteDataReader rows = session.Query(SupersededSince, saved))
        {
            while (rows.Read())
            {
                // What came and went since then was never booked, and does not have to be taken out.
                if (rows.GetInt64(0) < saved && blocks.Trace(session, rows.GetInt64(0)) is TraceEntry trace)
                {
                    BookAgain(BookingsOf(trace, blocks.Contribution(session, rows.GetInt64(0), opened), isIn: false), rebuilt);
                }
            }
        }

        using SqliteDataReader added = session.Query(BlocksFrom, saved);
        while (added.Read())
        {
            BookAgain(BookingsOf(added.GetInt64(0), added.GetFieldValue<byte[]>(1), opened), rebuilt);
        }
    }

    /// <summary>Sums up again what can be: all cells of which no trace is gone.</summary>
    /// <param name="save">Writes what has changed so far, in a transaction of its own.</param>
    public void SumUpAgain(Action save)
    {
        Predicate<CellId> isWhole = WholeCells();
        foreach (CellId id in StoredIds().FindAll(isWhole))
        {
            session.Run("DELETE FROM rollup_cell WHERE id = $1", id.Value);
        }

        foreach (CellId id in _cells.Keys.ToArray())
        {
            if (isWhole(id))
            {
                Forget(id);
            }
        }

        OpenedContributions opened = new();
        using SqliteDataReader rows = session.Query(BlocksFrom, 0);
        while (rows.Read())
        {
            List<Booking> bookings = BookingsOf(rows.GetInt64(0), rows.GetFieldValue<byte[]>(1), opened);
            BookAgain(bookings.FindAll(booking => isWhole(booking.Cell)), []);
            if (_changed > capacity)
            {
                save();
            }
        }

        save();
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

        foreach (StoredCell cell in _byUse)
        {
            if (cell.IsChanged)
            {
                Write(cell);
            }
        }

        session.Run("UPDATE store SET saved = $1 WHERE id = 1", next);
        return true;
    }

    /// <summary>Adds the bookings of a trace, one for each cell that it counts in.</summary>
    /// <param name="bookings">Where to.</param>
    /// <param name="trace">The trace.</param>
    /// <param name="contribution">What is booked for it; null if that cannot be read.</param>
    /// <param name="isIn">True if it goes in.</param>
    public void AddBookings(List<Booking> bookings, TraceEntry trace, TraceContribution? contribution, bool isIn)
    {
        if (!trace.Counts)
        {
            return;
        }

        if (trace.IsOutOfTime)
        {
            // Of these nobody asks for an example.
            bookings.Add(new Booking(CellId.OfOutOfTime(trace.LastArrivalUnixNanos), trace.TraceId, contribution, Failure: null, isIn));
            return;
        }

        foreach (CellId cell in Coverage.CellsOf(trace.Key, trace.EndUnixNanos / CellId.NanosPerMinute))
        {
            bookings.Add(new Booking(cell, trace.TraceId, contribution, trace.Failure, isIn));
        }
    }

    /// <summary>Within a transaction, after its traces are written: gets into memory what <see cref="Book"/> needs, so that that cannot fail.</summary>
    public void Prepare(List<Booking> bookings)
    {
        _rebuilt.Clear();
        _examples.Clear();
        foreach (Booking booking in bookings)
        {
            if (!_rebuilt.ContainsKey(booking.Cell) && (!TryLoad(booking.Cell) || (booking.Contribution is null && HasAllTraces(booking.Cell))))
            {
                _rebuilt.Add(booking.Cell, SumUp(booking.Cell));
            }
        }

        foreach (Booking booking in bookings)
        {
            if (booking is { IsIn: false, Failure: long failure } && _cells.TryGetValue(booking.Cell, out LinkedListNode<StoredCell>? node)
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

            _changes.Tick();
            foreach (Booking booking in bookings)
            {
                Apply(booking);
                if (booking.Cell.Span != CellSpan.Hour || booking.Cell.FirstMinute < Coverage.FirstMinute)
                {
                    _changes.Note(booking.Cell);
                }
            }

            TakeOverPrepared();
            _unsaved += bookings.Count;
            DropUnused();
        }
    }

    /// <summary>Forgets cells that a committed transaction has removed; what was booked in one since stays.</summary>
    public void Drop(List<CellId> removed)
    {
        lock (_gate)
        {
            _changes.Tick();
            foreach (CellId id in removed)
            {
                // For minutes that are given up their hours stand already.
                if (id.Span != CellSpan.Minute || id.FirstMinute >= Coverage.FirstMinute)
                {
                    _changes.Note(id);
                }

                if (_cells.TryGetValue(id, out LinkedListNode<StoredCell>? node) && !node.Value.IsChanged)
                {
                    Forget(id);
                }
            }
        }
    }

    /// <summary>Answers a question about the state that a reader's transaction sees, which must not have begun to read, and the cells that belong to it and are not in the database yet.</summary>
    public T Read<T>(SqlSession reader, Func<IEnumerable<StoredCell>, T> read) => Read(reader, (cells, _) => read(cells));

    /// <summary>The same, with when cells last changed.</summary>
    public T Read<T>(SqlSession reader, Func<IEnumerable<StoredCell>, CellChanges, T> read)
    {
        lock (_gate)
        {
            // The first read of a transaction decides which state it sees.
            reader.Number("SELECT applied FROM store WHERE id = 1");
            return read(_byUse.Where(static cell => cell.IsChanged), _changes);
        }
    }

    private List<Booking> BookingsOf(long block, byte[] traces, OpenedContributions opened)
    {
        List<Booking> bookings = [];
        foreach ((long number, TraceEntry trace) in blocks.CurrentEntries(session, block, traces))
        {
            if (blocks.Contribution(session, number, opened) is TraceContribution contribution)
            {
                AddBookings(bookings, trace, contribution, isIn: true);
            }
        }

        return bookings;
    }

    private List<Booking> BookingsOf(TraceEntry trace, TraceContribution? contribution, bool isIn)
    {
        List<Booking> bookings = [];
        AddBookings(bookings, trace, contribution, isIn);
        return bookings;
    }

    // A cell that was summed up anew has all there is in it already.
    private void BookAgain(List<Booking> bookings, HashSet<CellId> rebuilt)
    {
        bookings.RemoveAll(booking => rebuilt.Contains(booking.Cell));
        Prepare(bookings);
        rebuilt.UnionWith(_rebuilt.Keys);
        Book(bookings, static () => { }, saved: false);
    }

    // Of a contribution that cannot be read nothing can be taken out.
    private void Apply(Booking booking)
    {
        if (_rebuilt.ContainsKey(booking.Cell) || booking.Contribution is null)
        {
            return;
        }

        StoredCell cell = _cells[booking.Cell].Value;
        if (booking.IsIn)
        {
            cell.Add(booking.TraceId, booking.Contribution, booking.Failure);
        }
        else
        {
            cell.Remove(booking.TraceId, booking.Contribution, booking.Failure);
        }

        MarkChanged(cell);
    }

    private void TakeOverPrepared()
    {
        foreach (StoredCell cell in _rebuilt.Values)
        {
            Forget(cell.Id);
            Remember(cell);
            MarkChanged(cell);
            _changes.Note(cell.Id);
        }

        foreach ((StoredCell cell, long failure, TraceId traceId) in _examples)
        {
            cell.AddExample(failure, traceId);
        }

        _rebuilt.Clear();
        _examples.Clear();
    }

    /// <summary>Gets the cell into memory, an empty one if there is none; false if it cannot be read.</summary>
    private bool TryLoad(CellId id)
    {
        if (_cells.TryGetValue(id, out LinkedListNode<StoredCell>? node))
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

        StoredCell cell = New(id);
        CodecError error = Read(cell);
        if (error != CodecError.None)
        {
            damages.Add(new StoreDamage(path, id.Value, $"the rollup of {id} cannot be read and is summed up anew: {error}"));
            return false;
        }

        lock (_gate)
        {
            Remember(cell);
        }

        return true;
    }

    private CodecError Read(StoredCell cell)
    {
        using SqliteDataReader row = session.Query("SELECT examples, cell FROM rollup_cell WHERE id = $1", cell.Id.Value);
        if (!row.Read())
        {
            return CodecError.None;
        }

        return cell.DecodeInto(row.GetFieldValue<byte[]>(0), row.GetFieldValue<byte[]>(1));
    }

    /// <summary>True if none of the traces of a cell is gone.</summary>
    public bool HasAllTraces(CellId id) => WholeCells()(id);

    // Of what came out of time nothing tells when it went.
    private Predicate<CellId> WholeCells()
    {
        bool isAllThere = BlockStore.FirstKept(session) == 0;
        long goneEnd = session.Number("SELECT gone_end_ns FROM store WHERE id = 1") ?? -1;
        long firstMinute = goneEnd < 0 ? 0 : (goneEnd / CellId.NanosPerMinute) + 1;
        return id => id.Span == CellSpan.OutOfTimeDay ? isAllThere : id.FirstMinute >= firstMinute;
    }

    private List<CellId> StoredIds()
    {
        List<CellId> ids = [];
        using SqliteDataReader rows = session.Query("SELECT id FROM rollup_cell");
        while (rows.Read())
        {
            ids.Add(new CellId(rows.GetInt64(0)));
        }

        return ids;
    }

    /// <summary>Sums a cell up from the traces that are stored.</summary>
    public StoredCell SumUp(CellId id)
    {
        StoredCell cell = New(id);
        OpenedContributions opened = new();
        foreach ((long number, TraceEntry trace) in TracesOf(cell.Id))
        {
            if (blocks.Contribution(session, number, opened) is TraceContribution contribution)
            {
                cell.Add(trace.TraceId, contribution, trace.IsOutOfTime ? null : trace.Failure);
            }
        }

        return cell;
    }

    private TraceId? SmallestTrace(StoredCell cell, long failure)
    {
        TraceId? smallest = null;
        foreach ((_, TraceEntry trace) in TracesOf(cell.Id))
        {
            if (trace.Failure == failure && (smallest is not TraceId known || trace.TraceId.CompareTo(known) < 0))
            {
                smallest = trace.TraceId;
            }
        }

        return smallest;
    }

    private IEnumerable<(long Number, TraceEntry Trace)> TracesOf(CellId cell)
    {
        bool isOutOfTime = cell.Span == CellSpan.OutOfTimeDay;
        using SqliteDataReader rows = isOutOfTime
            ? session.Query(BlocksOfCell, long.MinValue, long.MaxValue)
            : session.Query(BlocksOfCell, cell.FirstMinute * CellId.NanosPerMinute, cell.EndMinute * CellId.NanosPerMinute);
        while (rows.Read())
        {
            if (!isOutOfTime && !new TraceMarks(rows.GetInt64(2)).MayHaveKey(cell.Key))
            {
                continue;
            }

            foreach ((long number, TraceEntry trace) in blocks.CurrentEntries(session, rows.GetInt64(0), rows.GetFieldValue<byte[]>(1)))
            {
                if (IsOf(trace, cell))
                {
                    yield return (number, trace);
                }
            }
        }
    }

    private static bool IsOf(TraceEntry trace, CellId cell)
    {
        if (!trace.Counts)
        {
            return false;
        }

        if (trace.IsOutOfTime)
        {
            return cell == CellId.OfOutOfTime(trace.LastArrivalUnixNanos);
        }

        long minute = trace.EndUnixNanos / CellId.NanosPerMinute;
        return cell.Span != CellSpan.OutOfTimeDay && trace.Key == cell.Key && minute >= cell.FirstMinute && minute < cell.EndMinute;
    }

    /// <summary>Writes a cell, in a transaction.</summary>
    public void Write(StoredCell cell)
    {
        if (cell.Cell.Traces == 0)
        {
            session.Run("DELETE FROM rollup_cell WHERE id = $1", cell.Id.Value);
            return;
        }

        session.Run(
            "INSERT OR REPLACE INTO rollup_cell (id, examples, cell) VALUES ($1, $2, $3)", cell.Id.Value, cell.EncodeExamples(), RollupCellCodec.Encode(cell.Cell));
    }

    private void MarkChanged(StoredCell cell)
    {
        if (!cell.IsChanged)
        {
            cell.IsChanged = true;
            _changed++;
        }
    }

    private void MarkSaved()
    {
        foreach (StoredCell cell in _byUse)
        {
            cell.IsChanged = false;
        }

        _changed = 0;
        _unsaved = 0;
    }

    private void DropUnused()
    {
        LinkedListNode<StoredCell>? oldest = _byUse.Last;
        while (_cells.Count > capacity && oldest is not null)
        {
            LinkedListNode<StoredCell>? newer = oldest.Previous;
            if (!oldest.Value.IsChanged)
            {
                Forget(oldest.Value.Id);
            }

            oldest = newer;
        }
    }

    private void Remember(StoredCell cell) => _cells.Add(cell.Id, _byUse.AddFirst(cell));

    private void Forget(CellId id)
    {
        if (_cells.Remove(id, out LinkedListNode<StoredCell>? node))
        {
            _byUse.Remove(node);
            _changed -= node.Value.IsChanged ? 1 : 0;
        }
    }
}
