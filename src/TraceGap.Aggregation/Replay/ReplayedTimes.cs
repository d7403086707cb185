namespace TraceGap.Aggregation;

/// <summary>Arithmetic of replayed times. They may be any multiple of recorded ones, which are as long as their sender likes, so they stop growing where sums would overflow.</summary>
internal static class ReplayedTimes
{
    /// <summary>Some 73 years, ns. Up to here times are exact.</summary>
    public const long Longest = 1L << 61;

    /// <summary>The sum of two times.</summary>
    public static long Sum(long left, long right) => Math.Min(left + right, Longest);

    /// <summary>A multiple of a time, rounded to the nanosecond.</summary>
    public static long Scaled(long nanos, decimal factor)
    {
        if (factor == 1)
        {
            return Math.Min(nanos, Longest);
        }

        // Beyond this the product is too long whatever it is exactly, and might be too large for its type.
        return factor >= Longest || nanos > Longest / factor ? Longest : (long)Math.Round(nanos * factor, MidpointRounding.AwayFromZero);
    }
}
