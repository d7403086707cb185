using System.Runtime.InteropServices;
using System.Text;

namespace TraceGap.Storage;

/// <summary>The distinct strings of a block while it is written; elsewhere in the block a string is its index here.</summary>
internal sealed class TextTableWriter
{
    private const int Slots = 256;

    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];

    // Most texts are those of a moment ago; to compare one costs less than to hash it.
    private readonly (string? Text, int Index)[] _latest = new (string?, int)[Slots];

    /// <summary>The index of a string, which is added if it is new.</summary>
    public int IndexOf(string text)
    {
        ref (string? Text, int Index) slot = ref _latest[SlotOf(text)];
        if (slot.Text == text)
        {
            return slot.Index;
        }

        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_indexes, text, out bool known);
        if (!known)
        {
            index = _texts.Count;
            _texts.Add(text);
        }

        slot = (text, index);
        return index;
    }

    /// <summary>
    /// What <see cref="TextTable.ReadNext"/> reads: 0 for a string that is new; for one of the newest strings how many came since, plus one; else its index behind those numbers. So spans
    /// look alike even if all their texts, or those of their trace, are their own.
    /// </summary>
    public int NextOf(string text)
    {
        int before = _texts.Count;
        int index = IndexOf(text);
        return index == before ? 0 : before - index <= TextTable.Newest ? before - index : TextTable.Newest + 1 + index;
    }

    public void Clear()
    {
        _indexes.Clear();
        _texts.Clear();
        Array.Clear(_latest);
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_texts.Count);
        foreach (string text in _texts)
        {
            writer.WriteText(text);
        }
    }

    private static int SlotOf(string text) => text.Length == 0 ? 0 : ((text.Length * 37) ^ (text[0] * 5) ^ (text[^1] * 11) ^ (text[text.Length / 2] * 23)) & (Slots - 1);
}

/// <summary>The strings of a block that is read. A string is made when it is first asked for: most reads want one trace of many.</summary>
internal sealed class TextTable
{
    /// <summary>Strings that are named by how many came since.</summary>
    public const int Newest = 15;

    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly string?[] _texts;
    private int _next;

    private TextTable(byte[] bytes, int[] ends)
    {
        _bytes = bytes;
        _ends = ends;
        _texts = new string?[ends.Length];
    }

    public int Count => _ends.Length;

    public string this[int index]
    {
        get
        {
            int start = index == 0 ? 0 : _ends[index - 1];
            return _texts[index] ??= Encoding.UTF8.GetString(_bytes, start, _ends[index] - start);
        }
    }

    public static TextTable ReadFrom(ref ByteReader reader)
    {
        int count = reader.ReadCount();
        int[] ends = new int[count];
        byte[] bytes = new byte[reader.Remaining];
        int end = 0;
        for (int i = 0; i < count; i++)
        {
            ReadOnlySpan<byte> text = reader.ReadPart();
            text.CopyTo(bytes.AsSpan(end));
            end += text.Length;
            ends[i] = end;
        }

        return new TextTable(bytes, reader.Error == CodecError.None ? ends : []);
    }

    /// <summary>Reads an index and answers its string; empty if the index points nowhere, which the reader then says.</summary>
    public string ReadText(ref ByteReader reader)
    {
        int index = reader.ReadIndex(Count);
        return reader.Error == CodecError.None ? this[index] : "";
    }

    /// <summary>Reads what <see cref="TextTableWriter.NextOf"/> gave, in the same order, and answers the index.</summary>
    public int ReadNext(ref ByteReader reader)
    {
        int reference = reader.ReadInt32();
        int index = reference == 0 ? _next++ : reference <= Newest ? _next - reference : reference - Newest - 1;
        if ((uint)index >= (uint)Count)
        {
            reader.Fail(CodecError.BadIndex);
            return 0;
        }

        return index;
    }
}
