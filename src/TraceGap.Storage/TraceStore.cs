using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
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
    private readonly StoreOptions _options;
    private readonly FileStream _folderLock;
    private readonly Inbox _inbox;
    private readonly DamageLog _damages;
    private readonly Lock _commitLock = new();

    // Null while a damaged one is being replaced.
    private volatile OpenedDatabase? _database;
    private bool _closed;

    private TraceStore(string path, StoreOptions options, FileStream folderLock, OpenedDatabase database, Inbox inbox, DamageLog damages)
    {
        _path = path;
        _options = options;
        _folderLock = folderLock;
        _database = database;
        _inbox = inbox;
        _damages = damages;
    }

    /// <summary>Inbox position up to which, itself included, all records are applied; 0 before the first commit.</summary>
    public long AppliedPosition
    {
        get
        {
            lock (_commitLock)
            {
                return _database?.Writer.Applied ?? 0;
            }
        }
    }

    /// <summary>Bytes of the inbox on disk.</summary>
    public long InboxBytes => _inbox.Bytes;

    /// <summary>Bytes of the database on disk, its write-ahead log included.</summary>
    public long DatabaseBytes => FileSize.Of(_path) + FileSize.Of($"{_path}-wal");

    /// <summary>Traces that retention has removed since the store was opened, each revision counted.</summary>
    public long RemovedTraces => _database?.Maintenance.RemovedTraces ?? 0;

    /// <summary>Bytes that are free to this process where the data folder is; null if the file system does not tell.</summary>
    public long? FreeBytes
    {
        get
        {
            try
            {
                return new DriveInfo(Path.GetDirectoryName(_path)!).AvailableFreeSpace;
            }
            catch (Exception failure) when (IoFailure.Is(failure))
            {
                return null;
            }
        }
    }

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
            MakeFolder(folder, options.Fsync);
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
    public ValueTask<AppendResult> AppendAsync(SpanBatch spans, long arrivalUnixNanos, CancellationToken cancellation) =>
        _inbox.AppendAsync(spans, arrivalUnixNanos, cancellation);

    /// <summary>The records behind <see cref="AppliedPosition"/>, in order: what a restart has to take up again. Spans of theirs may be stored already.</summary>
    public IEnumerable<InboxEntry> ReadUnapplied() => _inbox.ReadFrom(AppliedPosition);

    /// <summary>Begins to store traces; see <see cref="StoreTransaction"/>.</summary>
    /// <exception cref="StorageUnavailableException">The database cannot be written.</exception>
    public StoreTransaction Begin()
    {
        _commitLock.Enter();
        try
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            BatchWriter writer = Database().Writer;
            writer.Begin();
            return new StoreTransaction(this, writer);
        }
        catch (Exception failure)
        {
            _database?.Writer.Undo();
            _commitLock.Exit();
            throw Told(failure);
        }
    }

    /// <summary>Does some of what is due in the background: removes what is beyond <see cref="StoreOptions.Retention"/> and gives space back. To be called now and then; commits wait for it some 10 ms at most.</summary>
    /// <param name="nowUnixNanos">Now, nanoseconds since the Unix epoch.</param>
    /// <returns>True if more is due.</returns>
    /// <exception cref="StorageUnavailableException">It could not be written. Nothing is lost; it may work later.</exception>
    public bool Maintain(long nowUnixNanos)
    {
        lock (_commitLock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            try
            {
                return Database().Maintenance.Step(nowUnixNanos);
            }
            catch (Exception failure)
            {
                throw Told(failure);
            }
        }
    }

    /// <summary>
    /// Replaces a damaged database, which is kept under another name: the new one has what could be read of it, and nothing is applied in it. Follows a
    /// <see cref="StorageUnavailableException"/> that <see cref="StorageUnavailableException.IsDamage"/>; <see cref="ReadUnapplied"/> then has all that the inbox still holds.
    /// </summary>
    /// <param name="reason">What was found.</param>
    /// <exception cref="StorageUnavailableException">It could not be replaced. Reads and commits fail until it is; this may be called again.</exception>
    public void ReplaceDatabase(string reason)
    {
        lock (_commitLock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            _database?.Dispose();
            _database = null;
            _database = OpenedDatabase.Replace(_path, _options, _damages, reason);
        }
    }

    /// <summary>Reads a trace with all its spans, those that came too late for it too; null if it is not stored.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public StoredTrace? Find(TraceId traceId) => Read((database, session) => database.Traces.Find(session, traceId));

    /// <summary>Tells whether a trace is stored, and with how many distinct spans. Costs next to nothing for a trace that is not.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public bool TryGetStoredSpanCount(TraceId traceId, out int spanCount)
    {
        int? stored = Database().Index.MayHave(traceId) ? Read((database, session) => database.Traces.CountSpans(session, traceId)) : null;
        spanCount = stored ?? 0;
        return stored is not null;
    }

    /// <summary>
    /// Tells whether spans may still become part of a stored trace. They may not if it was closed and got nothing for <see cref="RetentionOptions.ReopenHorizon"/>, if others came too late
    /// before, or if some of its spans are gone.
    /// </summary>
    /// <param name="trace">The trace.</param>
    /// <param name="arrivalUnixNanos">When the spans arrived, nanoseconds since the Unix epoch.</param>
    public bool MayReopen(StoredTrace trace, long arrivalUnixNanos) =>
        trace.LateSpans.Count == 0
        && (trace.IsOpen || (trace.IsWhole && arrivalUnixNanos - trace.LastArrivalUnixNanos <= _options.Retention.ReopenHorizon.Ticks * TimeSpan.NanosecondsPerTick));

    /// <summary>The traces that are not closed yet.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<OpenTraceRef> OpenTraces() => Read(static (_, session) =>
    {
        List<OpenTraceRef> open = [];
        using SqliteDataReader rows = session.Query("SELECT trace_id, last_arrival_ns FROM open_trace");
        while (rows.Read())
        {
            open.Add(new OpenTraceRef(TraceId.FromBytes(rows.GetFieldValue<byte[]>(0)), rows.GetInt64(1)));
        }

        return open;
    });

    /// <summary>The rollups of a window. Costs by its hours and keys, not by its traces.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public RollupWindow ReadRollups(CellQuery query) => Read((database, session) => database.Cells.Read(session, query));

    /// <summary>The keys that pass the filters and have traces in a window, in order. Costs by its keys, and reads no rollup.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<RollupKey> ReadKeys(CellQuery query) => Read((database, session) => database.Cells.ReadKeys(session, query));

    /// <summary>The rollups of a window in steps of equal length, all of one state; a step without traces has no cells.</summary>
    /// <param name="query">The window; it is widened to whole steps.</param>
    /// <param name="stepMinutes">Length of a step, minutes, at least 1. Steps begin at its multiples. Where minutes are no longer kept it is raised to whole hours.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<RollupWindow> ReadRollupSeries(CellQuery query, long stepMinutes, CancellationToken stop) => ReadRollupSeries(query, stepMinutes, static _ => false, static step => step, stop);

    /// <summary>Makes something of each step, so that only as many steps are in memory at once as there are processors; without the cells of those that the caller knows already, which cost next to nothing.</summary>
    /// <param name="query">As above.</param>
    /// <param name="stepMinutes">As above.</param>
    /// <param name="isKnown">Tells whether a step is known in its state. Asked while nothing can be committed, so it must be quick.</param>
    /// <param name="read">Makes something of a step. Called for all, in any order, on several threads.</param>
    /// <param name="stop">Gives up.</param>
    /// <returns>What was made of the steps, in order of time.</returns>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<T> ReadRollupSeries<T>(CellQuery query, long stepMinutes, Predicate<RollupStep> isKnown, Func<RollupWindow, T> read, CancellationToken stop) =>
        Read((database, session) => database.Cells.ReadSeries(session, query, stepMinutes, isKnown, read, stop));

    /// <summary>
    /// Traces that arrived on a day (UTC) with times too far from their arrival, see <see cref="RetentionOptions.MaxEventAge"/> and <see cref="RetentionOptions.MaxEventLead"/>. They are listed
    /// and found, and in no rollup of a window.
    /// </summary>
    /// <param name="arrivalUnixNanos">A time of that day, nanoseconds since the Unix epoch.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public long CountOutOfTime(long arrivalUnixNanos) => Read((database, session) => database.Cells.CountOutOfTime(session, arrivalUnixNanos));

    /// <summary>A page of the traces that pass the filters, latest end first, then by trace id. However rare they are, a page costs some tenths of a second; see <see cref="TracePage.IsCut"/>.</summary>
    /// <param name="query">Which traces.</param>
    /// <param name="stop">Gives up.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public TracePage ListTraces(TraceQuery query, CancellationToken stop = default) => Read((database, session) => TraceSearch.Page(session, database.Blocks, query, stop));

    /// <summary>What is kept of alerts.</summary>
    /// <param name="latest">Notifications that are done: at most so many, the latest.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public StoredAlerts ReadAlerts(int latest) => Read((_, session) => AlertTables.Read(session, latest));

    /// <summary>Changes what is kept of alerts, all or nothing.</summary>
    /// <exception cref="StorageUnavailableException">It could not be written; nothing has changed.</exception>
    public void SaveAlerts(AlertCommit commit) => Change(session => AlertTables.Save(session, commit));

    /// <summary>The rules for layers that held at some time of a window, in order.</summary>
    /// <param name="fromUnixNanos">Start of the window, nanoseconds since the Unix epoch, included.</param>
    /// <param name="toUnixNanos">End of the window, likewise, excluded.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public IReadOnlyList<StoredRuleSet> ReadRuleSets(long fromUnixNanos, long toUnixNanos) => Read((_, session) => RuleSetTable.Read(session, fromUnixNanos, toUnixNanos));

    /// <summary>Notes that traces are analysed by other rules for layers from a time on; the same as before change nothing.</summary>
    /// <param name="id">What tells the rules from others.</param>
    /// <param name="atUnixNanos">The time, nanoseconds since the Unix epoch.</param>
    /// <exception cref="StorageUnavailableException">It could not be written; nothing has changed.</exception>
    public void RecordRuleSet(string id, long atUnixNanos) => Change(session => RuleSetTable.Record(session, id, atUnixNanos));

    /// <summary>A sample of the traces of a window. Costs by the traces of the window, to choose, and by the blocks that hold the chosen ones, to read.</summary>
    /// <param name="query">Which traces, and how many.</param>
    /// <param name="stop">Gives up, also while the sample is enumerated.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read; also while the sample is enumerated.</exception>
    public TraceSample ReadSample(SampleQuery query, CancellationToken stop)
    {
        // Numbers of traces are those of one database.
        OpenedDatabase database = Database();
        (long of, SampledSpans chosen) = Read(database, session => TraceSampler.Choose(session, database.Blocks, query, stop));
        return new TraceSample(of, ReadChosen(database, chosen, stop));
    }

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
            SaveCells();
            _database?.Dispose();
            _folderLock.Dispose();
        }
    }

    /// <summary>What a failure in the database is told as; throws one that has nothing to do with it as it came.</summary>
    internal StorageUnavailableException Told(Exception failure)
    {
        switch (failure)
        {
            case ObjectDisposedException when !_closed:
                return BeingReplaced();
            case SqliteException sqlite:
                return Noted(TraceDatabase.Unavailable(_path, sqlite));
            case not ObjectDisposedException when TraceDatabase.IsUnreadableRow(failure):
                return Noted(TraceDatabase.UnreadableRow(_path, failure));
            default:
                ExceptionDispatchInfo.Throw(failure);
                return null;
        }
    }

    /// <summary>Lets the next transaction begin. Inbox records that are applied by now are no longer needed.</summary>
    internal void EndTransaction()
    {
        _inbox.MarkApplied(_database?.Writer.Applied ?? 0);
        _commitLock.Exit();
    }

    private void SaveCells()
    {
        try
        {
            _database?.Writer.SaveCells();
        }
        catch (SqliteException)
        {
            // The next start sums them up again.
        }
    }

    private static TraceStore OpenLocked(string folder, StoreOptions options, FileStream folderLock)
    {
        string path = Path.Combine(folder, DatabaseFile);
        DamageLog damages = new();
        OpenedDatabase? database = null;
        try
        {
            bool isNew = !File.Exists(path);
            database = OpenedDatabase.Open(path, options, damages);
            Inbox inbox = Inbox.Open(Path.Combine(folder, InboxFolder), options, database.Writer.Applied, damages);
            if (isNew && inbox.FirstPosition > 1)
            {
                damages.Add(new StoreDamage(path, 0, "the database is missing; a new one was started, and what the inbox still has is taken up again"));
            }

            return new TraceStore(path, options, folderLock, database, inbox, damages);
        }
        catch
        {
            database?.Dispose();
            folderLock.Dispose();
            throw;
        }
    }

    private static void MakeFolder(string folder, bool fsync)
    {
        bool isNew = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        if (isNew && fsync && Path.GetDirectoryName(folder) is string parent)
        {
            FolderSync.Flush(parent);
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

    private StorageUnavailableException Noted(StorageUnavailableException failure)
    {
        if (failure.IsDamage)
        {
            _damages.Add(new StoreDamage(_path, 0, failure.Error.Detail));
        }

        return failure;
    }

    private void Change(Action<SqlSession> change)
    {
        lock (_commitLock)
        {
            ObjectDisposedException.ThrowIf(_closed, this);
            try
            {
                Database().Writer.Change(change);
            }
            catch (Exception failure)
            {
                throw Told(failure);
            }
        }
    }

    private OpenedDatabase Database() => _database ?? throw BeingReplaced();

    private StorageUnavailableException BeingReplaced() => new(new StoreError(StoreProblem.Corrupt, _path, "the database is damaged and being replaced"));

    private IEnumerable<IReadOnlyList<SpanRecord>> ReadChosen(OpenedDatabase database, SampledSpans chosen, CancellationToken stop)
    {
        while (chosen.HasMore)
        {
            stop.ThrowIfCancellationRequested();
            foreach (IReadOnlyList<SpanRecord> trace in Read(database, session => chosen.ReadBlock(session, database.Blocks)))
            {
                yield return trace;
            }
        }
    }

    private T Read<T>(Func<OpenedDatabase, SqlSession, T> read)
    {
        OpenedDatabase database = Database();
        return Read(database, session => read(database, session));
    }

    private T Read<T>(OpenedDatabase database, Func<SqlSession, T> read)
    {
        try
        {
            return database.Readers.Read(read);
        }
        catch (Exception failure)
        {
            throw Told(failure);
        }
    }
}
