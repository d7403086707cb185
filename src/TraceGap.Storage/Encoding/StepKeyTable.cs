using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>The distinct strings and step keys of a block while it is written.</summary>
internal sealed class StepKeyTableWriter
{
    private const int Slots = 64;

    private readonly Dictionary<StepKey, int> _indexes = [];

    // Most keys are those of a moment ago; to compare one costs less than to hash it.
    private readonly (StepKey? Key, int Index)[] _latest = new (StepKey?, int)[Slots];
    private readonly List<(int Service, Layer Layer, int Operation)> _keys = [];

    public TextTableWriter Texts { get; } = new();

    /// <summary>The index of a key, which is added if it is new.</summary>
    public int IndexOf(StepKey key)
    {
        ref (StepKey? Key, int Index) slot = ref _latest[SlotOf(key)];
        if (slot.Key is not null && slot.Key.Equals(key))
        {
            return slot.Index;
        }

        if (!_indexes.TryGetValue(key, out int index))
        {
            index = _keys.Count;
            _indexes.Add(key, index);
            _keys.Add((Texts.IndexOf(key.Service), key.Layer, Texts.IndexOf(key.Operation)));
        }

        slot = (key, index);
        return index;
    }

    public void Clear()
    {
        Texts.Clear();
        _indexes.Clear();
        _keys.Clear();
        Array.Clear(_latest);
    }

    public void WriteTo(ByteWriter writer)
    {
        Texts.WriteTo(writer);
        writer.WriteCount(_keys.Count);
        foreach ((int service, Layer layer, int operation) in _keys)
        {
            writer.WriteCount(service);
            writer.WriteByte((byte)layer);
            writer.WriteCount(operation);
        }
    }

    private static int SlotOf(StepKey key)
    {
        string operation = key.Operation;
        int mix = operation.Length == 0 ? 0 : (operation.Length * 7) ^ (operation[^1] * 3) ^ (operation[operation.Length / 2] * 11);
        return (mix ^ ((int)key.Layer * 17)) & (Slots - 1);
    }
}

/// <summary>The strings and step keys of a block that is read; each key is made when it is first asked for.</summary>
internal sealed class StepKeyTable
{
    private readonly (int Service, Layer Layer, int Operation)[] _parts;
    private readonly StepKey?[] _keys;
    private readonly int[] _numbers;

    private StepKeyTable(TextTable texts, (int Service, Layer Layer, int Operation)[] parts)
    {
        Texts = texts;
        _parts = parts;
        _keys = new StepKey?[parts.Length];
        _numbers = new int[parts.Length];
    }

    public TextTable Texts { get; }

    /// <summary>Stands for a key where an index points nowhere; the reader has the error.</summary>
    private static StepKey None { get; } = new("", Layer.Unattributed, "");

    public static StepKeyTable ReadFrom(ref ByteReader reader)
    {
        TextTable texts = TextTable.ReadFrom(ref reader);
        (int Service, Layer Layer, int Operation)[] parts = new (int, Layer, int)[reader.ReadCount()];
        for (int i = 0; i < parts.Length; i++)
        {
            parts[i] = (reader.ReadIndex(texts.Count), (Layer)reader.ReadInt32(LayerNames.Count - 1), reader.ReadIndex(texts.Count));
        }

        return new StepKeyTable(texts, reader.Error == CodecError.None ? parts : []);
    }

    public StepKey ReadKey(ref ByteReader reader)
    {
        int index = reader.ReadIndex(_parts.Length);
        if (reader.Error != CodecError.None)
        {
            return None;
        }

        return Key(index);
    }

    /// <summary>Reads a key and answers its number in a pool, always the same one.</summary>
    public int ReadNumber(ref ByteReader reader, RecordPool pool)
    {
        int index = reader.ReadIndex(_parts.Length);
        if (reader.Error != CodecError.None)
        {
            return 0;
        }

        // From 1 on, 0 for none yet.
        if (_numbers[index] == 0)
        {
            int number = pool.NumberOf(Key(index));
            _keys[index] = pool.KeyOf(number);
            _numbers[index] = number + 1;
        }

        return _numbers[index] - 1;
    }

    private StepKey Key(int index)
    {
        (int service, Layer layer, int operation) = _parts[index];
        return _keys[index] ??= new StepKey(Texts[service], layer, Texts[operation]);
    }
}
