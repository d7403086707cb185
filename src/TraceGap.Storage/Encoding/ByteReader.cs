using System.Buffers.Binary;
using System.Text;

namespace TraceGap.Storage;

/// <summary>
/// Reads what <see cref="ByteWriter"/> wrote. The first thing that does not fit is kept in <see cref="Error"/>; from there on every read answers zero or nothing,
/// so callers check once, at the end, and loops end because counts are zero.
/// </summary>
internal ref struct ByteReader(ReadOnlySpan<byte> bytes)
{
    private ReadOnlySpan<byte> _rest = bytes;

    /// <summary>The first thing that was wrong.</summary>
    public CodecError Error { get; private set; }

    /// <summary>Bytes not read yet.</summary>
    public readonly int Remaining => _rest.Length;

    /// <summary>Records an error, unless there was one before, and drops what is left.</summary>
    public void Fail(CodecError error)
    {
        if (Error == CodecError.None)
        {
            Error = error;
        }

        _rest = default;
    }

    /// <summary>Fails if bytes are left over.</summary>
    public void ExpectEnd()
    {
        if (!_rest.IsEmpty)
        {
            Fail(CodecError.TrailingBytes);
        }
    }

    public byte ReadByte()
    {
        ReadOnlySpan<byte> one = ReadBytes(1);
        return one.IsEmpty ? (byte)0 : one[0];
    }

    /// <summary>The next <paramref name="count"/> bytes, or none if there are fewer.</summary>
    public ReadOnlySpan<byte> ReadBytes(int count)
    {
        if ((uint)count > (uint)_rest.Length)
        {
            Fail(CodecError.Truncated);
            return default;
        }

        ReadOnlySpan<byte> read = _rest[..count];
        _rest = _rest[count..];
        return read;
    }

    public uint ReadFixed32()
    {
        ReadOnlySpan<byte> bytes = ReadBytes(sizeof(uint));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt32LittleEndian(bytes);
    }

    public ulong ReadFixed64()
    {
        ReadOnlySpan<byte> bytes = ReadBytes(sizeof(ulong));
        return bytes.IsEmpty ? 0 : BinaryPrimitives.ReadUInt64BigEndian(bytes);
    }

    public ulong ReadVarint()
    {
        ulong value = 0;
        for (int shift = 0; shift < 64; shift += 7)
        {
            if (_rest.IsEmpty)
            {
                Fail(CodecError.Truncated);
                return 0;
            }

            byte next = _rest[0];
            _rest = _rest[1..];
            value |= (ulong)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return value;
            }
        }

        Fail(CodecError.BadValue);
        return 0;
    }

    public long ReadSigned()
    {
        ulong zigzag = ReadVarint();
        return (long)(zigzag >> 1) ^ -(long)(zigzag & 1);
    }

    public Int128 ReadSigned128()
    {
        UInt128 zigzag = 0;
        for (int shift = 0; shift < 128; shift += 7)
        {
            byte next = ReadByte();
            zigzag |= (UInt128)(next & 0x7f) << shift;
            if (next < 0x80)
            {
                return (Int128)(zigzag >> 1) ^ -(Int128)(zigzag & 1);
            }
        }

        Fail(CodecError.BadValue);
        return 0;
    }

    /// <summary>A number from 0 to <paramref name="max"/>.</summary>
    public int ReadInt32(int max = int.MaxValue)
    {
        ulong value = ReadVarint();
        if (value > (ulong)max)
        {
            Fail(CodecError.BadValue);
            return 0;
        }

        return (int)value;
    }

    /// <summary>A number of elements that follow, each at least one byte long: a count that claims more than is left would only make room for nothing.</summary>
    public int ReadCount()
    {
        ulong value = ReadVarint();
        if (value > (ulong)_rest.Length)
        {
            Fail(CodecError.Truncated);
            return 0;
        }

        return (int)value;
    }

    /// <summary>An index into a table of <paramref name="length"/> entries.</summary>
    public int ReadIndex(int length)
    {
        ulong value = ReadVarint();
        if (value >= (ulong)length)
        {
            Fail(CodecError.BadIndex);
            return 0;
        }

        return (int)value;
    }

    /// <summary>A flag byte, 0 or 1.</summary>
    public bool ReadFlag() => ReadInt32(1) != 0;

    public string ReadText() => Encoding.UTF8.GetString(ReadBytes(ReadCount()));

    /// <summary>What <see cref="ByteWriter.WritePart"/> wrote.</summary>
    public ReadOnlySpan<byte> ReadPart() => ReadBytes(ReadCount());
}
