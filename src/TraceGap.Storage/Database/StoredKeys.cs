using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Reads rollup keys and chooses those that a query asks for.</summary>
internal static class StoredKeys
{
    public static List<(long Id, RollupKey Key)> ReadKeys(SqlSession session)
    {
        List<(long, RollupKey)> keys = [];
        using SqliteDataReader rows = session.Query("SELECT id, key FROM rollup_key");
        while (rows.Read())
        {
            if (KeyCodec.TryDecode(rows.GetFieldValue<byte[]>(1), out RollupKey key) == CodecError.None)
            {
                keys.Add((rows.GetInt64(0), key));
            }
        }

        return keys;
    }

    /// <summary>All failure keys by their numbers.</summary>
    public static Dictionary<long, FailureKey> ReadFailures(SqlSession session)
    {
        Dictionary<long, FailureKey> failures = [];
        using SqliteDataReader rows = session.Query("SELECT id, key FROM failure_key");
        while (rows.Read())
        {
            if (KeyCodec.TryDecode(rows.GetFieldValue<byte[]>(1), out FailureKey failure) == CodecError.None)
            {
                failures.Add(rows.GetInt64(0), failure);
            }
        }

        return failures;
    }

    /// <summary>A failure key by its number; null if there is none that can be read.</summary>
    public static FailureKey? ReadFailure(SqlSession session, long number) =>
        session.Blob("SELECT key FROM failure_key WHERE id = $1", number) is byte[] blob && KeyCodec.TryDecode(blob, out FailureKey failure) == CodecError.None
            ? failure
            : null;

    /// <summary>The keys that pass the filters.</summary>
    public static List<(long Id, RollupKey Key)> Select(SqlSession session, string? workflow, string? environment, string? version, string? service) =>
        ReadKeys(session).FindAll(stored =>
            (workflow is null || stored.Key.Workflow == workflow)
            && (environment is null || stored.Key.Environment == environment)
            && (version is null || stored.Key.Version == version)
            && (service is null || stored.Key.Service == service));

    /// <summary>
    /// The keys that pass the filters and, where a workflow is asked for, those of the rootless traces of the same services and environments: their outcomes may be unknown outcomes of
    /// that workflow. A rootless trace need not know its version. And the key of what is beyond the bound, to tell whether there is any.
    /// </summary>
    public static List<(long Id, RollupKey Key, KeyChoice Choice)> SelectWithRootless(SqlSession session, CellQuery query)
    {
        List<(long Id, RollupKey Key)> passing = Select(session, query.Workflow, query.Environment, query.Version, query.Service);
        HashSet<(string, string)> places = query.Workflow is null ? [] : [.. passing.Select(static stored => (stored.Key.Service, stored.Key.Environment))];
        HashSet<long> chosen = [.. passing.Select(static stored => stored.Id)];
        List<(long Id, RollupKey Key, KeyChoice Choice)> keys = [.. passing.Select(static stored => (stored.Id, stored.Key, KeyChoice.Passes))];
        foreach ((long id, RollupKey key) in ReadKeys(session))
        {
            if (chosen.Contains(id))
            {
                continue;
            }

            if (key == RollupKey.Other)
            {
                keys.Add((id, key, KeyChoice.Overflow));
            }
            else if (IsRootless(key) && places.Contains((key.Service, key.Environment)) && (query.Version is null || key.Version.Length == 0 || key.Version == query.Version))
            {
                keys.Add((id, key, KeyChoice.Rootless));
            }
        }

        return keys;
    }

    private static bool IsRootless(RollupKey key) =>
        key.Workflow.Length == key.Service.Length + 1 + RollupKey.NoRoot.Length
        && key.Workflow.StartsWith(key.Service, StringComparison.Ordinal)
        && key.Workflow.EndsWith("/" + RollupKey.NoRoot, StringComparison.Ordinal);
}

/// <summary>Why a key is read for a query.</summary>
internal enum KeyChoice
{
    /// <summary>It passes the filters.</summary>
    Passes,

    /// <summary>Its traces have no root and may be of a key that passes.</summary>
    Rootless,

    /// <summary>Its traces are beyond the bound of keys and may be of any key.</summary>
    Overflow,
}
