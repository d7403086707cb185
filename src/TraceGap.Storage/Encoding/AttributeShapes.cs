using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// The distinct shapes of the attribute sets of a block while it is written. Spans of one instrumentation have the same keys, so a span stores one index and its values.
/// </summary>
/// <remarks>Shapes are compared by reference, since decoders share them: an equal one that is another object only makes a second shape.</remarks>
internal sealed class AttributeShapesWriter(TextTableWriter texts)
{
    private readonly Dictionary<AttributeShape, int> _indexes = new(ReferenceEqualityComparer.Instance);
    private readonly List<AttributeShape> _shapes = [];

    /// <summary>The index of a shape, which is added if it is new.</summary>
    /// <param name="shape">The shape.</param>
    /// <param name="guess">An index that may well be its, or −1.</param>
    public int IndexOf(AttributeShape shape, int guess = -1)
    {
        if (guess >= 0 && ReferenceEquals(_shapes[guess], shape))
        {
            return guess;
        }

        if (!_indexes.TryGetValue(shape, out int index))
        {
            index = _shapes.Count;
            _indexes.Add(shape, index);
            _shapes.Add(shape);
        }

        return index;
    }

    /// <summary>Writes a whole set: its shape, then its values.</summary>
    public void WriteSet(ByteWriter writer, AttributeSet attributes)
    {
        writer.WriteCount(IndexOf(attributes.Shape));
        foreach (ref readonly AttributeValue value in attributes.Values)
        {
            switch (value.Type)
            {
                case AttributeType.Text:
                    writer.WriteCount(texts.IndexOf(value));
                    break;
                case AttributeType.Double:
                    writer.WriteFixed64((ulong)value.Bits);
                    break;
                default:
                    writer.WriteSigned(value.Bits);
                    break;
            }
        }
    }

    public void Clear()
    {
        _indexes.Clear();
        _shapes.Clear();
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_shapes.Count);
        foreach (AttributeShape shape in _shapes)
        {
            writer.WriteCount(shape.Count);
            for (int i = 0; i < shape.Count; i++)
            {
                writer.WriteCount(texts.IndexOf(shape.Keys[i]));
                writer.WriteByte((byte)shape.Types[i]);
            }
        }
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
