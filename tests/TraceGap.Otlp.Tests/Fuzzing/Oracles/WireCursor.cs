namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>The framing of a message is damaged.</summary>
internal sealed class DamagedException : Exception
{
    /// <summary>A tag or length has more than 32 bits, which the reference cuts off to go on with what is left.</summary>
    public bool IsBeyond32Bits { get; init; }
}

/// <summary>Reads fields of the Protocol Buffers wire format as its specification says, and throws at the first damage.</summary>
internal sealed class WireCursor(byte[] bytes, int start, int end)
{
    private const int MaxGroupDepth = 100;

    public WireCursor(byte[] bytes, Range range)
        : this(bytes, range.Start.Value, range.End.Value)
    {
    }

    public int Position { get; private set; } = start;

    /// <summary>The field's number and wire type; false at the end.</summary>
    public bool Next(out (int Number, int Type) field)
    {
        field = default;
        if (Position == end)
        {
            return false;
        }

        ulong tag = Varint();
        RequireBelow(tag, uint.MaxValue);
        Require(tag >> 3 != 0 && (tag & 7) <= 5);
        field = ((int)(tag >> 3), (int)(tag & 7));
        return true;
    }

    public ulong Varint()
    {
        ulong value = 0;
        for (int count = 0; count < 10; count++)
        {
            Require(Position < end);
            byte next = bytes[Position++];
            value |= (ulong)(next & 0x7F) << (7 * count);
            if (next < 0x80)
            {
                return value;
            }
        }

        throw new DamagedException();
    }

    /// <summary>The range of a value that has a length.</summary>
    public Range Length()
    {
        ulong length = Varint();
        RequireBelow(length, int.MaxValue);
        Require(length <= (ulong)(end - Position));
        Position += (int)length;
        return (Position - (int)length)..Position;
    }

    public void Skip((int Number, int Type) field)
    {
        Stack<int> groups = new();
        do
        {
            if (groups.Count > 0)
            {
                Require(Next(out field));
            }

            switch (field.Type)
            {
                case 3:
                    groups.Push(field.Number);
                    Require(groups.Count <= MaxGroupDepth);
                    break;
                case 4:
                    Require(groups.TryPop(out int open) && open == field.Number);
                    break;
                default:
                    SkipScalar(field.Type);
                    break;
            }
        }
        while (groups.Count > 0);
    }

    private void SkipScalar(int type)
    {
        switch (type)
        {
            case 0:
                Varint();
                break;
            case 2:
                Length();
                break;
            default:
                int width = type == 1 ? 8 : 4;
                Require(end - Position >= width);
                Position += width;
                break;
        }
    }

    private static void RequireBelow(ulong value, uint limit)
    {
        if (value > limit)
        {
            throw new DamagedException { IsBeyond32Bits = true };
        }
    }

    private static void Require(bool holds)
    {
        if (!holds)
        {
            throw new DamagedException();
        }
    }
}
