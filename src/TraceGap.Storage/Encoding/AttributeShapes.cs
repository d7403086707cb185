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

    /// <summary>Writes the values of a set; what they are is said by its shape.</summary>
    public void WriteValues(ByteWriter writer, AttributeSet attributes)
    {
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
        ReadOnlySpan<KeyValuePair<string, AttributeValue>> leftItems = left.Items;
        ReadOnlySpan<KeyValuePair<string, AttributeValue>> rightItems = right.Items;
        if (leftItems.Length != rightItems.Length)
        {
            return false;
        }

        for (int i = 0; i < leftItems.Length; i++)
        {
            if (!ReferenceEquals(leftItems[i].Key, rightItems[i].Key) || leftItems[i].Value.Type != rightItems[i].Value.Type)
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

    /// <summary>Reads the index of a shape, and the values that belong to it from where they are.</summary>
    public AttributeSet ReadSet(ref ByteReader indexes, ref ByteReader values)
    {
        int index = indexes.ReadIndex(_shapes.Length);
        if (indexes.Error != CodecError.None || _shapes[index].Length == 0)
        {
            return AttributeSet.Empty;
        }

        (int Key, AttributeType Type)[] shape = _shapes[index];
        KeyValuePair<string, AttributeValue>[] items = new KeyValuePair<string, AttributeValue>[shape.Length];
        for (int i = 0; i < items.Length; i++)
        {
            items[i] = new(_texts[shape[i].Key], ReadValue(ref values, shape[i].Type));
        }

        return new AttributeSet(items);
    }

    /// <summary>Passes over a set without making it.</summary>
    public void SkipSet(ref ByteReader indexes, ref ByteReader values)
    {
        int index = indexes.ReadIndex(_shapes.Length);
        if (indexes.Error != CodecError.None)
        {
            return;
        }

        foreach ((_, AttributeType type) in _shapes[index])
        {
            if (type == AttributeType.Double)
            {
                values.ReadFixed64();
            }
            else
            {
                values.ReadVarint();
            }
        }
    }

    private AttributeValue ReadValue(ref ByteReader values, AttributeType type) => type switch
    {
        AttributeType.Text => AttributeValue.Of(_texts.ReadText(ref values)),
        AttributeType.Double => AttributeValue.FromBits(type, (long)values.ReadFixed64()),
        _ => AttributeValue.FromBits(type, values.ReadSigned()),
    };
}
