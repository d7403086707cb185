using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Books a batch in one transaction: the traces in blocks, what they supersede, and the inbox position; then, in memory, the rollups of the minutes that they touch. One owner, no lock.
/// </summary>
internal sealed class BatchWriter : IDisposable
{
    private readonly SqlSession _session;
    private readonly TraceIndex _index;
    private readonly KeyRegistry _keys;
    private readonly BlockStore _blocks;
    private readonly BlockWriter _writer;
    private readonly List<Booking> _bookings = [];
    private readonly List<(TraceId TraceId, long Number)> _added = [];
    private long _next;
    private bool _areKeysVoid;

    public BatchWriter(SqlSession session, string path, TraceIndex index, DamageLog damages, int cachedMinutes)
    {
        _session = session;
        _index = index;
        _keys = new KeyRegistry(session);
        _blocks = new BlockStore(path, damages);
        _writer = new BlockWriter(session);
        Cells = new MinuteCells(session, path, _keys, _blocks, damages, cachedMinutes);
        _keys.Load();
        _next = NextNumber();
        Applied = session.Number("SELECT applied FROM store WHERE id = 1") ?? 0;
        Cells.Recover();
    }

    /// <summary>The rollups.</summary>
    public MinuteCells Cells { get; }

    /// <summary>Inbox position up to which records are applied.</summary>
    public long Applied { get; private set; }

    /// <summary>Books a batch.</summary>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public void Write(StoreBatch batch) => Write(batch, saveCells: false);

    /// <summary>Writes the rollups that are in memory alone, so that the next start need not sum them up.</summary>
    /// <exception cref="SqliteException">They could not be written; nothing has changed.</exception>
    public void SaveCells() => Write(new StoreBatch { Traces = [], AppliedPosition = 0 }, saveCells: true);

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
        Spans = trace.Contribution.Spans,
        Failure = failure,
        Earlier = earlier,
    };

    public void Dispose() => _writer.Dispose();

    private void Write(StoreBatch batch, bool saveCells)
    {
        _bookings.Clear();
        _added.Clear();
        try
        {
            ReadKeysAgain();
            _session.Run("BEGIN IMMEDIATE");
            bool saved = Cells.Save(_next, saveCells);
            long firstOpenBucket = _index.Seal(_session, _next);
            WriteTraces(batch);
            Cells.Prepare(_bookings);
            long applied = Math.Max(Applied, batch.AppliedPosition);
            _session.Run("UPDATE store SET applied = $1 WHERE id = 1", applied);
            Cells.Book(_bookings, () => _session.Run("COMMIT"), saved);
            _index.Sealed(firstOpenBucket);
            _index.Add(_added);
            _next = _writer.Next;
            Applied = applied;
        }
        catch
        {
            Undo();
            throw;
        }
    }

    // The number of a block of spans alone is taken too.
    private long NextNumber()
    {
        long next = (_session.Number("SELECT max(id) FROM span_block") ?? -1) + 1;
        using SqliteDataReader last = _session.Query("SELECT id, traces FROM trace_block ORDER BY id DESC LIMIT 1");
        return last.Read() ? Math.Max(next, last.GetInt64(0) + Math.Max(1, _blocks.Entries(last.GetInt64(0), last.GetFieldValue<byte[]>(1)).Length)) : next;
    }

    private void WriteTraces(StoreBatch batch)
    {
        _writer.Begin(_next);
        OpenedContributions opened = new();
        foreach (TraceCommit trace in batch.Traces)
        {
            WriteTrace(trace, opened);
        }

        _writer.Finish();
    }

    private void WriteTrace(TraceCommit trace, OpenedContributions opened)
    {
        IReadOnlyList<long> earlier = [];
        long? found = _index.Find(_session, _blocks, trace.TraceId);
        if (found is long older && _blocks.Trace(_session, older) is TraceEntry stored)
        {
            earlier = [.. stored.Earlier, older];
            TakeOut(older, stored, opened);
        }

        long key = _keys.NumberOf(trace.Contribution.Key);
        long? failure = trace.Contribution.Failure is FailureKey failureKey ? _keys.NumberOf(failureKey) : null;
        long number = _writer.Add(trace, EntryOf(trace, key, failure, earlier));
        _bookings.Add(new Booking(MinuteCell.IdOf(key, trace.Contribution.Minute), trace.TraceId, trace.Contribution, failure, IsIn: true));
        _added.Add((trace.TraceId, number));
        if (found is long superseded)
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

    private void TakeOut(long number, TraceEntry trace, OpenedContributions opened)
    {
        TraceContribution? booked = _blocks.Contribution(_session, number, opened);
        long cell = MinuteCell.IdOf(trace.Key, trace.EndUnixNanos / MinuteCells.NanosPerMinute);
        _bookings.Add(new Booking(cell, trace.TraceId, booked, trace.Failure, IsIn: false));
        if (trace.IsOpen)
        {
            _session.Run("DELETE FROM open_trace WHERE id = $1", number);
        }
    }

    // The numbers of keys that the transaction gave are void; the database says what is true. Reading it may fail as well, and is done before the next transaction.
    private void Undo()
    {
        _areKeysVoid = true;
        try
        {
            _session.Run("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction"), or never began.
        }
    }

    private void ReadKeysAgain()
    {
        if (_areKeysVoid)
        {
            _keys.Load();
            _areKeysVoid = false;
        }
    }
}
