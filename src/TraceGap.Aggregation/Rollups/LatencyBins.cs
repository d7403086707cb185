using System.Numerics;

namespace TraceGap.Aggregation;

/// <summary>
/// Bins of the base-2 exponential histogram at scale 5, as OTLP defines it: bin i holds values in (2^(i/32), 2^((i+1)/32)], so bins are 2.2 % wide.
/// Mapping is by integer comparison with exact bounds, so it is the same on every machine.
/// </summary>
/// <remarks>OpenTelemetry metrics data model, "ExponentialHistogram". Values are nanoseconds; zero has a bin of its own, <see cref="Zero"/>.</remarks>
public static class LatencyBins
{
    /// <summary>The scale.</summary>
    public const int Scale = 5;

    /// <summary>The bin of zero.</summary>
    public const int Zero = int.MinValue;

    private const int PerOctave = 1 << Scale;

    // A bin is wider than 1/256 of an octave, so that among as many parts of an octave none has two bounds.
    private const int PartBits = 8;

    // Bound k is ⌊2^(63 + k/32)⌋: values with a leading one at bit 63 and a mantissa above it lie beyond the bound.
    private static readonly ulong[] Bounds = MakeBounds();

    // Per part of an octave how many bounds lie before it.
    private static readonly byte[] BoundsBefore = MakeBoundsBefore();

    /// <summary>The bin of a duration, ns; negative ones count as zero.</summary>
    public static int Of(long nanos)
    {
        if (nanos <= 0)
        {
            return Zero;
        }

        int exponent = 63 - BitOperations.LeadingZeroCount((ulong)nanos);
        ulong mantissa = (ulong)nanos << (63 - exponent);
        int passed = BoundsBefore[(byte)(mantissa >> (63 - PartBits))];
        if (passed < PerOctave && mantissa > Bounds[passed])
        {
            passed++;
        }

        return (exponent * PerOctave) + passed - 1;
    }

    /// <summary>The geometric middle of a bin, ns; 0 for <see cref="Zero"/>.</summary>
    public static double Middle(int bin) => bin == Zero ? 0 : Math.Pow(2, (bin + 0.5) / PerOctave);

    private static byte[] MakeBoundsBefore()
    {
        byte[] before = new byte[1 << PartBits];
        for (int part = 0; part < before.Length; part++)
        {
            ulong first = (1UL << 63) | ((ulong)part << (63 - PartBits));
            before[part] = (byte)Bounds.Count(bound => bound < first);
        }

        return before;
    }

    private static ulong[] MakeBounds()
    {
        ulong[] bounds = new ulong[PerOctave];
        for (int k = 0; k < PerOctave; k++)
        {
            // ⌊2^(63 + k/32)⌋ is the greatest m with m^32 ≤ 2^(63·32 + k), found bit by bit.
            BigInteger limit = BigInteger.One << ((63 * PerOctave) + k);
            ulong bound = 0;
            for (int bit = 63; bit >= 0; bit--)
            {
                ulong candidate = bound | (1UL << bit);
                if (BigInteger.Pow(candidate, PerOctave) <= limit)
                {
                    bound = candidate;
                }
            }

            bounds[k] = bound;
        }

        return bounds;
    }
}
