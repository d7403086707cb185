using System.Diagnostics.CodeAnalysis;
using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Durable acknowledgement, traces and rollups in one data folder: an inbox of accepted requests, and a database in which a batch of traces, the rollups that they change and the inbox
/// position that they reach are committed together. After a crash at any moment, what was acknowledged is in the database or in <see cref="ReadUnapplied"/>.
/// </summary>
/// <remarks>Appends and reads are safe from any thread and do not wait for a commit; commits wait for each other. Reads see whole commits.</remarks>
public sealed class TraceStore : IDisposable
{
    private const string DatabaseFile = "tracegap.db";
    private const string InboxFolder = "inbox";
    private const string LockFile = "tracegap.lock";

    // EAGAIN (Linux), EAGAIN (macOS, BSD), ERROR_SHARING_VIOLATION (Windows).
    private static readonly int[] LockedCodes = [11, 35, unchecked((int)0x80070020)];

    private readonly string _path;
    private readonly FileStream _folderLock;
    private readonly SqlSession _session;
    private readonly Inbox _inbox;
    private readonly BatchWriter _writer;
    private readonly SessionPool _readers;
    private readonly TraceIndex _index;
    private readonly BlockStore _blocks;
    private readonly CellReader _cells;
    private readonly DamageLog _damages;
    private readonly Lock _commitLock = new();
    private bool _closed;

    private TraceStore(string path, FileStream folderLock, SqlSession session, Inbox inbox, BatchWriter writer, TraceIndex index, DamageLog damages)
    {
        _path = path;
        _folderLock = folderLock;
        _session = session;
        _inbox = inbox;
        _writer = writer;
        _index = index;
        _damages = damages;
        _readers = new SessionPool(path);
        _blocks = new BlockStore(path, damages);
        _cells = new CellReader(path, damages);
    }

    /// <summary>Inbox position up to which, itself included, all records are applied; 0 before the first commit.</summary>
    public long AppliedPosition
    {
        get
        {
            lock (_commitLock)
            {
                return _writer.Applied;
            }
        }
    }

    /// <summary>Bytes of the inbox on disk.</summary>
    public long InboxBytes => _inbox.Bytes;

    /// <summary>Bytes of writes, never acknowledged, that a crash had torn and that opening cut off.</summary>
    public long TornInboxBytes => _inbox.TornBytes;

    /// <summary>What has been found damaged since the store was opened, each place once, up to a thousand.</summary>
    public IReadOnlyList<StoreDamage> Damages => _damages.ToList();

    /// <summary>Opens a data folder, making it if it is not there.</summary>
    /// <returns>False with an error that names file and problem: in use, corrupt, of a newer format, not accessible.</returns>
    public static bool TryOpen(StoreOptions options, [NotNullWhen(true)] out TraceStore? store, [NotNullWhen(false)] out StoreError? error)
    {
        string folder = Path.GetFullPath(options.Folder);
        store = null;
        error = null;
        try
        {
            Directory.CreateDirectory(folder);
            store = OpenLocked(folder, options, TakeLock(folder));
            return true;
        }
        catch (StorageUnavailableException failure)
        {
            error = failure.Error;
            return false;
        }
        catch (Exception failure) when (IoFailure.Is(failure))
        {
            error = new StoreError(IoFailure.ProblemOf(failure), folder, failure.Message);
            return false;
        }
    }

    /// <summary>Makes the spans of an accepted request durable. Many callers share a write.</summary>
    /// <param name="spans">The spans, of any traces.</param>
    /// <param name="arrivalUnixNanos">When they arrived, nanoseconds since the Unix epoch.</param>
    /// <param name="cancellation">Ends the wait. Spans that were handed over are kept all the same.</param>
    /// <returns>The record's position, or why nothing was kept.</returns>
    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<SpanRecord> spans, long arrivalUnixNanos, CancellationToken cancellation) =>
        _inbox.AppendAsync(spans, arrivalUnixNanos, cancellation);

    /// <summary>The records behind <see cref="AppliedPosition"/>, in order: what a restart has to take up again. Spans of theirs may be stored already.</summary>
    public IEnumerable<InboxEntry> ReadUnapplied() => _inbox.ReadFrom(AppliedPosition);

    /// <summary>Stores traces, books them in the rollups and moves the applied position, all or nothing; then gives back the space of inbox segments that are no longer needed.</summary>
    /// <exception cref="ArgumentException">The batch contradicts itself: a trace twice, a minute that is not that of the trace's end, a failure on a trace that did not fail.</exception>
    /// <exception cref="StorageUnavailableException">It could not be written. Nothing has changed; the same batch may be committed again.</exception>
    public void Commit(StoreBatch batch)
    {
        Check(batch);
        lock (_commitLock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            try
            {
                _writer.Write(batch);
            }
            catch (SqliteException failure)
            {
                throw TraceDatabase.Unavailable(_path, failure);
            }

            _inbox.MarkApplied(_writer.Applied);
        }
    }

    /// <summary>Reads a trace with all its spans; null if it is not stored.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public StoredTrace? Find(TraceId traceId) => Read(session =>
    {
        if (_index.Find(session, traceId) is not long id || TraceRow.Read(session, id) is not TraceRow row)
        {
            return null;
        }

        return new StoredTrace
        {
            TraceId = traceId,
            Spans = _blocks.Spans(session, traceId, row.Blocks),
            Contribution = _blocks.Contribution(session, traceId, row.Blocks, []),
            Revision = row.Revision,
            IsOpen = row.IsOpen,
            FirstArrivalUnixNanos = row.FirstArrivalUnixNanos,
            LastArrivalUnixNanos = row.LastArrivalUnixNanos,
            SpanCount = row.Spans,
        };
    });

    /// <summary>Tells whether a trace is stored, and with how many distinct spans. Costs next to nothing for a trace that is not.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public bool TryGetStoredSpanCount(TraceId traceId, out int spanCount)
    {
        int? stored = Read(session => _index.Find(session, traceId) is long id ? TraceRow.Read(session, id)?.Spans : null);
        spanCount = stored ?? 0;
        return stored is not null;
    }

    /// <summary>The traces that are not closed yet.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<OpenTraceRef> OpenTraces() => Read(static session =>
    {
        List<OpenTraceRef> open = [];
        using SqliteDataReader rows = session.Query("SELECT trace_id, end_ns + first_arrival_after_end_ns + arrival_span_ns FROM trace WHERE open = 1");
        while (rows.Read())
        {
            open.Add(new OpenTraceRef(TraceId.FromBytes(rows.GetFieldValue<byte[]>(0)), rows.GetInt64(1)));
        }

        return open;
    });

    /// <summary>
    /// The rollups of every key that passes the filters and has data in the window, in order of key. Where a workflow is asked for, also those of the workflow <c>service/(no root)</c>
    /// of the same services and environments: unknown outcomes may be its.
    /// </summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<KeyCell> ReadCells(CellQuery query) => Read(session => _cells.Cells(session, query));

    /// <summary>The smallest trace id per failure, over the keys that pass the filters and the window.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyDictionary<FailureKey, TraceId> SmallestFailureExamples(CellQuery query) => Read(session => _cells.SmallestFailures(session, query));

    /// <summary>A page of the traces that pass the filters, latest end first, then by trace id.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public TracePage ListTraces(TraceQuery query) => Read(session => TraceLister.List(session, query));

    /// <summary>Writes what waits, and closes all files.</summary>
    public void Dispose()
    {
        lock (_commitLock)
        {
            if (_closed)
            {
                return;
            }

            _closed = true;
            _inbox.Dispose();
            _readers.Dispose();
            _session.Dispose();
            _folderLock.Dispose();
        }
    }

    private static TraceStore OpenLocked(string folder, StoreOptions options, FileStream folderLock)
    {
        string path = Path.Combine(folder, DatabaseFile);
        DamageLog damages = new();
        SqlSession? session = null;
        try
        {
            session = TraceDatabase.OpenWriter(path, options.Fsync);
            TraceIndex index = new();
            index.Load(session);
            BatchWriter writer = new(session, path, index, damages, options.CachedMinutes);
            Inbox inbox = Inbox.Open(Path.Combine(folder, InboxFolder), options, writer.Applied, damages);
            return new TraceStore(path, folderLock, session, inbox, writer, index, damages);
        }
        catch (Exception failure)
        {
            session?.Dispose();
            folderLock.Dispose();
            if (failure is SqliteException sqlite)
            {
                throw TraceDatabase.Unavailable(path, sqlite);
            }

            throw;
        }
    }

    private static FileStream TakeLock(string folder)
    {
        string path = Path.Combine(folder, LockFile);
        try
        {
            return new FileStream(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException failure) when (LockedCodes.Contains(failure.HResult))
        {
            throw new StorageUnavailableException(
                new StoreError(StoreProblem.InUse, path, "another process has this data folder open; stop it, or choose another folder"), failure);
        }
    }

    private static void Check(StoreBatch batch)
    {
        HashSet<TraceId> seen = new(batch.Traces.Count);
        foreach (TraceCommit trace in batch.Traces)
        {
            TraceContribution contribution = trace.Contribution;
            if (!seen.Add(trace.TraceId))
            {
                throw new ArgumentException($"Trace {trace.TraceId} is in the batch twice.", nameof(batch));
            }

            if (contribution.Minute != trace.EndUnixNanos / MinuteCells.NanosPerMinute)
            {
                throw new ArgumentException($"Trace {trace.TraceId} is booked in a minute that is not that of its end.", nameof(batch));
            }

            if (contribution.Failure is not null && contribution.Outcome.Outcome != TraceOutcome.Failed)
            {
                throw new ArgumentException($"Trace {trace.TraceId} has a failure and did not fail.", nameof(batch));
            }
        }
    }

    private T Read<T>(Func<SqlSession, T> read)
    {
        try
        {
            return _readers.Read(read);
        }
        catch (SqliteException failure)
        {
            throw TraceDatabase.Unavailable(_path, failure);
        }
    }
}
