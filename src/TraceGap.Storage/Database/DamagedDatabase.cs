using System.Globalization;
using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>A database file that is damaged: what can be read of it is copied to a fresh one, which then takes its place.</summary>
internal static class DamagedDatabase
{
    // The index of trace ids follows from these, and is made anew when the copy is opened; so are the rollups as far as their traces are there.
    private static readonly string[] Tables =
        [
            "rollup_key", "rollup_key_day", "failure_key", "failure_key_day", "span_block", "contribution_block", "trace_block", "superseded", "open_trace", "rollup_cell", "alert_state",
            "alert_notice", "rule_set",
        ];

    private const string HighestNumber = """
        SELECT max(id) FROM (
          SELECT max(id) AS id FROM span_block UNION ALL SELECT max(id) FROM contribution_block UNION ALL SELECT max(id) FROM trace_block
          UNION ALL SELECT max(successor) FROM superseded UNION ALL SELECT max(id) FROM open_trace)
        """;

    // More than a block has traces.
    private const long MostNumbersBehind = 1 << 16;

    /// <summary>The file that takes the damaged one's place once it is whole.</summary>
    public static string FreshName(string path) => path + ".fresh";

    /// <summary>Ends what a crash left half done: without the database in its place the fresh one is whole, beside it it is not.</summary>
    /// <exception cref="StorageUnavailableException">A file could not be moved or deleted.</exception>
    public static void FinishReplacing(string path) => Guard(path, () =>
    {
        if (File.Exists(FreshName(path)) && !File.Exists(path))
        {
            File.Move(FreshName(path), path);
        }
        else
        {
            Delete(FreshName(path));
        }
    });

    /// <summary>Renames the damaged database, with the log that SQLite keeps beside it, and puts the fresh one in its place.</summary>
    /// <returns>The new name of the damaged one.</returns>
    /// <exception cref="StorageUnavailableException">A file could not be moved.</exception>
    public static string SwapIn(string path)
    {
        string aside = FreeName(path);
        Guard(path, () =>
        {
            if (File.Exists(FreshName(path) + "-wal"))
            {
                throw new IOException("the copy of it could not be completed");
            }

            Move(path + "-wal", aside + "-wal");

            // Only an index of the log; SQLite makes it anew.
            File.Delete(path + "-shm");
            Move(path, aside);
            File.Move(FreshName(path), path);
        });
        return aside;
    }

    /// <summary>Copies every row that can be read into a fresh database.</summary>
    /// <returns>How many.</returns>
    /// <exception cref="StorageUnavailableException">The fresh one could not be written.</exception>
    public static long Salvage(string path, SqlSession fresh, BlockStore blocks)
    {
        try
        {
            fresh.Run("BEGIN IMMEDIATE");
            long rows = CopyTables(path, fresh);
            Mend(fresh, blocks);
            fresh.Run("COMMIT");
            return rows;
        }
        catch (SqliteException failure)
        {
            throw TraceDatabase.Unavailable(FreshName(path), failure);
        }
    }

    private static long CopyTables(string path, SqlSession fresh)
    {
        SqlSession damaged;
        try
        {
            damaged = new SqlSession(path, readOnly: true);
        }
        catch (SqliteException)
        {
            // Nothing of it can be read.
            return 0;
        }

        using (damaged)
        {
            CopyState(damaged, fresh);
            return Tables.Sum(table => new TableSalvage(damaged, fresh, table).Copy());
        }
    }

    // Nothing is applied in the copy. Where the rest cannot be read nothing counts as gone, so that all is summed up from the traces that there are.
    private static void CopyState(SqlSession damaged, SqlSession fresh)
    {
        try
        {
            CellCoverage coverage = CellCoverage.Read(damaged);
            long? saved = damaged.Number("SELECT saved FROM store WHERE id = 1");
            long? firstKept = damaged.Number("SELECT first_kept FROM store WHERE id = 1");
            long? goneEnd = damaged.Number("SELECT gone_end_ns FROM store WHERE id = 1");
            if (saved is not null && firstKept is not null && goneEnd is not null)
            {
                coverage.Write(fresh);
                fresh.Run("UPDATE store SET saved = $1, first_kept = $2, gone_end_ns = $3 WHERE id = 1", saved, firstKept, goneEnd);
            }
        }
        catch (Exception failure) when (failure is SqliteException || TraceDatabase.IsUnreadableRow(failure))
        {
            return;
        }
    }

    /// <summary>
    /// What traces say of other tables holds even if it was lost there: which commits they supersede, and which numbers are taken. A number that is referred to must not be given again; what
    /// is empty under it is passed over by readers.
    /// </summary>
    private static void Mend(SqlSession fresh, BlockStore blocks)
    {
        HashSet<long> keys = [];
        HashSet<long> failures = [];
        using (SqliteDataReader rows = fresh.Query("SELECT id, traces FROM trace_block ORDER BY id"))
        {
            while (rows.Read())
            {
                long number = rows.GetInt64(0);
                foreach (TraceEntry trace in blocks.Entries(number, rows.GetFieldValue<byte[]>(1)))
                {
                    keys.Add(trace.Key);
                    failures.UnionWith(trace.Failure is long failure ? [failure] : []);
                    foreach (long earlier in trace.Earlier)
                    {
                        fresh.Run("INSERT OR IGNORE INTO superseded (id, successor) VALUES ($1, $2)", earlier, number);
                    }

                    number++;
                }
            }
        }

        foreach (long key in keys)
        {
            fresh.Run("INSERT OR IGNORE INTO rollup_key (id, hash, last_day, key) VALUES ($1, 0, $2, x'')", key, long.MaxValue);
        }

        foreach (long taken in failures)
        {
            fresh.Run("INSERT OR IGNORE INTO failure_key (id, hash, last_day, key) VALUES ($1, 0, $2, x'')", taken, long.MaxValue);
        }

        if (fresh.Number(HighestNumber) is long highest)
        {
            fresh.Run("INSERT INTO span_block (id, spans) VALUES ($1, x'')", highest + MostNumbersBehind);
        }
    }

    private static string FreeName(string path)
    {
        string aside = $"{path}.damaged-{File.GetLastWriteTimeUtc(path).ToString("yyyyMMdd'T'HHmmss'Z'", CultureInfo.InvariantCulture)}";
        string free = aside;
        for (int copy = 2; File.Exists(free) || File.Exists(free + "-wal"); copy++)
        {
            free = $"{aside}.{copy}";
        }

        return free;
    }

    private static void Delete(string path)
    {
        File.Delete(path);
        File.Delete(path + "-wal");
        File.Delete(path + "-shm");
    }

    private static void Move(string from, string to)
    {
        if (File.Exists(from))
        {
            File.Move(from, to);
        }
    }

    private static void Guard(string path, Action change)
    {
        try
        {
            change();
        }
        catch (Exception failure) when (IoFailure.Is(failure))
        {
            throw new StorageUnavailableException(
                new StoreError(IoFailure.ProblemOf(failure), path, $"the database is damaged and cannot be replaced: {failure.Message}"), failure);
        }
    }
}
