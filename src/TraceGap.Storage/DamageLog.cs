namespace TraceGap.Storage;

/// <summary>What was found damaged since the store was opened; safe from any thread. Keeps each place once, up to a bound.</summary>
internal sealed class DamageLog
{
    // Enough to name every file that matters.
    private const int Kept = 1000;

    private readonly Lock _lock = new();
    private readonly HashSet<(string File, long Offset)> _places = [];
    private readonly List<StoreDamage> _damages = [];
    private long _version;

    /// <summary>Grows with everything that is found.</summary>
    public long Version => Interlocked.Read(ref _version);

    public void Add(StoreDamage damage)
    {
        lock (_lock)
        {
            if (_damages.Count == Kept)
            {
                _version++;
            }
            else if (_places.Add((damage.File, damage.Offset)))
            {
                _damages.Add(damage);
                _version++;
            }
        }
    }

    public IReadOnlyList<StoreDamage> ToList()
    {
        lock (_lock)
        {
            return [.. _damages];
        }
    }
}
