namespace TraceGap.Otlp.Tests.Fuzzing;

/// <summary>
/// What must become of any bytes at all: whether their framing is whole above the spans, and how many spans are kept and rejected. Said a second time, over the wire
/// format, by recursion and exceptions, message by message as the proto files nest them.
/// </summary>
internal sealed class WireOracle(byte[] bytes)
{
    private const int Length = 2;
    private const int MaxValueDepth = 16;

    public bool IsMalformed { get; private set; }

    public int Kept { get; private set; }

    public int Rejected { get; private set; }

    /// <summary>A KeyValue has its value in several pieces. Of those the last counts, where the reference merges lists.</summary>
    public bool HasValueInPieces { get; private set; }

    /// <inheritdoc cref="DamagedException.IsBeyond32Bits"/>
    public bool IsBeyond32Bits { get; private set; }

    public static WireOracle Judge(byte[] bytes)
    {
        WireOracle oracle = new(bytes);
        try
        {
            oracle.Request();
        }
        catch (DamagedException damage)
        {
            oracle.IsBeyond32Bits |= damage.IsBeyond32Bits;
            (oracle.IsMalformed, oracle.Kept, oracle.Rejected) = (true, 0, 0);
        }

        return oracle;
    }

    private void Request() => Walk(..bytes.Length, (number, range) =>
    {
        if (number == 1)
        {
            Walk(range, ResourceSpans);
        }
    });

    private void ResourceSpans(int number, Range range)
    {
        if (number == 1)
        {
            Walk(range, Attributes(1));
        }
        else if (number == 2)
        {
            Walk(range, ScopeSpans);
        }
    }

    private void ScopeSpans(int number, Range range)
    {
        if (number == 1)
        {
            Walk(range, Attributes(3));
        }
        else if (number == 2)
        {
            Span(range);
        }
    }

    private void Span(Range span)
    {
        Dictionary<int, byte[]> ids = new() { [4] = [] };
        try
        {
            Walk(span, (number, range) =>
            {
                switch (number)
                {
                    case 1 or 2 or 4:
                        ids[number] = bytes[range];
                        break;
                    case 9:
                        KeyValue(range);
                        break;
                    case 11:
                        Walk(range, Attributes(3));
                        break;
                    case 15:
                        Walk(range, static (_, _) => { });
                        break;
                    default:
                        break;
                }
            });
        }
        catch (DamagedException damage)
        {
            IsBeyond32Bits |= damage.IsBeyond32Bits;
            Rejected++;
            return;
        }

        bool isKept = IsId(ids.GetValueOrDefault(1), 16) && IsId(ids.GetValueOrDefault(2), 8) && ids[4].Length is 0 or 8;
        Kept += isKept ? 1 : 0;
        Rejected += isKept ? 0 : 1;
    }

    private Action<int, Range> Attributes(int attributes) => (number, range) =>
    {
        if (number == attributes)
        {
            KeyValue(range);
        }
    };

    private void KeyValue(Range pair, int depth = 0)
    {
        List<Range> values = [];
        Walk(pair, (number, range) =>
        {
            if (number == 2)
            {
                values.Add(range);
            }
        });
        HasValueInPieces |= values.Count > 1;
        if (values.FindLast(value => value.End.Value > value.Start.Value) is { End.Value: > 0 } last)
        {
            AnyValue(last, depth);
        }
    }

    // The oneof: the field that comes last, and of a list all pieces since another field stood there.
    private void AnyValue(Range any, int depth)
    {
        int last = 0;
        List<Range> pieces = [];
        WireCursor cursor = new(bytes, any);
        while (cursor.Next(out (int Number, int Type) field))
        {
            bool isKnown = field is (1 or 5 or 6 or 7, Length) or (2 or 3 or 8, 0) or (4, 1);
            if (isKnown && field.Number != last)
            {
                pieces.Clear();
                last = field.Number;
            }

            if (isKnown && field.Type == Length)
            {
                pieces.Add(cursor.Length());
            }
            else
            {
                cursor.Skip(field);
            }
        }

        if (last is 5 or 6)
        {
            List(pieces, isMap: last == 6, depth + 1);
        }
    }

    private void List(List<Range> pieces, bool isMap, int depth)
    {
        if (depth > MaxValueDepth)
        {
            return;
        }

        foreach (Range piece in pieces)
        {
            Walk(piece, (number, range) =>
            {
                if (number == 1 && isMap)
                {
                    KeyValue(range, depth);
                }
                else if (number == 1)
                {
                    AnyValue(range, depth);
                }
            });
        }
    }

    // Steps over all fields of a message and hands out those that have a length.
    private void Walk(Range message, Action<int, Range> take)
    {
        List<(int Number, Range Range)> found = [];
        WireCursor cursor = new(bytes, message);
        while (cursor.Next(out (int Number, int Type) field))
        {
            if (field.Type == Length)
            {
                found.Add((field.Number, cursor.Length()));
            }
            else
            {
                cursor.Skip(field);
            }
        }

        foreach ((int number, Range range) in found)
        {
            take(number, range);
        }
    }

    private static bool IsId(byte[]? id, int length) => id?.Length == length && id.Any(static next => next != 0);
}
