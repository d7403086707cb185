using System.Buffers;
using System.Buffers.Binary;
using System.Text;

namespace TraceGap.Storage;

/// <summary>Writes numbers, text and bytes to a growing buffer. Integers are LEB128 varints, signed ones zigzag first. One owner; dispose gives the buffer back.</summary>
internal sealed class ByteWriter : IDisposable
{
    private const int MaxVarintLength = 10;
    private const int MaxVarint128Length = 19;

    private byte[] _buffer;

    public ByteWriter(int capacity = 256) => _buffer = ArrayPool<byte>.Shared.Rent(capacity);

    /// <summary>Bytes written.</summary>
    public int Length { get; private set; }

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlySpan<byte> Written => _buffer.AsSpan(0, Length);

    /// <summary>What was written; valid until the next write.</summary>
    public ReadOnlyMemory<byte> WrittenMemory => _buffer.AsMemory(0, Length);

    /// <summary>Forgets what was written and keeps the buffer.</summary>
    public void Clear() => Length = 0;

    public void WriteByte(byte value)
    {
        Reserve(1);
        _buffer[Length++] = value;
    }

    public void WriteBytes(ReadOnlySpan<byte> bytes)
    {
        Reserve(bytes.Length);
        bytes.CopyTo(_buffer.AsSpan(Length));
        Length += bytes.Length;
    }

    /// <summary>Makes room for <paramref name="count"/> bytes and counts them as written.</summary>
    public Span<byte> Skip(int count)
    {
        Reserve(count);
        Span<byte> room = _buffer.AsSpan(Length, count);
        Length += count;
        return room;
    }

    /// <summary>Bytes written before, to be filled in once what they tell is known.</summary>
    public Span<byte> Patch(int offset, int count) => _buffer.AsSpan(0, Length).Slice(offset, count);

    public void WriteFixed64(ulong value) => BinaryPrimitives.WriteUInt64BigEndian(Skip(sizeof(ulong)), value);

    public void WriteVarint(ulong value)
    {
        // Most numbers are indexes below 128.
        if (value < 0x80 && Length < _buffer.Length)
        {
            _buffer[Length++] = (byte)value;
            return;
        }

        WriteLongVarint(value);
    }

    public void WriteCount(int value) => WriteVarint((uint)value);

    public void WriteSigned(long value) => WriteVarint((ulong)((value << 1) ^ (value >> 63)));

    public void WriteSigned(Int128 value)
    {
        Reserve(MaxVarint128Length);
        UInt128 zigzag = (UInt128)((value << 1) ^ (value >> 127));
        while (zigzag >= 0x80)
        {
            _buffer[Length++] = (byte)((byte)(zigzag & 0x7f) | 0x80);
            zigzag >>= 7;
        }

        _buffer[Length++] = (byte)zigzag;
    }

    public void WriteText(string text)
    {
        int length = Encoding.UTF8.GetByteCount(text);
        WriteCount(length);
        Encoding.UTF8.GetBytes(text, Skip(length));
    }

    /// <summary>Writes the length of a part, then the part.</summary>
    public void WritePart(ByteWriter part)
    {
        WriteCount(part.Length);
        WriteBytes(part.Written);
    }

    public void Dispose()
    {
        if (_buffer.Length > 0)
        {
            ArrayPool<byte>.Shared.Return(_buffer);
            _buffer = [];
            Length = 0;
        }
    }

    private void WriteLongVarint(ulong value)
    {
        Reserve(MaxVarintLength);
        while (value >= 0x80)
        {
            _buffer[Length++] = (byte)(value | 0x80);
            value >>= 7;
        }

        _buffer[Length++] = (byte)value;
    }

    private void Reserve(int count)
    {
        if (_buffer.Length - Length < count)
        {
            Grow(count);
        }
    }

    private void Grow(int count)
    {
        byte[] larger = ArrayPool<byte>.Shared.Rent(Math.Max(_buffer.Length * 2, checked(Length + count)));
        Written.CopyTo(larger);
        ArrayPool<byte>.Shared.Return(_buffer);
        _buffer = larger;
    }
}
