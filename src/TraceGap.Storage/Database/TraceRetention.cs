using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>
/// Removes the oldest traces, by age of arrival and by size. Blocks are numbered in the order in which they were committed, which is that of arrival, and go from the lowest on, as a whole:
/// what is left always begins at one number, below which nothing is looked for. A trace that goes on getting spans loses its oldest ones with their blocks.
/// </summary>
/// <remarks>
/// <para>
/// The rollups stay, but can no longer be summed up from traces: what is not in the cells yet is saved before its contribution goes, and <c>gone_end_ns</c> tells which cells may have had
/// traces that are gone.
/// </para>
/// <para>
/// Pages that become free are used again. Where many more are free than a day's ebb leaves, or a limit of size holds, they go back to the file system a few at a time
/// (sqlite.org/pragma.html, incremental_vacuum).
/// </para>
/// </remarks>
internal sealed class TraceRetention(SqlSession session, BatchWriter writer, TraceIndex index, BlockStore blocks, string path, RetentionOptions options)
{
    /// <summary>Blocks that one step removes: some 10 ms of work, and with five steps a second more than a server takes in.</summary>
    private const int BlocksPerStep = 64;

    /// <summary>Gives some pages back to the file system.</summary>
    private const string GiveBackPages = "PRAGMA incremental_vacuum(512)";

    /// <summary>Part of the file that may be free pages: without a limit of size, and with one.</summary>
    private const int FreePart = 8;
    private const int FreePartUnderLimit = 32;

    // Less is not worth moving pages.
    private const int FewPages = 64;

    // The log grows by what is removed as well: where it weighed in full, removing would cause more of it.
    private const int LogPart = 4;

    private const string OldestBlocks = "SELECT id, traces FROM trace_block ORDER BY id";

    private const string BlobBytes = """
        SELECT (SELECT coalesce(sum(length(spans)), 0) FROM span_block WHERE id < $1)
          + (SELECT coalesce(sum(length(contributions)), 0) FROM contribution_block WHERE id < $1)
          + (SELECT coalesce(sum(length(traces)), 0) FROM trace_block WHERE id < $1)
        """;

    private readonly long _maxAge = options.MaxAge.Ticks * TimeSpan.NanosecondsPerTick;

    // Arrival of the youngest trace of the oldest block, so that a step without work need not look.
    private long _oldestArrival = long.MinValue;
    private long _removed;

    /// <summary>Traces that were removed since the store was opened, each revision counted; safe from any thread.</summary>
    public long Removed => Interlocked.Read(ref _removed);

    /// <summary>Removes some of what is too old or too much.</summary>
    /// <returns>True if there is more to do.</returns>
    /// <exception cref="SqliteException">It could not be written; nothing has changed.</exception>
    public bool Step(long nowUnixNanos)
    {
        long excess = options.MaxBytes == 0 ? 0 : UsedBytes() - options.MaxBytes;
        bool hasMore = false;
        if (excess > 0 || nowUnixNanos - _maxAge > _oldestArrival)
        {
            Doomed doomed = Find(nowUnixNanos - _maxAge, excess);
            if (doomed.Blocks > 0)
            {
                Remove(doomed);
            }

            hasMore = doomed.Blocks == BlocksPerStep;
        }

        return GiveBack() || hasMore;
    }

    private Doomed Find(long newestArrival, long excess)
    {
        Doomed doomed = new(0, 0, 0, -1);
        using SqliteDataReader rows = session.Query(OldestBlocks);
        while (doomed.Blocks < BlocksPerStep && rows.Read())
        {
            long block = rows.GetInt64(0);
            TraceEntry[] entries = blocks.Entries(block, rows.GetFieldValue<byte[]>(1));
            _oldestArrival = entries.Length == 0 ? long.MinValue : entries.Max(static trace => trace.LastArrivalUnixNanos);
            if (_oldestArrival >= newestArrival && !(excess > 0 && (doomed.Blocks == 0 || session.Number(BlobBytes, doomed.End) < excess)))
            {
                break;
            }

            long latestEnd = entries.Where(static trace => trace is { IsOutOfTime: false, FragmentOf: null }).Select(static trace => trace.EndUnixNanos).DefaultIfEmpty(-1).Max();
            doomed = new Doomed(doomed.Blocks + 1, doomed.Traces + entries.Length, block + Math.Max(1, entries.Length), Math.Max(doomed.EndUnixNanos, latestEnd));
        }

        return doomed;
    }

    private void Remove(Doomed doomed)
    {
        long latestEnd = Math.Max(doomed.EndUnixNanos, session.Number("SELECT gone_end_ns FROM store WHERE id = 1") ?? 0);
        writer.Change(
            () =>
            {
                session.Run("DELETE FROM span_block WHERE id < $1", doomed.End);
                session.Run("DELETE FROM contribution_block WHERE id < $1", doomed.End);
                session.Run("DELETE FROM trace_block WHERE id < $1", doomed.End);
                session.Run("DELETE FROM superseded WHERE id < $1", doomed.End);
                session.Run("DELETE FROM open_trace WHERE id < $1", doomed.End);
                TraceIndex.Remove(session, doomed.End);
                session.Run("UPDATE store SET first_kept = $1, gone_end_ns = $2 WHERE id = 1", doomed.End, latestEnd);
            },
            saveCells: IsUnsaved(doomed.End));
        index.Removed(doomed.End);
        Interlocked.Add(ref _removed, doomed.Traces);
    }

    // A start books what is not in the cells from its contribution, and takes out what was superseded since then by that of the older number.
    private bool IsUnsaved(long end)
    {
        long saved = session.Number("SELECT saved FROM store WHERE id = 1") ?? 0;
        return end > saved || session.Number("SELECT id FROM superseded WHERE id < $1 AND successor >= $2 LIMIT 1", end, saved) is not null;
    }

    private long UsedBytes()
    {
        long pages = (session.Number("PRAGMA page_count") ?? 0) - (session.Number("PRAGMA freelist_count") ?? 0);
        return (pages * Schema.PageBytes) + Math.Min(FileSize.Of($"{path}-wal"), options.MaxBytes / LogPart);
    }

    private bool GiveBack()
    {
        long pages = session.Number("PRAGMA page_count") ?? 0;
        long spare = (session.Number("PRAGMA freelist_count") ?? 0) - Math.Max(FewPages, pages / (options.MaxBytes == 0 ? FreePart : FreePartUnderLimit));
        if (spare <= 0)
        {
            return false;
        }

        session.Run(GiveBackPages);
        return true;
    }

    /// <summary>The oldest blocks, up to a number, and the latest end that counts in a rollup of its time.</summary>
    private readonly record struct Doomed(int Blocks, int Traces, long End, long EndUnixNanos);
}
