using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>A hash of trace ids that is the same in every process, so that a sample of the smallest ones is the same wherever it is taken.</summary>
public static class TraceHash
{
    /// <summary>The hash. Ids need not be random for it to be evenly spread.</summary>
    public static ulong Of(TraceId id) => Mix(Mix(id.High) ^ id.Low);

    /// <summary>The output function of SplitMix64 (Steele, Lea, Flood 2014).</summary>
    internal static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
