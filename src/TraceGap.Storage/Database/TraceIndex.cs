using System.Numerics;
using Microsoft.Data.Sqlite;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Finds the newest number of a trace id. A B-tree over random 16-byte ids touches a page per trace and keeps growing slower; here nothing is written at a random place:
/// <list type="number">
/// <item>Commits of traces are numbered in order; 65,536 numbers are a bucket. The ids of buckets that are not full yet are in memory, read back from their blocks after a start.</item>
/// <item>A full bucket is sealed: written once, as 256 rows chosen by the first byte of a 32-bit hash of the id, 5 bytes an entry (rest of the hash, number within the bucket).</item>
/// <item>Per 16 buckets, a Bloom filter in memory (16 bits a trace, made from the sealed hashes after a start) says where to look: for a new trace, nearly always nowhere.</item>
/// </list>
/// A trace that was revised has several numbers: newer buckets are asked first, and what an older one still says is never changed. Retention removes numbers from the lowest on.
/// Safe from any thread; changes come from the writer alone, after its transaction.
/// </summary>
internal sealed class TraceIndex
{
    private const string OpenBlocks = "SELECT id, traces FROM trace_block WHERE id >= coalesce((SELECT max(id) FROM trace_block WHERE id <= $1), 0) ORDER BY id";
    private const int BucketShift = 16;
    private const int BucketsPerFilterShift = 4;
    private const int FilterShift = 24;
    private const int FilterProbes = 6;
    private const int EntryLength = 5;
    private const int PrefixShift = 24;
    private const int Prefixes = 256;

    private readonly Lock _lock = new();
    private readonly Dictionary<TraceId, long> _recent = [];
    private readonly List<ulong[]?> _filters = [];
    private long _firstOpenBucket;
    private long _firstKept;

    /// <summary>Reads what is stored.</summary>
    public void Load(SqlSession session, BlockStore blocks)
    {
        lock (_lock)
        {
            _firstKept = BlockStore.FirstKept(session);
            _firstOpenBucket = _firstKept >> BucketShift;
            LoadSealed(session);
            using SqliteDataReader rows = session.Query(OpenBlocks, _firstOpenBucket << BucketShift);
            while (rows.Read())
            {
                long number = rows.GetInt64(0);
                foreach (TraceEntry trace in blocks.Entries(number, rows.GetFieldValue<byte[]>(1)))
                {
                    _recent[trace.TraceId] = number++;
                }
            }
        }
    }

    /// <summary>False if the trace is not stored for certain; looks at memory alone.</summary>
    public bool MayHave(TraceId traceId)
    {
        lock (_lock)
        {
            return _recent.ContainsKey(traceId) || BucketsThatMayHave(HashOf(traceId)) is not null;
        }
    }

    /// <summary>The number of a trace, or null. In a reader's transaction this must be the first read: what memory says then is at most as new as what the transaction sees.</summary>
    public long? Find(SqlSession session, BlockStore blocks, TraceId traceId)
    {
        uint hash = HashOf(traceId);
        List<long>? buckets;
        long firstKept;
        lock (_lock)
        {
            if (_recent.TryGetValue(traceId, out long number))
            {
                return number;
            }

            buckets = BucketsThatMayHave(hash);
            firstKept = _firstKept;
        }

        return buckets is null ? null : FindSealed(session, blocks, buckets, hash, firstKept, traceId);
    }

    /// <summary>Writes the full buckets into the writer's transaction. <see cref="Sealed"/> follows once it is committed.</summary>
    /// <returns>The first bucket that stays open.</returns>
    public long Seal(SqlSession session, long next)
    {
        long firstOpen = next >> BucketShift;
        if (firstOpen > _firstOpenBucket)
        {
            foreach (IGrouping<long, KeyValuePair<TraceId, long>> bucket in _recent.GroupBy(static entry => entry.Value >> BucketShift))
            {
                if (bucket.Key >= _firstOpenBucket && bucket.Key < firstOpen)
                {
                    Seal(session, bucket.Key, bucket);
                }
            }
        }

        return firstOpen;
    }

    /// <summary>Moves buckets that were sealed by a committed transaction out of memory.</summary>
    public void Sealed(long firstOpenBucket)
    {
        lock (_lock)
        {
            List<KeyValuePair<TraceId, long>> moved = [.. _recent.Where(entry => entry.Value >> BucketShift < firstOpenBucket)];
            foreach ((TraceId traceId, long number) in moved)
            {
                AddToFilter(number >> BucketShift, HashOf(traceId));
                _recent.Remove(traceId);
            }

            _firstOpenBucket = firstOpenBucket;
        }
    }

    /// <summary>Adds numbers of a committed transaction.</summary>
    public void Add(IReadOnlyDictionary<TraceId, long> numbers)
    {
        lock (_lock)
        {
            foreach ((TraceId traceId, long number) in numbers)
            {
                _recent[traceId] = number;
            }
        }
    }

    /// <summary>Removes what is known of numbers below <paramref name="firstKept"/> from the database, in the writer's transaction; a bucket goes as a whole. <see cref="Removed"/> follows once it is committed.</summary>
    public static void Remove(SqlSession session, long firstKept) =>
        session.Run("DELETE FROM trace_index WHERE id < $1", (firstKept >> BucketShift) * Prefixes);

    /// <summary>Forgets numbers that a committed transaction has removed.</summary>
    public void Removed(long firstKept)
    {
        lock (_lock)
        {
            _firstKept = firstKept;
            long gone = firstKept >> BucketShift >> BucketsPerFilterShift;
            for (int filter = 0; filter < Math.Min(gone, _filters.Count); filter++)
            {
                _filters[filter] = null;
            }

            if (firstKept >> BucketShift >= _firstOpenBucket)
            {
                foreach ((TraceId traceId, long number) in _recent)
                {
                    // Removing an entry does not end the walk.
                    if (number < firstKept)
                    {
                        _recent.Remove(traceId);
                    }
                }
            }
        }
    }

    // Trace ids need not be random in all their bits (W3C Trace Context level 2 asks for 56), so they are mixed.
    private static uint HashOf(TraceId traceId) => (uint)(Mix(traceId.High ^ BitOperations.RotateLeft(traceId.Low, 32)) >> 32);

    // The finaliser of MurmurHash3, which spreads every input bit over all output bits.
    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 33)) * 0xff51afd7ed558ccdUL;
        value = (value ^ (value >> 33)) * 0xc4ceb9fe1a85ec53UL;
        return value ^ (value >> 33);
    }

    private static void Seal(SqlSession session, long bucket, IEnumerable<KeyValuePair<TraceId, long>> traces)
    {
        ByteWriter[] parts = [.. Enumerable.Range(0, Prefixes).Select(static _ => new ByteWriter(2048))];
        foreach ((TraceId traceId, long number) in traces)
        {
            uint hash = HashOf(traceId);
            ByteWriter part = parts[hash >> PrefixShift];
            part.WriteByte((byte)(hash >> 16));
            part.WriteByte((byte)(hash >> 8));
            part.WriteByte((byte)hash);
            part.WriteByte((byte)(number >> 8));
            part.WriteByte((byte)number);
        }

        for (int prefix = 0; prefix < Prefixes; prefix++)
        {
            if (parts[prefix].Length > 0)
            {
                session.Run("INSERT INTO trace_index (id, entries) VALUES ($1, $2)", (bucket * Prefixes) + prefix, parts[prefix].Written.ToArray());
            }

            parts[prefix].Dispose();
        }
    }

    private void LoadSealed(SqlSession session)
    {
        using SqliteDataReader rows = session.Query("SELECT id, entries FROM trace_index ORDER BY id");
        while (rows.Read())
        {
            long bucket = rows.GetInt64(0) / Prefixes;
            uint prefix = (uint)(rows.GetInt64(0) % Prefixes) << PrefixShift;
            ReadOnlySpan<byte> entries = rows.GetFieldValue<byte[]>(1);
            for (; entries.Length >= EntryLength; entries = entries[EntryLength..])
            {
                AddToFilter(bucket, prefix | RestOf(entries));
            }

            _firstOpenBucket = bucket + 1;
        }
    }

    private static uint RestOf(ReadOnlySpan<byte> entry) => ((uint)entry[0] << 16) | ((uint)entry[1] << 8) | entry[2];

    private List<long>? BucketsThatMayHave(uint hash)
    {
        List<long>? buckets = null;
        for (int filter = _filters.Count - 1; filter >= 0; filter--)
        {
            if (_filters[filter] is ulong[] bits && MayHave(bits, hash))
            {
                buckets ??= [];
                long first = (long)filter << BucketsPerFilterShift;
                long last = Math.Min(first + (1L << BucketsPerFilterShift), _firstOpenBucket) - 1;
                for (long bucket = last; bucket >= first; bucket--)
                {
                    buckets.Add(bucket);
                }
            }
        }

        return buckets;
    }

    private static long? FindSealed(SqlSession session, BlockStore blocks, List<long> buckets, uint hash, long firstKept, TraceId traceId)
    {
        uint rest = hash & ((1 << PrefixShift) - 1);
        foreach (long bucket in buckets)
        {
            ReadOnlySpan<byte> entries = session.Blob("SELECT entries FROM trace_index WHERE id = $1", (bucket * Prefixes) + (hash >> PrefixShift));
            for (; entries.Length >= EntryLength; entries = entries[EntryLength..])
            {
                long number = (bucket << BucketShift) | ((long)entries[3] << 8) | entries[4];
                if (RestOf(entries) == rest && number >= firstKept && blocks.Trace(session, number)?.TraceId == traceId)
                {
                    return number;
                }
            }
        }

        return null;
    }

    private void AddToFilter(long bucket, uint hash)
    {
        int filter = (int)(bucket >> BucketsPerFilterShift);
        while (_filters.Count <= filter)
        {
            _filters.Add(null);
        }

        ulong[] bits = _filters[filter] ??= new ulong[1 << (FilterShift - 6)];
        ulong mixed = Mix(hash);
        for (int probe = 0; probe < FilterProbes; probe++)
        {
            uint bit = BitOf(mixed, probe);
            bits[bit >> 6] |= 1UL << (int)(bit & 63);
        }
    }

    private static bool MayHave(ulong[] filter, uint hash)
    {
        ulong mixed = Mix(hash);
        for (int probe = 0; probe < FilterProbes; probe++)
        {
            uint bit = BitOf(mixed, probe);
            if ((filter[bit >> 6] >> (int)(bit & 63) & 1) == 0)
            {
                return false;
            }
        }

        return true;
    }

    // Double hashing (Kirsch and Mitzenmacher 2006): as good as independent hash functions.
    private static uint BitOf(ulong mixed, int probe) => ((uint)mixed + ((uint)probe * ((uint)(mixed >> 32) | 1))) & ((1u << FilterShift) - 1);
}
