using System.Buffers.Text;

namespace TraceGap.Otlp.Facts;

/// <summary>
/// Reads the sampling probability that OpenTelemetry's consistent probability sampling writes into <c>tracestate</c>: member <c>ot</c>,
/// sub-key <c>th</c>, up to 14 hexadecimal digits, padded with zeros on the right: the rejection threshold T. p = 1 − T/2^56, and the weight is 1/p.
/// </summary>
internal static class SamplingWeight
{
    private const int ThresholdBits = 56;
    private const int MaxDigits = ThresholdBits / 4;

    // One trace must not outweigh a world: beyond 1 in 2^30 the weight stays, so that sums of squares over 2^35 traces fit 128 bits.
    private const long MaxWeight = 1L << 46;

    /// <summary>1/p with 16 fraction bits, rounded to nearest; <see cref="SpanRecord.UnitWeight"/> where nothing (readable) is said.</summary>
    public static long Of(ReadOnlySpan<byte> traceState)
    {
        while (!traceState.IsEmpty)
        {
            ReadOnlySpan<byte> member = Cut(ref traceState, (byte)',').Trim(" \t"u8);
            if (member.StartsWith("ot="u8))
            {
                return OfMember(member[3..]);
            }
        }

        return SpanRecord.UnitWeight;
    }

    private static long OfMember(ReadOnlySpan<byte> value)
    {
        while (!value.IsEmpty)
        {
            ReadOnlySpan<byte> entry = Cut(ref value, (byte)';');
            if (entry.StartsWith("th:"u8))
            {
                return OfThreshold(entry[3..]);
            }
        }

        return SpanRecord.UnitWeight;
    }

    private static long OfThreshold(ReadOnlySpan<byte> digits)
    {
        if (digits.Length is 0 or > MaxDigits
            || !Utf8Parser.TryParse(digits, out ulong threshold, out int read, 'x')
            || read != digits.Length)
        {
            return SpanRecord.UnitWeight;
        }

        threshold <<= 4 * (MaxDigits - digits.Length);
        UInt128 kept = (1UL << ThresholdBits) - threshold;
        UInt128 weight = ((UInt128.One << (ThresholdBits + 16)) + (kept / 2)) / kept;
        return weight > MaxWeight ? MaxWeight : (long)weight;
    }

    private static ReadOnlySpan<byte> Cut(ref ReadOnlySpan<byte> rest, byte separator)
    {
        int index = rest.IndexOf(separator);
        ReadOnlySpan<byte> head = index < 0 ? rest : rest[..index];
        rest = index < 0 ? default : rest[(index + 1)..];
        return head;
    }
}
