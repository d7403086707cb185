using System.Buffers.Binary;
using System.Runtime.CompilerServices;

namespace TraceGap.Otlp.Wire;

/// <summary>Reads one message of the Protocol Buffers wire format, forward only: tags, then the value that each announces.</summary>
/// <remarks>
/// Damage is remembered, not thrown: the first one sets <see cref="Fault"/>, values read from then on are zero or empty, and <see cref="Next"/>
/// says that the message is over. So a caller loops over the fields and looks at <see cref="Fault"/> once, after the loop.
/// </remarks>
internal ref struct WireReader
{
    /// <summary>Deepest nesting of (unknown) groups: the recursion limit of the reference implementations.</summary>
    public const int MaxGroupDepth = 100;

    private const int MaxVarintBytes = 10;

    private readonly ReadOnlySpan<byte> _request;
    private int _end;
    private int _position;

    /// <summary>Reads the message that <paramref name="range"/> of <paramref name="request"/> holds.</summary>
    public WireReader(ReadOnlySpan<byte> request, WireRange range)
    {
        _request = request;
        _position = range.Start;
        _end = range.End;
    }

    /// <summary>What is wrong, if anything.</summary>
    public Fault Fault { get; private set; }

    /// <summary>Where it is wrong: offset in the request.</summary>
    public int FaultOffset { get; private set; }

    /// <summary>Numbers that belong to <see cref="Fault"/>.</summary>
    public int Expected { get; private set; }

    /// <inheritdoc cref="Expected"/>
    public int Found { get; private set; }

    /// <summary>Number of the field that was read last; 0 if its tag could not be read.</summary>
    public int Field { get; private set; }

    /// <summary>Offset of the tag that was read last.</summary>
    public int TagOffset { get; private set; }

    /// <summary>Offset of what is read next.</summary>
    public readonly int Position => _position;

    /// <summary>Reads the next tag. False at the end of the message, and after damage.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public bool Next(out uint tag)
    {
        if (_position >= _end)
        {
            tag = 0;
            return false;
        }

        TagOffset = _position;
        byte first = _request[_position];
        if (first is >= 8 and < 0x80 && (first & 7) <= WireType.Fixed32)
        {
            _position++;
            tag = first;
            Field = first >> 3;
            return true;
        }

        return NextSlowly(out tag);
    }

    /// <summary>Reads a varint; 0 after damage.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public ulong Varint()
    {
        if (_position < _end && _request[_position] < 0x80)
        {
            return _request[_position++];
        }

        return VarintSlowly();
    }

    /// <summary>Reads eight bytes, little-endian; 0 after damage.</summary>
    public ulong Fixed64()
    {
        if (!Take(sizeof(ulong), out int start))
        {
            return 0;
        }

        return BinaryPrimitives.ReadUInt64LittleEndian(_request[start..]);
    }

    /// <summary>Reads four bytes, little-endian; 0 after damage.</summary>
    public uint Fixed32()
    {
        if (!Take(sizeof(uint), out int start))
        {
            return 0;
        }

        return BinaryPrimitives.ReadUInt32LittleEndian(_request[start..]);
    }

    /// <summary>Reads a length and steps over as many bytes; empty after damage.</summary>
    public WireRange Length()
    {
        int offset = _position;
        ulong length = Varint();
        int left = _end - _position;
        if (length > (ulong)left)
        {
            Damage(Fault.LengthBeyondEnd, offset, left, (int)Math.Min(length, int.MaxValue));
            return default;
        }

        int start = _position;
        _position += (int)length;
        return new WireRange(start, _position);
    }

    /// <summary>Reads a length and the bytes after it; empty after damage.</summary>
    public ReadOnlySpan<byte> Bytes()
    {
        WireRange range = Length();
        return _request[range.Start..range.End];
    }

    /// <summary>Goes on at <paramref name="position"/>, up to which the caller has read the message.</summary>
    public void GoTo(int position) => _position = position;

    /// <summary>Steps over the value that <paramref name="tag"/> announces, groups included.</summary>
    public void Skip(uint tag)
    {
        switch (tag & 7)
        {
            case WireType.StartGroup:
                SkipGroup(tag >> 3);
                break;
            case WireType.EndGroup:
                Damage(Fault.GroupEndUnmatched, TagOffset);
                break;
            default:
                SkipScalar(tag & 7);
                break;
        }
    }

    private void SkipScalar(uint wireType)
    {
        switch (wireType)
        {
            case WireType.Varint:
                Varint();
                break;
            case WireType.Fixed64:
                Take(sizeof(ulong), out _);
                break;
            case WireType.Length:
                Length();
                break;
            default:
                Take(sizeof(uint), out _);
                break;
        }
    }

    private void SkipGroup(uint number)
    {
        int groupOffset = TagOffset;
        Span<uint> open = stackalloc uint[MaxGroupDepth];
        open[0] = number;
        int depth = 1;
        while (depth > 0 && Next(out uint tag))
        {
            uint wireType = tag & 7;
            if (wireType == WireType.StartGroup)
            {
                if (depth == MaxGroupDepth)
                {
                    Damage(Fault.GroupTooDeep, TagOffset, MaxGroupDepth);
                    return;
                }

                open[depth++] = tag >> 3;
            }
            else if (wireType == WireType.EndGroup)
            {
                if (open[--depth] != tag >> 3)
                {
                    Damage(Fault.GroupEndUnmatched, TagOffset);
                    return;
                }
            }
            else
            {
                SkipScalar(wireType);
            }
        }

        if (depth > 0)
        {
            Damage(Fault.GroupNotEnded, groupOffset);
        }
    }

    private bool NextSlowly(out uint tag)
    {
        tag = 0;
        Field = 0;
        ulong value = Varint();
        if (Fault != Fault.None)
        {
            return false;
        }

        if (value > uint.MaxValue)
        {
            return Damage(Fault.TagTooLarge, TagOffset);
        }

        if (value >> 3 == 0)
        {
            return Damage(Fault.FieldNumberZero, TagOffset);
        }

        Field = (int)(value >> 3);
        if ((value & 7) > WireType.Fixed32)
        {
            return Damage(Fault.WireTypeUnknown, TagOffset, found: (int)(value & 7));
        }

        tag = (uint)value;
        return true;
    }

    private ulong VarintSlowly()
    {
        int start = _position;
        ulong value = 0;
        for (int count = 0; count < MaxVarintBytes; count++)
        {
            if (_position >= _end)
            {
                Damage(Fault.VarintCut, start);
                return 0;
            }

            byte next = _request[_position++];
            value |= (ulong)(next & 0x7F) << (7 * count);
            if (next < 0x80)
            {
                return value;
            }
        }

        Damage(Fault.VarintTooLong, start);
        return 0;
    }

    private bool Take(int count, out int start)
    {
        start = _position;
        int left = _end - _position;
        if (left < count)
        {
            return Damage(Fault.FixedCut, start, count, left);
        }

        _position += count;
        return true;
    }

    private bool Damage(Fault fault, int offset, int expected = 0, int found = 0)
    {
        if (Fault == Fault.None)
        {
            (Fault, FaultOffset, Expected, Found) = (fault, offset, expected, found);
        }

        _end = _position;
        return false;
    }
}
