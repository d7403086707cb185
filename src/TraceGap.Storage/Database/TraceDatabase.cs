using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>The database file: opens it, makes its tables, names what is wrong with it.</summary>
internal static class TraceDatabase
{
    /// <summary>What is left of the write-ahead log, bytes, once a larger one has been moved to the database.</summary>
    private const int KeptLogBytes = 32 << 20;

    private const int WriterCacheKibibytes = 65536;

    /// <summary>Opens the connection that writes, making the database if it is not there.</summary>
    /// <exception cref="StorageUnavailableException">It is none of ours, damaged, too new, or cannot be read; or there is no SQLite.</exception>
    public static SqlSession OpenWriter(string path, StoreOptions options)
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
                PRAGMA page_size = {Schema.PageBytes};
                PRAGMA auto_vacuum = INCREMENTAL;
                PRAGMA journal_mode = WAL;
                PRAGMA synchronous = {(options.Fsync ? "FULL" : "NORMAL")};
                PRAGMA journal_size_limit = {KeptLogBytes};
                PRAGMA wal_autocheckpoint = {options.CheckpointPages};
                PRAGMA cache_size = -{WriterCacheKibibytes};
                """);
            Prepare(session, path);
            session.Execute(Schema.Alerts);
            session.Execute(Schema.RuleSets);
            return session;
        }
        catch (Exception failure) when (Named(path, failure) is StorageUnavailableException named)
        {
            session?.Dispose();
            throw named;
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
            // A number that is given twice was not seen when the last one was looked for.
            19 when failure.SqliteExtendedErrorCode is 1555 or 2579 => StoreProblem.Corrupt,
            11 or 26 => StoreProblem.Corrupt,
            13 => StoreProblem.NoSpace,
            5 or 6 => StoreProblem.InUse,
            3 or 8 or 14 or 23 => StoreProblem.AccessDenied,
            _ => StoreProblem.IoFailed,
        };
        return new StorageUnavailableException(new StoreError(problem, path, failure.Message), failure);
    }

    /// <summary>Names what went wrong while a database was opened: there, a table that is not there or a row that is no row of ours can only be damage. Null for anything else.</summary>
    public static StorageUnavailableException? Named(string path, Exception failure) => failure switch
    {
        SqliteException { SqliteErrorCode: 1 } => new StorageUnavailableException(new StoreError(StoreProblem.Corrupt, path, failure.Message), failure),
        SqliteException sqlite => Unavailable(path, sqlite),
        _ => IsUnreadableRow(failure) ? UnreadableRow(path, failure) : null,
    };

    /// <summary>True for what reading a column throws if another type or length is stored there than was written.</summary>
    public static bool IsUnreadableRow(Exception failure) => failure is InvalidCastException or InvalidOperationException or ArgumentException or OverflowException;

    /// <summary>The error for a row that does not hold what was written.</summary>
    public static StorageUnavailableException UnreadableRow(string path, Exception failure) =>
        new(new StoreError(StoreProblem.Corrupt, path, $"a row is damaged: {failure.Message}"), failure);

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

        if (format < Schema.FormatVersion)
        {
            throw new StorageUnavailableException(new StoreError(
                StoreProblem.OlderFormat,
                path,
                $"its format is {format}, which only development builds wrote; this version reads {Schema.FormatVersion}. Move the folder away, or name another one; a new one is made"));
        }

        if (format > Schema.FormatVersion)
        {
            throw new StorageUnavailableException(new StoreError(
                StoreProblem.NewerFormat, path, $"its format is {format}; this version reads up to {Schema.FormatVersion}"));
        }
    }
}
