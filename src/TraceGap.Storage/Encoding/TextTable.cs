using System.Runtime.InteropServices;
using System.Text;

namespace TraceGap.Storage;

/// <summary>The distinct strings of a block while it is written; elsewhere in the block a string is its index here.</summary>
internal sealed class TextTableWriter
{
    private readonly Dictionary<string, int> _indexes = new(StringComparer.Ordinal);
    private readonly List<string> _texts = [];

    /// <summary>The index of a string, which is added if it is new.</summary>
    public int IndexOf(string text)
    {
        ref int index = ref CollectionsMarshal.GetValueRefOrAddDefault(_indexes, text, out bool known);
        if (!known)
        {
            index = _texts.Count;
            _texts.Add(text);
        }

        return index;
    }

    public void Clear()
    {
        _indexes.Clear();
        _texts.Clear();
    }

    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_texts.Count);
        foreach (string text in _texts)
        {
            writer.WriteText(text);
        }
    }
}

/// <summary>The strings of a block that is read. A string is made when it is first asked for: most reads want one trace of many.</summary>
internal sealed class TextTable
{
    private readonly byte[] _bytes;
    private readonly int[] _ends;
    private readonly string?[] _texts;

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
}
