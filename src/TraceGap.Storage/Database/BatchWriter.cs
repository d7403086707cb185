using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Books traces in one transaction: the traces in blocks, what they supersede, and the inbox position; then, in memory, the rollups of the minutes that they touch. One owner, no lock.
/// Whatever fails, nothing has changed once <see cref="Undo"/> was called.
/// </summary>
internal sealed class BatchWriter : IDisposable
{
    private readonly SqlSession _session;
    private readonly TraceIndex _index;
    private readonly BlockStore _blocks;
    private readonly BlockWriter _writer;
    private readonly EventTimeRule _time;
    private readonly List<Booking> _bookings = [];
    private readonly Dictionary<TraceId, long> _added = [];
    private OpenedContributions _opened = new();
    private long _next;
    private long _firstOpenBucket;
    private bool _savesCells;
    private bool _areKeysVoid;

    public BatchWriter(SqlSession session, string path, TraceIndex index, DamageLog damages, StoreOptions options)
    {
        _session = session;
        _index = index;
        Keys = new KeyRegistry(session, options.KeysPerDay);
        _blocks = new BlockStore(path, damages);
        _writer = new BlockWriter(session);
        Cells = new StoredCells(session, path, _blocks, damages, options.CachedMinutes, options.Paths);
        _time = new EventTimeRule(options.Retention);
        Keys.Load();
        _next = NextNumber();
        Applied = session.Number("SELECT applied FROM store WHERE id = 1") ?? 0;
        Cells.Recover();
    }

    /// <summary>The keys.</summary>
    public KeyRegistry Keys { get; }

    /// <summary>The rollups.</summary>
    public StoredCells Cells { get; }

    /// <summary>Inbox position up to which records are applied.</summary>
    public long Applied { get; private set; }

    /// <summary>Begins a transaction.</summary>
    /// <exception cref="SqliteException">It could not be begun.</exception>
    public void Begin()
    {
        if (_areKeysVoid)
        {
            Keys.Load();
            _areKeysVoid = false;
        }

        _session.Run("BEGIN IMMEDIATE");
        _savesCells = Cells.Save(_next, always: false);
        _firstOpenBucket = _index.Seal(_session, _next);
        _writer.Begin(_next);
    }

    /// <summary>True if the trace was added to this transaction.</summary>
    public bool Has(TraceId traceId) => _added.ContainsKey(traceId);

    /// <summary>Adds a trace. What it holds is encoded at once, but for its contribution.</summary>
    /// <exception cref="SqliteException">It could not be written.</exception>
    public void Add(TraceCommit trace)
    {
        long? found = _index.Find(_session, _blocks, trace.TraceId);
        TraceEntry? stored = found is long older ? _blocks.Trace(_session, older) : null;
        bool isLate = trace.IsLate || stored?.FragmentOf is not null;
        if (stored is not null && !isLate)
        {
            TakeOut(found!.Value, stored);
        }

        TraceEntry entry = isLate ? FragmentOf(trace, found, stored) : EntryOf(trace, found, stored);
        long number = _writer.Add(trace, entry);
        Cells.AddBookings(_bookings, entry, trace.Contribution, isIn: true);
        _added.Add(trace.TraceId, number);
        if (found is long superseded && superseded != entry.FragmentOf)
        {
            _session.Run("INSERT OR REPLACE INTO superseded (id, successor) VALUES ($1, $2)", superseded, number);
        }

        if (trace.IsOpen)
        {
            byte[] traceId = new byte[TraceId.Size];
            trace.TraceId.WriteTo(traceId);
            _session.Run("INSERT INTO open_trace (id, trace_id, last_arrival_ns) VALUES ($1, $2, $3)", number, traceId, trace.LastArrivalUnixNanos);
        }
    }

    /// <summary>Commits what was added.</summary>
    /// <param name="appliedPosition">Inbox position up to which every record's spans are stored then; below the stored one it changes nothing.</param>
    /// <exception cref="SqliteException">It could not be written.</exception>
    public void Commit(long appliedPosition)
    {
        _writer.Finish();
        Cells.Prepare(_bookings);
        long applied = Math.Max(Applied, appliedPosition);
        _session.Run("UPDATE store SET applied = $1 WHERE id = 1", applied);
        Cells.Book(_bookings, () => _session.Run("COMMIT"), _savesCells);
        _index.Sealed(_firstOpenBucket);
        _index.Add(_added);
        _next = _writer.Next;
        Applied = applied;
        Forget();
    }

    /// <summary>Takes back all that was added.</summary>
    public void Undo()
    {
        // The numbers of keys that the transaction gave are void; the database says what is true. Reading it may fail as well, and is done before the next transaction.
        _areKeysVoid = true;
        Forget();
        try
        {
            _session.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction"), or never began.
        }
    }

    /// <summary>Writes the rollups that are in memory alone, so that the next start need not sum them up.</summary>
    /// <exception cref="SqliteException">They could not be written; nothing has changed.</exception>
    public void SaveCells() => Change(static () => { }, saveCells: true);

    /// <summary>Changes something else that is stored, in a transaction of its own.</summary>
    /// <param name="change">Makes the change.</param>
    /// <param name="saveCells">True if the rollups that are in memory alone must be written with it.</param>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public void Change(Action change, bool saveCells)
    {
        try
        {
            _session.Run("BEGIN IMMEDIATE");
            bool saved = Cells.Save(_next, saveCells);
            change();
            Cells.Book([], () => _session.Run("COMMIT"), saved);
        }
        catch
        {
            Undo();
            throw;
        }
    }

    /// <summary>Changes tables that have nothing to do with rollups, in a transaction of its own.</summary>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public void Change(Action<SqlSession> change) => Change(() => change(_session), saveCells: false);

    /// <summary>What a list will show of a commit.</summary>
    public static TraceEntry EntryOf(TraceCommit trace, long key, long? failure, IReadOnlyList<long> earlier) => new()
    {
        TraceId = trace.TraceId,
        Key = key,
        Outcome = trace.Contribution.Outcome.Outcome,
        OutcomeSource = trace.OutcomeSource,
        StartUnixNanos = trace.StartUnixNanos,
        EndUnixNanos = trace.EndUnixNanos,
        FirstArrivalUnixNanos = trace.FirstArrivalUnixNanos,
        LastArrivalUnixNanos = trace.LastArrivalUnixNanos,
        Revision = trace.Revision,
        IsOpen = trace.IsOpen,
        Spans = trace.DistinctSpans ?? trace.Contribution.Spans,
        Failure = failure,
        Earlier = earlier,
    };

    public void Dispose() => _writer.Dispose();

    private void Forget()
    {
        _bookings.Clear();
        _added.Clear();
        _opened = new OpenedContributions();
    }

    // The number of a block of spans alone is taken too, and so are those of blocks that are gone.
    private long NextNumber()
    {
        long next = Math.Max((_session.Number("SELECT max(id) FROM span_block") ?? -1) + 1, BlockStore.FirstKept(_session));
        using SqliteDataReader last = _session.Query("SELECT id, traces FROM trace_block ORDER BY id DESC LIMIT 1");
        return last.Read() ? Math.Max(next, last.GetInt64(0) + Math.Max(1, _blocks.Entries(last.GetInt64(0), last.GetFieldValue<byte[]>(1)).Length)) : next;
    }

    private TraceEntry EntryOf(TraceCommit trace, long? found, TraceEntry? stored)
    {
        bool isOutOfTime = _time.IsOut(trace);
        long time = isOutOfTime ? trace.LastArrivalUnixNanos : trace.EndUnixNanos;
        long key = Keys.NumberOf(trace.Contribution.Key, time);
        long? failure = trace.Contribution.Failure is FailureKey failureKey ? Keys.NumberOf(failureKey, time) : null;
        return EntryOf(trace, key, failure, stored is null ? [] : [.. stored.Earlier, found!.Value]) with { IsOutOfTime = isOutOfTime };
    }

    // Beside the trace there is at most one: what was late before is part of it.
    private static TraceEntry FragmentOf(TraceCommit trace, long? found, TraceEntry? stored) => stored?.FragmentOf is long main
        ? EntryOf(trace, stored.Key, failure: null, [.. stored.Earlier, found!.Value]) with { FragmentOf = main }
        : EntryOf(trace, stored?.Key ?? 0, failure: null, earlier: []) with { FragmentOf = found ?? TraceEntry.NoTrace };

    private void TakeOut(long number, TraceEntry trace)
    {
        Cells.AddBookings(_bookings, trace, _blocks.Contribution(_session, number, _opened), isIn: false);
        if (trace.IsOpen)
        {
            _session.Run("DELETE FROM open_trace WHERE id = $1", number);
        }
    }
}
