using System.Buffers.Binary;
using System.Security.Cryptography;
using Microsoft.Data.Sqlite;

namespace TraceGap.Storage;

/// <summary>
/// Numbers of the keys of one kind. Names come from senders and have no bound, so of each day only the keys with the smallest hashes have numbers of their own; the others share one. Below the
/// bound that does not depend on the order in which keys come; beyond it a key may have got traces before it was displaced, and keeps those. Belongs to the writer.
/// </summary>
/// <param name="session">The writer's.</param>
/// <param name="table">Table of the keys; <c>…_day</c> has those of each day.</param>
/// <param name="encode">Writes a key.</param>
/// <param name="otherOf">The key that stands for one beyond the bound.</param>
/// <param name="perDay">The bound.</param>
internal sealed class DailyKeys<TKey>(SqlSession session, string table, Func<TKey, byte[]> encode, Func<TKey, TKey> otherOf, int perDay)
    where TKey : class
{
    private const int DayShift = 32;

    // Events of a week, of now, and what is loaded beside them.
    private const int CachedDays = 16;

    private readonly string _find = $"SELECT id FROM {table} WHERE hash = $1 AND key = $2";
    private readonly string _add = $"INSERT INTO {table} (id, hash, last_day, key) VALUES ($1, $2, $3, $4)";
    private readonly string _use = $"UPDATE {table} SET last_day = $2 WHERE id = $1 AND last_day < $2";
    private readonly string _admit = $"INSERT INTO {table}_day (id) VALUES ($1)";
    private readonly string _displace = $"DELETE FROM {table}_day WHERE id = $1";
    private readonly string _ofDay = $"SELECT key.id, key.hash FROM {table}_day AS day JOIN {table} AS key ON key.id = day.id & {uint.MaxValue} WHERE day.id >= $1 AND day.id < $2";

    private readonly Dictionary<long, KeysOfDay> _days = [];
    private long _last;

    /// <summary>Forgets what is in memory, to read it again; also after a transaction that failed, since the numbers that it gave are void.</summary>
    public void Load()
    {
        _days.Clear();
        _last = session.Number($"SELECT max(id) FROM {table}") ?? 0;
    }

    /// <summary>The number of a key on a day, numbered from the Unix epoch.</summary>
    public long NumberOf(TKey key, long day)
    {
        KeysOfDay keys = Of(day);
        if (keys.Known.TryGetValue(key, out long known))
        {
            return known;
        }

        byte[] blob = encode(key);
        long hash = HashOf(blob);
        if (!keys.Has(hash, Find(hash, blob), out long id))
        {
            if (keys.Count >= perDay && !Displaces(hash, keys, day))
            {
                return NumberOf(encode(otherOf(key)), day);
            }

            id = NumberOf(blob, day);
            session.Run(_admit, (day << DayShift) | id);
            keys.Add(hash, id);
        }

        keys.Known.Add(key, id);
        return id;
    }

    /// <summary>Removes keys that nothing refers to any more.</summary>
    /// <param name="day">Days before this one get no traces any more.</param>
    /// <param name="lastUse">Keys used last before this day stand nowhere.</param>
    /// <param name="most">Most keys to remove at once.</param>
    /// <returns>True if there may be more.</returns>
    public bool Remove(long day, long lastUse, int most)
    {
        session.Run($"DELETE FROM {table}_day WHERE id < $1", day << DayShift);
        return session.Prepare($"DELETE FROM {table} WHERE id IN (SELECT id FROM {table} WHERE last_day < $1 LIMIT $2)", lastUse, most).ExecuteNonQuery() == most;
    }

    private long? Find(long hash, byte[] blob) => session.Number(_find, hash, blob);

    private long NumberOf(byte[] blob, long day)
    {
        long hash = HashOf(blob);
        if (Find(hash, blob) is long found)
        {
            session.Run(_use, found, day);
            return found;
        }

        session.Run(_add, ++_last, hash, day, blob);
        return _last;
    }

    private bool Displaces(long hash, KeysOfDay keys, long day)
    {
        if (hash >= keys.Largest.Hash)
        {
            return false;
        }

        session.Run(_displace, (day << DayShift) | keys.Largest.Id);
        keys.RemoveLargest();
        return true;
    }

    private KeysOfDay Of(long day)
    {
        if (_days.TryGetValue(day, out KeysOfDay? keys))
        {
            return keys;
        }

        if (_days.Count == CachedDays)
        {
            _days.Clear();
        }

        keys = new KeysOfDay();
        using SqliteDataReader rows = session.Query(_ofDay, day << DayShift, (day + 1) << DayShift);
        while (rows.Read())
        {
            keys.Add(rows.GetInt64(1), rows.GetInt64(0));
        }

        _days.Add(day, keys);
        return keys;
    }

    // Names that push out others must be looked for, not computed. Not negative, so that it sorts as it reads.
    private static long HashOf(byte[] blob) => BinaryPrimitives.ReadInt64LittleEndian(SHA256.HashData(blob)) & long.MaxValue;

    private sealed class KeysOfDay
    {
        private readonly SortedSet<(long Hash, long Id)> _admitted = [];

        /// <summary>Numbers of keys that were asked for.</summary>
        public Dictionary<TKey, long> Known { get; } = [];

        public int Count => _admitted.Count;

        public (long Hash, long Id) Largest => _admitted.Max;

        public bool Has(long hash, long? number, out long id)
        {
            id = number ?? 0;
            return number is not null && _admitted.Contains((hash, id));
        }

        public void Add(long hash, long id) => _admitted.Add((hash, id));

        public void RemoveLargest()
        {
            _admitted.Remove(_admitted.Max);
            Known.Clear();
        }
    }
}
