using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Books a batch in one transaction: blocks, then trace rows, then the rollups of the minutes that they touch, then the inbox position. One owner, no lock.
/// </summary>
internal sealed class BatchWriter
{
    private readonly SqlSession _session;
    private readonly TraceIndex _index;
    private readonly KeyRegistry _keys;
    private readonly BlockStore _blocks;
    private readonly MinuteCells _cells;
    private long _nextRow;
    private long _nextBlock;

    public BatchWriter(SqlSession session, string path, TraceIndex index, DamageLog damages, int cachedMinutes)
    {
        _session = session;
        _index = index;
        _keys = new KeyRegistry(session);
        _blocks = new BlockStore(path, damages);
        _cells = new MinuteCells(session, path, _keys, _blocks, damages, cachedMinutes);
        _keys.Load();
        _nextRow = (session.Number("SELECT max(id) FROM trace") ?? -1) + 1;
        _nextBlock = (session.Number("SELECT max(id) FROM span_block") ?? 0) + 1;
        Applied = session.Number("SELECT applied FROM store WHERE id = 1") ?? 0;
    }

    /// <summary>Inbox position up to which records are applied.</summary>
    public long Applied { get; private set; }

    /// <summary>Books a batch.</summary>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public void Write(StoreBatch batch)
    {
        List<(TraceId TraceId, long Row)> added = [];
        try
        {
            _session.Execute("BEGIN IMMEDIATE");
            long firstOpenBucket = _index.Seal(_session, _nextRow);
            long nextBlock = WriteTraces(batch, added);
            long applied = Math.Max(Applied, batch.AppliedPosition);
            _session.Run("UPDATE store SET applied = $1 WHERE id = 1", applied);
            _session.Execute("COMMIT");
            _index.Sealed(firstOpenBucket);
            _index.Add(added);
            _nextRow += added.Count;
            _nextBlock = nextBlock;
            Applied = applied;
        }
        catch
        {
            Undo();
            throw;
        }
    }

    private long WriteTraces(StoreBatch batch, List<(TraceId TraceId, long Row)> added)
    {
        using BlockWriter blocks = new(_session, _nextBlock);
        List<Booking> bookings = new(batch.Traces.Count);
        Dictionary<long, ContributionBlock?> opened = [];
        foreach (TraceCommit trace in batch.Traces)
        {
            WriteTrace(trace, blocks, opened, bookings, added);
        }

        blocks.Finish();
        _cells.Apply(bookings);
        return blocks.NextBlock;
    }

    private void WriteTrace(
        TraceCommit trace, BlockWriter blocks, Dictionary<long, ContributionBlock?> opened, List<Booking> bookings, List<(TraceId TraceId, long Row)> added)
    {
        List<long> list = [];
        long? found = _index.Find(_session, trace.TraceId);
        if (found is long stored && TraceRow.Read(_session, stored) is TraceRow row)
        {
            TraceContribution? booked = _blocks.Contribution(_session, trace.TraceId, row.Blocks, opened);
            bookings.Add(BookingOf(trace.TraceId, booked, row.Key, MinuteOf(row.EndUnixNanos), isIn: false));
            list.AddRange(row.Blocks);
        }

        list.AddRange(blocks.Add(trace));
        long key = _keys.NumberOf(trace.Contribution.Key);
        Booking booking = BookingOf(trace.TraceId, trace.Contribution, key, trace.Contribution.Minute, isIn: true);
        bookings.Add(booking);
        long rowNumber = found ?? _nextRow + added.Count;
        byte[] traceId = new byte[TraceId.Size];
        trace.TraceId.WriteTo(traceId);
        TraceRow.Write(_session, rowNumber, traceId, trace, key, booking.Failure, list);
        if (found is null)
        {
            added.Add((trace.TraceId, rowNumber));
        }
    }

    private Booking BookingOf(TraceId traceId, TraceContribution? contribution, long key, long minute, bool isIn)
    {
        long? failure = contribution?.Failure is FailureKey failureKey ? _keys.NumberOf(failureKey) : null;
        return new Booking(MinuteCell.IdOf(key, minute), traceId, contribution, failure, isIn);
    }

    private static long MinuteOf(long unixNanos) => unixNanos / MinuteCells.NanosPerMinute;

    // What memory knows of the transaction is void; the database says what is true.
    private void Undo()
    {
        try
        {
            _session.Execute("ROLLBACK");
        }
        catch (SqliteException)
        {
            // SQLite has rolled back by itself (sqlite.org/lang_transaction.html, "Response To Errors Within A Transaction"), or never began.
        }

        _cells.Clear();
        _keys.Load();
    }
}
