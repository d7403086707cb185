using System.Buffers.Binary;

namespace TraceGap.Otlp.Batches;

/// <summary>Bytes that are written one behind the other. Used over and over, one owner at a time.</summary>
internal sealed class ByteBuffer
{
    private const int FirstBytes = 4096;

    // What a single huge request made it grow to is given back after it.
    private const int MostBytesKept = 1 << 20;

    private byte[] _bytes = new byte[FirstBytes];

    public int Length { get; private set; }

    public ReadOnlySpan<byte> Written => _bytes.AsSpan(0, Length);

    public void Clear()
    {
        Length = 0;
        if (_bytes.Length > MostBytesKept)
        {
            _bytes = new byte[FirstBytes];
        }
    }

    /// <summary>Room for <paramref name="count"/> bytes, of which <see cref="Advance"/> says how many were written.</summary>
    public Span<byte> Room(int count)
    {
        if (_bytes.Length - Length < count)
        {
            Grow(count);
        }

        return _bytes.AsSpan(Length, count);
    }

    public void Advance(int count) => Length += count;

    public void Varint(ulong value) => Length += VarintWriter.Write(Room(VarintWriter.MaxBytes), 0, value);

    public void Bytes(ReadOnlySpan<byte> bytes)
    {
        bytes.CopyTo(Room(bytes.Length));
        Length += bytes.Length;
    }

    private void Grow(int count) => Array.Resize(ref _bytes, (int)Math.Min(Math.Max(2L * _bytes.Length, (long)Length + count), Array.MaxLength));
}

/// <summary>Writes numbers so that small ones are short.</summary>
internal static class VarintWriter
{
    public const int MaxBytes = 10;

    /// <summary>Writes <paramref name="value"/> at <paramref name="at"/> and gives the place behind it.</summary>
    public static int Write(Span<byte> room, int at, ulong value)
    {
        while (value >= 0x80)
        {
            room[at++] = (byte)(value | 0x80);
            value >>= 7;
        }

        room[at++] = (byte)value;
        return at;
    }

    /// <summary>The same for numbers of either sign.</summary>
    public static int WriteZigZag(Span<byte> room, int at, long value) => Write(room, at, (ulong)((value << 1) ^ (value >> 63)));

    /// <summary>Writes eight bytes, little-endian.</summary>
    public static int WriteFixed64(Span<byte> room, int at, long value)
    {
        BinaryPrimitives.WriteInt64LittleEndian(room[at..], value);
        return at + sizeof(long);
    }
}
