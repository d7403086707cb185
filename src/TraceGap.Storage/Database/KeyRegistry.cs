using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Numbers of rollup keys and failure keys, given in order of first use. Belongs to the writer.</summary>
internal sealed class KeyRegistry(SqlSession session)
{
    private readonly Dictionary<RollupKey, long> _keys = [];
    private readonly Dictionary<FailureKey, long> _failures = [];
    private long _lastKey;
    private long _lastFailure;

    /// <summary>Reads what is stored; also after a transaction that failed, since the numbers that it gave are void.</summary>
    public void Load()
    {
        _keys.Clear();
        _failures.Clear();
        foreach ((long id, RollupKey key) in StoredKeys.ReadKeys(session))
        {
            _keys.TryAdd(key, id);
        }

        using SqliteDataReader failures = session.Query("SELECT id, failure FROM failure_key");
        while (failures.Read())
        {
            if (KeyCodec.TryDecode(failures.GetFieldValue<byte[]>(1), out FailureKey failure) == CodecError.None)
            {
                _failures.TryAdd(failure, failures.GetInt64(0));
            }
        }

        _lastKey = session.Number("SELECT max(id) FROM rollup_key") ?? 0;
        _lastFailure = session.Number("SELECT max(id) FROM failure_key") ?? 0;
    }

    public long NumberOf(RollupKey key)
    {
        if (!_keys.TryGetValue(key, out long id))
        {
            id = ++_lastKey;
            session.Run("INSERT INTO rollup_key (id, key) VALUES ($1, $2)", id, KeyCodec.Encode(key));
            _keys.Add(key, id);
        }

        return id;
    }

    public long NumberOf(FailureKey failure)
    {
        if (!_failures.TryGetValue(failure, out long id))
        {
            id = ++_lastFailure;
            session.Run("INSERT INTO failure_key (id, layer, failure) VALUES ($1, $2, $3)", id, (long?)failure.Layer, KeyCodec.Encode(failure));
            _failures.Add(failure, id);
        }

        return id;
    }
}
