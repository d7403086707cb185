using System.Buffers.Binary;

namespace TraceGap.Otlp.Attributes;

/// <summary>
/// A quick hash of bytes, sixteen at a time by multiplication to 128 bits (the scheme of wyhash). Tables use it to decide where to look first: a
/// collision costs a comparison, never a wrong answer, and every table bounds how many it makes. It also goes into <see cref="SpanRecord.InputHash"/>, which is stored.
/// </summary>
internal static class Utf8Hash
{
    private const int Step = 2 * sizeof(ulong);
    private const ulong First = 0xA0761D6478BD642F;
    private const ulong Second = 0xE7037ED1A0B428DB;

    public static ulong Of(ReadOnlySpan<byte> bytes)
    {
        ulong seed = (ulong)bytes.Length;
        if (bytes.Length <= Step)
        {
            return bytes.Length < sizeof(ulong) ? Short(bytes, seed) : Mix(Word(bytes, 0) ^ First, Word(bytes, bytes.Length - sizeof(ulong)) ^ Second ^ seed);
        }

        for (int at = 0; at < bytes.Length - Step; at += Step)
        {
            seed = Mix(Word(bytes, at) ^ First, Word(bytes, at + sizeof(ulong)) ^ Second ^ seed);
        }

        return Mix(Word(bytes, bytes.Length - Step) ^ First, Word(bytes, bytes.Length - sizeof(ulong)) ^ Second ^ seed);
    }

    private static ulong Short(ReadOnlySpan<byte> bytes, ulong seed)
    {
        ulong word = bytes.Length switch
        {
            0 => 0,
            < sizeof(uint) => (uint)bytes[0] << 16 | (uint)bytes[bytes.Length / 2] << 8 | bytes[^1],
            _ => (ulong)BinaryPrimitives.ReadUInt32LittleEndian(bytes) << 32 | BinaryPrimitives.ReadUInt32LittleEndian(bytes[^sizeof(uint)..]),
        };
        return Mix(word ^ First, Second ^ seed);
    }

    private static ulong Word(ReadOnlySpan<byte> bytes, int at) => BinaryPrimitives.ReadUInt64LittleEndian(bytes[at..]);

    private static ulong Mix(ulong left, ulong right)
    {
        ulong high = Math.BigMul(left, right, out ulong low);
        return high ^ low;
    }
}
