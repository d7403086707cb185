namespace TraceGap.Server.Calls;

/// <summary>How many bytes of requests may be in memory at once, over all connections and transports. Thread-safe, never blocks.</summary>
/// <remarks>
/// Bytes are taken before they are read, so that what was admitted can be finished: taking them piece by piece would, under overload, leave
/// every request half read and all of them refused.
/// </remarks>
/// <param name="capacity">Bytes in all.</param>
public sealed class InFlightBudget(long capacity)
{
    /// <summary>256 MiB: two requests of the largest size in both their forms, or some thousands of ordinary ones.</summary>
    public const long DefaultCapacity = 256L << 20;

    private long _taken;

    /// <summary>Bytes in all.</summary>
    public long Capacity { get; } = capacity > 0 ? capacity : throw new ArgumentOutOfRangeException(nameof(capacity));

    /// <summary>Bytes that are taken now.</summary>
    public long Taken => Interlocked.Read(ref _taken);

    /// <summary>Takes <paramref name="bytes"/> if so many are left.</summary>
    public bool TryTake(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long taken = Interlocked.Read(ref _taken);
        while (bytes <= Capacity - taken)
        {
            long seen = Interlocked.CompareExchange(ref _taken, taken + bytes, taken);
            if (seen == taken)
            {
                return true;
            }

            taken = seen;
        }

        return false;
    }

    /// <summary>Gives back bytes that were taken.</summary>
    public void Return(long bytes)
    {
        ArgumentOutOfRangeException.ThrowIfNegative(bytes);
        long left = Interlocked.Add(ref _taken, -bytes);
        if (left < 0)
        {
            throw new InvalidOperationException("More bytes were given back than were taken.");
        }
    }
}
