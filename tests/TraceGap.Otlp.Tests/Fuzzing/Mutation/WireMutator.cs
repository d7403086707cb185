namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>Changes of a Protocol Buffers message that keep the framing around them right, so that they reach what lies deep.</summary>
internal static class WireMutator
{
    private const int DeepLevels = 10_000;

    private static readonly ulong[] Extremes =
        [0, 1, 127, 128, int.MaxValue, 1UL << 31, uint.MaxValue, 1UL << 32, (1UL << 32) + 1, (1UL << 35) + 2, long.MaxValue, 1UL << 63, ulong.MaxValue];

    private static readonly byte[][] NoText = [[0xFF], [0xC3], [0xED, 0xA0, 0x80], [0xF4, 0x90, 0x80, 0x80], [0xC0, 0xAF], [0x00]];

    /// <summary>One change; of the bytes if they are no message.</summary>
    public static byte[] Change(Random random, byte[] message, byte[] other)
    {
        if (random.Next(4) == 0 || WireField.Read(message) is not { Count: > 0 } fields)
        {
            return ByteMutator.Change(random, message, other);
        }

        List<WireField> siblings = Pick(random, fields);
        int at = random.Next(siblings.Count);
        ChangeField(random, siblings, at, WireField.Read(other) is { Count: > 0 } others ? others : fields);
        return WireField.Write(fields);
    }

    /// <summary>A field <paramref name="number"/> within a field <paramref name="number"/>, and so on.</summary>
    public static byte[] Nest(ulong number, int levels, byte[] innermost)
    {
        byte[] tag = WireField.Varint((number << 3) | 2);
        Stack<byte[]> heads = new();
        int length = innermost.Length;
        for (int level = 0; level < levels; level++)
        {
            byte[] head = [.. tag, .. WireField.Varint((ulong)length)];
            heads.Push(head);
            length += head.Length;
        }

        return [.. heads.SelectMany(static head => head), .. innermost];
    }

    private static void ChangeField(Random random, List<WireField> siblings, int at, List<WireField> others)
    {
        WireField field = siblings[at];
        switch (random.Next(16))
        {
            case 0:
                siblings.Insert(random.Next(siblings.Count + 1), field.Clone());
                break;
            case 1:
                siblings.RemoveAt(at);
                break;
            case 2:
                (siblings[0], siblings[at]) = (field, siblings[0]);
                break;
            case 3:
                List<WireField> from = Pick(random, others);
                siblings.Insert(at, from[random.Next(from.Count)].Clone());
                break;
            case 4:
                field.Type = random.Next(8);
                break;
            case 5:
                field.Number = random.Next(3) == 0 ? random.GetItems(Extremes, 1)[0] >> 3 : (ulong)random.Next(18);
                break;
            case 6:
                field.FalseLength = random.Next(2) == 0 ? random.GetItems(Extremes, 1)[0] : (ulong)random.Next(200);
                break;
            case 7:
                field.Padding = random.Next(1, 10);
                break;
            case 8 or 9 when field.Type == 0:
                field.Content = WireField.Varint(random.GetItems(Extremes, 1)[0]);
                break;
            case 8 or 9 when field.Fields is null:
                field.Content = random.Next(2) == 0 ? [.. field.Content, .. random.GetItems(NoText, 1)[0]] : ByteMutator.Change(random, field.Content, field.Content);
                break;
            case 10:
                siblings.InsertRange(at, Group(random, (ulong)random.Next(1, 130), random.Next(1, 120), isClosed: random.Next(3) > 0));
                break;
            case 11:
                siblings.Insert(at, new WireField { Number = (ulong)random.Next(1, 20), Type = random.Next(3, 5) });
                break;
            case 12 when random.Next(20) == 0:
                siblings.Insert(at, Raw(Nest((ulong)random.Next(1, 13), DeepLevels, [])));
                break;
            case 13:
                siblings.Insert(at, Raw(NestedValue(random, random.Next(1, 40))));
                break;
            case 14:
                siblings.AddRange(Enumerable.Range(0, random.Next(200)).Select(_ => field.Clone()));
                break;
            default:
                siblings.Reverse();
                break;
        }
    }

    // An attribute (field 9 of a span) whose value nests arrays and maps.
    private static byte[] NestedValue(Random random, int levels)
    {
        byte[] value = [];
        for (int level = 0; level < levels; level++)
        {
            value = random.Next(2) == 0 ? Nest(5, 1, Nest(1, 1, value)) : Nest(6, 1, Nest(1, 1, [.. "\n\u0001k"u8, .. Nest(2, 1, value)]));
        }

        return Nest(9, 1, [.. "\n\u0010gen_ai.tool.name"u8, .. Nest(2, 1, value)]);
    }

    private static IEnumerable<WireField> Group(Random random, ulong number, int depth, bool isClosed)
    {
        IEnumerable<WireField> starts = Enumerable.Range(0, depth).Select(_ => new WireField { Number = number, Type = 3 });
        IEnumerable<WireField> ends = Enumerable.Range(0, isClosed ? depth : random.Next(depth)).Select(_ => new WireField { Number = number, Type = 4 });
        return starts.Concat(ends);
    }

    // What is written as it is: its first byte is the tag.
    private static WireField Raw(byte[] field) => WireField.Read(field) is [{ } read] ? read : throw new ArgumentException("not one field", nameof(field));

    private static List<WireField> Pick(Random random, List<WireField> fields)
    {
        List<WireField> at = fields;
        while (random.Next(8) != 0 && at[random.Next(at.Count)].Fields is { Count: > 0 } below)
        {
            at = below;
        }

        return at;
    }
}
