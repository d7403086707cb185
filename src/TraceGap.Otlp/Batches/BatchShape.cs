using System.Runtime.CompilerServices;

namespace TraceGap.Otlp.Batches;

/// <summary>What the values of an attribute set are: their keys, and in which order they come with which type. Immutable; batches share it.</summary>
internal sealed class BatchShape
{
    // As many as there are kinds of span, in the orders in which their attributes come; one entry a slot, the newcomer wins.
    private const int CacheSlots = 2048;

    private static readonly BatchShape?[] Cache = new BatchShape?[CacheSlots];

    private readonly AttributeShape _shape;
    private readonly Column[] _columns;

    private BatchShape(AttributeShape shape, Column[] columns)
    {
        _shape = shape;
        _columns = columns;
    }

    /// <summary>The shape of keys with types in the order of their values; null if a key is there twice. Thread-safe.</summary>
    public static BatchShape? Of(ReadOnlySpan<string> keys, ReadOnlySpan<AttributeType> types)
    {
        int hash = keys.Length;
        for (int index = 0; index < keys.Length; index++)
        {
            hash = (hash * 31) + (RuntimeHelpers.GetHashCode(keys[index]) ^ (int)types[index]);
        }

        // A racing writer only costs that two equal shapes live side by side.
        ref BatchShape? slot = ref Cache[hash & (CacheSlots - 1)];
        BatchShape? known = slot;
        if (known is null || !known.IsOf(keys, types))
        {
            known = Make(keys, types);
            slot = known ?? slot;
        }

        return known;
    }

    /// <summary>Reads the values of a set.</summary>
    public AttributeSet Read(ref BatchCursor cursor, BatchTables tables)
    {
        if (_columns.Length == 0)
        {
            return AttributeSet.Empty;
        }

        AttributeValue[] values = new AttributeValue[_columns.Length];
        foreach (Column column in _columns)
        {
            values[column.Place] = column.Type switch
            {
                AttributeType.Text => AttributeValue.Of(tables, (int)cursor.Varint()),
                AttributeType.Double => AttributeValue.FromBits(AttributeType.Double, cursor.Fixed64()),
                AttributeType.Integer => AttributeValue.Of(cursor.ZigZag()),
                _ => AttributeValue.Of(cursor.Varint() != 0),
            };
        }

        return new AttributeSet(_shape, values);
    }

    /// <summary>Passes over the values of a set; the cursor is broken if they are.</summary>
    public void Check(ref BatchCursor cursor, int texts)
    {
        foreach (Column column in _columns)
        {
            switch (column.Type)
            {
                case AttributeType.Text:
                    cursor.Index(texts);
                    break;
                case AttributeType.Double:
                    cursor.Fixed64();
                    break;
                case AttributeType.Integer:
                    cursor.ZigZag();
                    break;
                default:
                    cursor.Index(2);
                    break;
            }
        }
    }

    private static BatchShape? Make(ReadOnlySpan<string> keys, ReadOnlySpan<AttributeType> types)
    {
        string[] sorted = keys.ToArray();
        int[] order = [.. Enumerable.Range(0, sorted.Length)];
        Array.Sort(sorted, order, StringComparer.Ordinal);
        Column[] columns = new Column[sorted.Length];
        for (int place = 0; place < sorted.Length; place++)
        {
            if (place > 0 && sorted[place] == sorted[place - 1])
            {
                return null;
            }

            columns[order[place]] = new Column(place, types[order[place]]);
        }

        AttributeType[] sortedTypes = Array.ConvertAll(order, given => columns[given].Type);
        return new BatchShape(AttributeShape.Of(sorted, sortedTypes), columns);
    }

    private bool IsOf(ReadOnlySpan<string> keys, ReadOnlySpan<AttributeType> types)
    {
        if (keys.Length != _columns.Length)
        {
            return false;
        }

        for (int index = 0; index < keys.Length; index++)
        {
            if (!ReferenceEquals(keys[index], _shape.Keys[_columns[index].Place]) || types[index] != _columns[index].Type)
            {
                return false;
            }
        }

        return true;
    }

    private readonly record struct Column(int Place, AttributeType Type);
}
