namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>One field of a message in the Protocol Buffers wire format, to be changed and written again, wrongly if need be.</summary>
internal sealed class WireField
{
    private const int MaxDepth = 12;

    public required ulong Number { get; set; }

    /// <summary>The wire type that the tag says, whatever the content is.</summary>
    public required int Type { get; set; }

    /// <summary>What stands behind the tag, and behind the length where there is one; empty if there are <see cref="Fields"/>.</summary>
    public byte[] Content { get; set; } = [];

    /// <summary>The fields of the message that the content is, if it can be read as one.</summary>
    public List<WireField>? Fields { get; private set; }

    /// <summary>Whether a length stands before the content.</summary>
    public bool HasLength { get; private init; }

    /// <summary>What the length says, if not the truth.</summary>
    public ulong? FalseLength { get; set; }

    /// <summary>Bytes by which tag and length are longer than they need to be.</summary>
    public int Padding { get; set; }

    /// <summary>Reads as many fields as make up all of <paramref name="bytes"/>; null if they do not.</summary>
    public static List<WireField>? Read(ReadOnlySpan<byte> bytes, int depth = 0)
    {
        List<WireField> fields = [];
        while (!bytes.IsEmpty)
        {
            if (!TryVarint(ref bytes, out ulong tag) || tag >> 3 is 0 or > 1000 || ReadContent(ref bytes, tag, depth) is not { } field)
            {
                return null;
            }

            fields.Add(field);
        }

        return fields;
    }

    public WireField Clone() => new()
    {
        Number = Number,
        Type = Type,
        Content = Content,
        Fields = Fields?.ConvertAll(field => field.Clone()),
        HasLength = HasLength,
        FalseLength = FalseLength,
        Padding = Padding,
    };

    public static byte[] Write(IEnumerable<WireField> fields) => [.. fields.SelectMany(field => field.Write())];

    public static byte[] Varint(ulong value, int padding = 0)
    {
        List<byte> bytes = [];
        for (; value >= 0x80; value >>= 7)
        {
            bytes.Add((byte)(value | 0x80));
        }

        bytes.Add((byte)value);
        for (; padding > 0; padding--)
        {
            bytes[^1] |= 0x80;
            bytes.Add(0);
        }

        return [.. bytes];
    }

    private byte[] Write()
    {
        byte[] content = Fields is null ? Content : Write(Fields);
        byte[] length = HasLength ? Varint(FalseLength ?? (ulong)content.Length, Padding) : [];
        return [.. Varint((Number << 3) | (uint)Type, Padding), .. length, .. content];
    }

    private static WireField? ReadContent(ref ReadOnlySpan<byte> bytes, ulong tag, int depth)
    {
        ReadOnlySpan<byte> start = bytes;
        int type = (int)(tag & 7);
        ulong length = type switch { 1 => 8, 5 => 4, _ => 0 };
        if ((type is 0 or 2 && !TryVarint(ref bytes, out length)) || type is 3 or 4 or 6 or 7)
        {
            return null;
        }

        if (type == 0)
        {
            return new WireField { Number = tag >> 3, Type = type, Content = start[..^bytes.Length].ToArray() };
        }

        if (length > (ulong)bytes.Length)
        {
            return null;
        }

        ReadOnlySpan<byte> content = bytes[..(int)length];
        bytes = bytes[(int)length..];
        return new WireField
        {
            Number = tag >> 3,
            Type = type,
            Content = content.ToArray(),
            Fields = type == 2 && depth < MaxDepth && !content.IsEmpty ? Read(content, depth + 1) : null,
            HasLength = type == 2,
        };
    }

    private static bool TryVarint(ref ReadOnlySpan<byte> bytes, out ulong value)
    {
        value = 0;
        for (int count = 0; count < 10 && count < bytes.Length; count++)
        {
            value |= (ulong)(bytes[count] & 0x7F) << (7 * count);
            if (bytes[count] < 0x80)
            {
                bytes = bytes[(count + 1)..];
                return true;
            }
        }

        return false;
    }
}
