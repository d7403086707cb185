using System.Buffers.Binary;

namespace TraceGap.Otlp.Batches;

/// <summary>What spans of a batch share, materialised: shapes, resources, scopes, and texts as they are asked for. Thread-safe.</summary>
internal sealed class BatchTables
{
    private readonly byte[] _bytes;
    private readonly int _at;
    private readonly BatchLayout _layout;
    private readonly string?[] _texts;
    private BatchShape[] _shapes = [];
    private ResourceRecord[] _resources = [];
    private ScopeRecord[] _scopes = [];
    private (int Resource, int Scope)[] _origins = [];

    private BatchTables(byte[] bytes, int at, in BatchLayout layout)
    {
        _bytes = bytes;
        _at = at;
        _layout = layout;
        _texts = new string?[layout.Texts];
    }

    /// <summary>Number of origins.</summary>
    public int Origins => _origins.Length;

    /// <summary>The shapes.</summary>
    public ReadOnlySpan<BatchShape> Shapes => _shapes;

    /// <summary>Reads the tables of the batch that begins at <paramref name="at"/> of <paramref name="bytes"/>, whose texts are in order; null if they are broken.</summary>
    public static BatchTables? Read(byte[] bytes, int at, in BatchLayout layout)
    {
        BatchTables tables = new(bytes, at, layout);
        BatchCursor cursor = new(bytes.AsSpan(at + layout.TablesAt, layout.Length - layout.TablesAt));
        return tables.ReadShapes(ref cursor)
            && tables.ReadResources(ref cursor)
            && tables.ReadScopes(ref cursor)
            && tables.ReadOrigins(ref cursor)
            && cursor.Left == 0
                ? tables
                : null;
    }

    /// <summary>A text; the same string each time.</summary>
    public string Text(int number)
    {
        // Two threads may make it at once; either string will do.
        return _texts[number] ??= SharedTexts.Values.Get(Utf8(number));
    }

    /// <summary>The resource and scope of a span.</summary>
    public (ResourceRecord Resource, ScopeRecord Scope) Origin(int number)
    {
        (int resource, int scope) = _origins[number];
        return (_resources[resource], _scopes[scope]);
    }

    /// <summary>The bytes of a text.</summary>
    public ReadOnlySpan<byte> Utf8(int number)
    {
        ReadOnlySpan<byte> ends = _bytes.AsSpan(_at + _layout.TextEndsAt, _layout.Texts * sizeof(uint));
        int start = number == 0 ? 0 : BinaryPrimitives.ReadInt32LittleEndian(ends[((number - 1) * sizeof(uint))..]);
        int end = BinaryPrimitives.ReadInt32LittleEndian(ends[(number * sizeof(uint))..]);
        return _bytes.AsSpan(_at + _layout.TextsAt + start, end - start);
    }

    private bool ReadShapes(ref BatchCursor cursor)
    {
        _shapes = new BatchShape[cursor.Count()];
        string[] keys = [];
        AttributeType[] types = [];
        for (int shape = 0; shape < _shapes.Length; shape++)
        {
            int count = cursor.Count();
            if (keys.Length < count)
            {
                keys = new string[count];
                types = new AttributeType[count];
            }

            for (int index = 0; index < count; index++)
            {
                ulong code = cursor.Varint();
                if (code >> 2 >= (ulong)_layout.Texts)
                {
                    return false;
                }

                (keys[index], types[index]) = (SharedTexts.Keys.Get(Utf8((int)(code >> 2))), (AttributeType)(code & 3));
            }

            if (cursor.IsBroken || BatchShape.Of(keys.AsSpan(0, count), types.AsSpan(0, count)) is not BatchShape read)
            {
                return false;
            }

            _shapes[shape] = read;
        }

        return !cursor.IsBroken;
    }

    private bool ReadResources(ref BatchCursor cursor)
    {
        _resources = new ResourceRecord[cursor.Count()];
        for (int index = 0; index < _resources.Length; index++)
        {
            if (!TryReadSet(ref cursor, out AttributeSet attributes))
            {
                return false;
            }

            _resources[index] = SharedOrigins.ResourceOf(attributes);
        }

        return !cursor.IsBroken;
    }

    private bool ReadScopes(ref BatchCursor cursor)
    {
        _scopes = new ScopeRecord[cursor.Count()];
        for (int index = 0; index < _scopes.Length; index++)
        {
            int name = cursor.Index(_layout.Texts);
            int version = cursor.Index(_layout.Texts);
            if (cursor.IsBroken || !TryReadSet(ref cursor, out AttributeSet attributes))
            {
                return false;
            }

            _scopes[index] = SharedOrigins.ScopeOf(Text(name), Text(version), attributes);
        }

        return !cursor.IsBroken;
    }

    private bool ReadOrigins(ref BatchCursor cursor)
    {
        _origins = new (int, int)[cursor.Count()];
        for (int index = 0; index < _origins.Length; index++)
        {
            _origins[index] = (cursor.Index(_resources.Length), cursor.Index(_scopes.Length));
        }

        return !cursor.IsBroken;
    }

    private bool TryReadSet(ref BatchCursor cursor, out AttributeSet attributes)
    {
        attributes = AttributeSet.Empty;
        int shape = cursor.Index(_shapes.Length);
        if (cursor.IsBroken)
        {
            return false;
        }

        BatchCursor check = cursor;
        _shapes[shape].Check(ref check, _layout.Texts);
        if (check.IsBroken)
        {
            return false;
        }

        attributes = _shapes[shape].Read(ref cursor, this);
        return true;
    }
}
