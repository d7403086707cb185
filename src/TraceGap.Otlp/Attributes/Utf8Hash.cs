using System.Buffers.Binary;

namespace TraceGap.Otlp.Attributes;

/// <summary>
/// A quick hash of short UTF-8 texts: of the length and of eight bytes each from the start, the middle and the end. It decides only where a
/// table looks first: a collision costs a comparison, never a wrong answer.
/// </summary>
internal static class Utf8Hash
{
    private const ulong Multiplier = 0x9E3779B97F4A7C15;

    public static ulong Of(ReadOnlySpan<byte> utf8)
    {
        ulong hash = utf8.Length < sizeof(ulong) ? Short(utf8) : Long(utf8);
        hash = (hash ^ (ulong)utf8.Length) * Multiplier;
        return hash ^ (hash >> 32);
    }

    private static ulong Long(ReadOnlySpan<byte> utf8)
    {
        ulong first = BinaryPrimitives.ReadUInt64LittleEndian(utf8);
        ulong middle = BinaryPrimitives.ReadUInt64LittleEndian(utf8[((utf8.Length - sizeof(ulong)) / 2)..]);
        ulong last = BinaryPrimitives.ReadUInt64LittleEndian(utf8[^sizeof(ulong)..]);
        return (first * Multiplier) ^ ulong.RotateLeft(middle * Multiplier, 21) ^ ulong.RotateLeft(last * Multiplier, 42);
    }

    private static ulong Short(ReadOnlySpan<byte> utf8)
    {
        ulong word = 0;
        foreach (byte next in utf8)
        {
            word = (word << 8) | next;
        }

        return word;
    }
}
