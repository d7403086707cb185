using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TraceGap.Otlp.Batches;

/// <summary>Reads a part of a batch, forward only. Damage is remembered, not thrown: values read from then on are zero.</summary>
internal ref struct BatchCursor(ReadOnlySpan<byte> bytes, int position = 0)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;

    /// <summary>Offset of what is read next.</summary>
    public int Position { get; private set; } = position;

    /// <summary>True after damage.</summary>
    public bool IsBroken { get; private set; }

    /// <summary>What is left, bytes.</summary>
    public readonly int Left => _bytes.Length - Position;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint()
    {
        int position = Position;
        if ((uint)position < (uint)_bytes.Length && _bytes[position] < 0x80)
        {
            Position = position + 1;
            return _bytes[position];
        }

        return VarintSlowly();
    }

    public long ZigZag()
    {
        ulong value = Varint();
        return (long)(value >> 1) ^ -(long)(value & 1);
    }

    public long Fixed64()
    {
        if (Left < sizeof(long))
        {
            return (long)Break();
        }

        long value = BinaryPrimitives.ReadInt64LittleEndian(_bytes[Position..]);
        Position += sizeof(long);
        return value;
    }

    /// <summary>A number below <paramref name="count"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public int Index(int count)
    {
        ulong value = Varint();
        return value < (ulong)count ? (int)value : (int)Break();
    }

    /// <summary>A number of things of which each takes at least <paramref name="leastBytes"/> of what is left.</summary>
    public int Count(int leastBytes = 1)
    {
        ulong value = Varint();
        return value <= (ulong)(Left / leastBytes) ? (int)value : (int)Break();
    }

    public ulong Break()
    {
        IsBroken = true;
        Position = _bytes.Length;
        return 0;
    }

    private ulong VarintSlowly()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64 && Left > 0; shift += 7)
        {
            byte next = _bytes[Position++];
            value |= (ulong)(next & 0x7F) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        return Break();
    }
}
