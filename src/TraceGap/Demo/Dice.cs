namespace TraceGap.Demo;

/// <summary>The random numbers of one request: a function of seed and request alone, whatever runs beside it.</summary>
/// <remarks>SplitMix64 (Steele, Lea, Flood 2014): a counter and a mixer, so every pair of seed and request has a stream of its own.</remarks>
internal sealed class Dice
{
    private const ulong Increment = 0x9E3779B97F4A7C15;

    private readonly ulong _origin;
    private ulong _state;

    public Dice(ulong seed, int request)
        : this(Mix(seed + Increment) ^ Mix((ulong)request + 1))
    {
    }

    private Dice(ulong origin) => _origin = _state = origin;

    /// <summary>Dice with numbers of their own, a function of what these were made of and of <paramref name="branch"/> alone: for what may run beside others.</summary>
    public Dice Fork(int branch) => new(Mix(_origin ^ Mix((ulong)branch)));

    /// <summary>True with the given probability.</summary>
    public bool Hits(double probability) => Unit() < probability;

    /// <summary>A duration with about the median <paramref name="medianMilliseconds"/> and the long right tail that services have.</summary>
    /// <remarks>Whole milliseconds, since timers know no less; rounded up or down by chance, so that short durations come out right on average.</remarks>
    public TimeSpan Latency(double medianMilliseconds)
    {
        // Log-logistic: like a log-normal, but its inverse is a closed form.
        double unit = Math.Clamp(Unit(), 0.001, 0.999);
        double milliseconds = medianMilliseconds * Math.Pow(unit / (1 - unit), 0.3);
        return TimeSpan.FromMilliseconds(Math.Floor(milliseconds + Unit()));
    }

    /// <summary>A whole number from <paramref name="low"/> to <paramref name="high"/>, both included.</summary>
    public int Between(int low, int high) => low + (int)(Unit() * (high - low + 1));

    private double Unit()
    {
        _state += Increment;
        return (Mix(_state) >> 11) * (1.0 / (1UL << 53));
    }

    private static ulong Mix(ulong value)
    {
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
