using System.Runtime.CompilerServices;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// The distinct (keys, value types) of the attribute sets of a block while it is written. Spans of one instrumentation have the same keys, so a span stores one index and its values.
/// </summary>
/// <remarks>Keys are compared by reference, since decoders intern them: equal keys that are other objects only make a second shape.</remarks>
internal sealed class AttributeShapesWriter(TextTableWriter texts)
{
    private readonly Dictionary<int, int> _newestByHash = [];
    private readonly List<(AttributeSet Example, int OlderOfHash)> _shapes = [];

    /// <summary>The index of the shape of a set, which is added if it is new.</summary>
    /// <param name="attributes">The set.</param>
    /// <param name="guess">A shape that it may well have, or −1: comparing keys is cheaper than hashing them.</param>
    public int IndexOf(AttributeSet attributes, int guess = -1)
    {
        if (guess >= 0 && SameShape(_shapes[guess].Example, attributes))
        {
            return guess;
        }

        int hash = HashOf(attributes);
        bool known = _newestByHash.TryGetValue(hash, out int newest);
        for (int shape = known ? newest : -1; shape >= 0; shape = _shapes[shape].OlderOfHash)
        {
            if (SameShape(_shapes[shape].Example, attributes))
            {
                return shape;
            }
        }

        _shapes.Add((attributes, known ? newest : -1));
        _newestByHash[hash] = _shapes.Count - 1;
        return _shapes.Count - 1;
    }

    /// <summary>Writes a whole set: its shape, then its values.</summary>
    public void WriteSet(ByteWriter writer, AttributeSet attributes)
    {
        writer.WriteCount(IndexOf(attributes));
        foreach (ref readonly KeyValuePair<string, AttributeValue> item in attributes.Items)
        {
            switch (item.Value.Type)
            {
                case AttributeType.Text:
                    writer.WriteCount(texts.IndexOf(item.Value.AsText()));
                    break;
                case AttributeType.Double:
                    writer.WriteFixed64((ulong)item.Value.Bits);
                    break;
                default:
                    writer.WriteSigned(item.Value.Bits);
                    break;
            }
        }
    }

    public void Clear()
    {
        _newestByHash.Clear();
        _shapes.Clear();
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_shapes.Count);
        foreach ((AttributeSet example, _) in _shapes)
        {
            writer.WriteCount(example.Count);
            foreach (ref readonly KeyValuePair<string, AttributeValue> item in example.Items)
            {
                writer.WriteCount(texts.IndexOf(item.Key));
                writer.WriteByte((byte)item.Value.Type);
            }
        }
    }

    private static int HashOf(AttributeSet attributes)
    {
        int hash = attributes.Count;
        foreach (ref readonly KeyValuePair<string, AttributeValue> item in attributes.Items)
        {
            hash = (hash * 31) + (RuntimeHelpers.GetHashCode(item.Key) ^ (int)item.Value.Type);
        }

        return hash;
    }

    private static bool SameShape(AttributeSet left, AttributeSet right)
    {
        ReadOnlySpan<string> leftKeys = left.Shape.Keys;
        ReadOnlySpan<string> rightKeys = right.Shape.Keys;
        if (leftKeys.Length != rightKeys.Length)
        {
            return false;
        }

        bool haveSameKeys = ReferenceEquals(left.Shape, right.Shape);
        for (int i = 0; i < leftKeys.Length; i++)
        {
            if ((!haveSameKeys && !ReferenceEquals(leftKeys[i], rightKeys[i])) || left.Values[i].Type != right.Values[i].Type)
            {
                return false;
            }
        }

        return true;
    }
}

/// <summary>Reads what <see cref="AttributeShapesWriter"/> wrote.</summary>
internal sealed class AttributeShapes
{
    private readonly TextTable _texts;
    private readonly (int Key, AttributeType Type)[][] _shapes;

    private AttributeShapes(TextTable texts, (int Key, AttributeType Type)[][] shapes)
    {
        _texts = texts;
        _shapes = shapes;
    }

    public int Count => _shapes.Length;

    /// <summary>Keys, as indexes into the texts, and types of a shape.</summary>
    public ReadOnlySpan<(int Key, AttributeType Type)> this[int index] => _shapes[index];

    public static AttributeShapes ReadFrom(ref ByteReader reader, TextTable texts)
    {
        (int Key, AttributeType Type)[][] shapes = new (int, AttributeType)[reader.ReadCount()][];
        for (int i = 0; i < shapes.Length; i++)
        {
            shapes[i] = new (int, AttributeType)[reader.ReadCount()];
            for (int j = 0; j < shapes[i].Length; j++)
            {
                shapes[i][j] = (reader.ReadIndex(texts.Count), (AttributeType)reader.ReadInt32((int)AttributeType.Boolean));
            }
        }

        return new AttributeShapes(texts, reader.Error == CodecError.None ? shapes : []);
    }

    /// <summary>Reads what <see cref="AttributeShapesWriter.WriteSet"/> wrote.</summary>
    public AttributeSet ReadSet(ref ByteReader reader)
    {
        int index = reader.ReadIndex(_shapes.Length);
        if (reader.Error != CodecError.None || _shapes[index].Length == 0)
        {
            return AttributeSet.Empty;
        }

        (int Key, AttributeType Type)[] shape = _shapes[index];
        KeyValuePair<string, AttributeValue>[] items = new KeyValuePair<string, AttributeValue>[shape.Length];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new(_texts[shape[i].Key], ReadValue(ref reader, shape[i].Type));
        }

        return new AttributeSet(items);
    }

    private AttributeValue ReadValue(ref ByteReader reader, AttributeType type) => type switch
    {
        AttributeType.Text => AttributeValue.Of(_texts.ReadText(ref reader)),
        AttributeType.Double => AttributeValue.FromBits(type, (long)reader.ReadFixed64()),
        _ => AttributeValue.FromBits(type, reader.ReadSigned()),
    };
}
