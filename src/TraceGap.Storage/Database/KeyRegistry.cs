using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Numbers of rollup keys and failure keys, of a bounded number a day. Belongs to the writer.</summary>
internal sealed class KeyRegistry(SqlSession session, int keysPerDay)
{
    private const long NanosPerDay = CellId.MinutesPerDay * CellId.NanosPerMinute;

    private readonly DailyKeys<RollupKey> _keys = new(session, "rollup_key", KeyCodec.Encode, static _ => RollupKey.Other, keysPerDay);
    private readonly DailyKeys<FailureKey> _failures = new(session, "failure_key", KeyCodec.Encode, static failure => new FailureKey(failure.Layer, null, RollupKey.OtherName), keysPerDay);

    /// <summary>Forgets what is in memory, to read it again; also after a transaction that failed, since the numbers that it gave are void.</summary>
    public void Load()
    {
        _keys.Load();
        _failures.Load();
    }

    /// <summary>The number of a key for a trace.</summary>
    /// <param name="key">The key.</param>
    /// <param name="unixNanos">When the trace counts, nanoseconds since the Unix epoch.</param>
    public long NumberOf(RollupKey key, long unixNanos) => _keys.NumberOf(key, unixNanos / NanosPerDay);

    /// <summary>The number of a failure for a trace.</summary>
    /// <param name="failure">The failure.</param>
    /// <param name="unixNanos">When the trace counts, nanoseconds since the Unix epoch.</param>
    public long NumberOf(FailureKey failure, long unixNanos) => _failures.NumberOf(failure, unixNanos / NanosPerDay);

    /// <summary>In a transaction: removes keys that nothing refers to any more.</summary>
    /// <param name="firstUnixNanos">Nothing comes any more of a time before.</param>
    /// <param name="lastUseUnixNanos">Keys used last before this time stand nowhere.</param>
    /// <returns>True if there may be more.</returns>
    public bool Remove(long firstUnixNanos, long lastUseUnixNanos)
    {
        const int AtOnce = 1000;
        (long first, long lastUse) = (firstUnixNanos / NanosPerDay, lastUseUnixNanos / NanosPerDay);
        return _keys.Remove(first, lastUse, AtOnce) | _failures.Remove(first, lastUse, AtOnce);
    }
}
