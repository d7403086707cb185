using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>The database file: opens it, makes its tables, names what is wrong with it.</summary>
internal static class TraceDatabase
{
    /// <summary>Pages that may gather in the write-ahead log before they are moved to the database, 4 KiB each: pages that change in every commit are moved once.</summary>
    private const int CheckpointPages = 4096;

    private const int WriterCacheKibibytes = 65536;

    /// <summary>Opens the connection that writes, making the database if it is not there.</summary>
    /// <exception cref="StorageUnavailableException">It is none of ours, damaged, too new, or cannot be read; or there is no SQLite.</exception>
    public static SqlSession OpenWriter(string path, bool fsync)
    {
        if (SqliteLibrary.Ensure() is string problem)
        {
            throw new StorageUnavailableException(new StoreError(StoreProblem.NoSqlite, path, problem));
        }

        SqlSession? session = null;
        try
        {
            session = new SqlSession(path);
            session.Execute($"""
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = {(fsync ? "FULL" : "NORMAL")};
                PRAGMA wal_autocheckpoint = {CheckpointPages};
                PRAGMA cache_size = -{WriterCacheKibibytes};
                """);
            Prepare(session, path);
            return session;
        }
        catch (SqliteException failure)
        {
            session?.Dispose();
            throw Unavailable(path, failure);
        }
        catch
        {
            session?.Dispose();
            throw;
        }
    }

    /// <summary>Names what SQLite says went wrong (sqlite.org/rescode.html).</summary>
    public static StorageUnavailableException Unavailable(string path, SqliteException failure)
    {
        StoreProblem problem = failure.SqliteErrorCode switch
        {
            11 or 26 => StoreProblem.Corrupt,
            13 => StoreProblem.NoSpace,
            5 or 6 => StoreProblem.InUse,
            3 or 8 or 14 or 23 => StoreProblem.AccessDenied,
            _ => StoreProblem.IoFailed,
        };
        return new StorageUnavailableException(new StoreError(problem, path, failure.Message), failure);
    }

    private static void Prepare(SqlSession session, string path)
    {
        long application = session.Number("PRAGMA application_id") ?? 0;
        long format = session.Number("PRAGMA user_version") ?? 0;
        if (application == 0 && format == 0 && session.Number("SELECT count(*) FROM sqlite_master") == 0)
        {
            session.Execute($"BEGIN; {Schema.Create} PRAGMA application_id = {Schema.ApplicationId}; PRAGMA user_version = {Schema.FormatVersion}; COMMIT");
            return;
        }

        if (application != Schema.ApplicationId)
        {
            throw new StorageUnavailableException(new StoreError(StoreProblem.Corrupt, path, "this database was not made by TraceGap"));
        }

        if (format > Schema.FormatVersion)
        {
            throw new StorageUnavailableException(new StoreError(
                StoreProblem.NewerFormat, path, $"its format is {format}; this version reads up to {Schema.FormatVersion}"));
        }
    }
}
