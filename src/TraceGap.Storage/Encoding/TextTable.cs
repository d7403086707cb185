using System.Text;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>The distinct texts of a block while it is written, as UTF-8; elsewhere in the block a text is its index here.</summary>
internal sealed class TextTableWriter
{
    private readonly DistinctBytes _texts = new();
    private byte[] _utf8 = new byte[256];

    /// <summary>The index of a text, which is added if it is new.</summary>
    public int IndexOf(string text) => _texts.Add(Utf8Of(text));

    /// <summary>The index of a text, which is added if it is new.</summary>
    public int IndexOf(in AttributeValue text) => text.TryGetUtf8(out ReadOnlySpan<byte> utf8) ? _texts.Add(utf8) : IndexOf(text.AsText());

    /// <summary>
    /// What <see cref="TextTable.ReadNext"/> reads: 0 for a text that is new; for one of the newest texts how many came since, plus one; else its index behind those numbers. So spans
    /// look alike even if all their texts, or those of their trace, are their own.
    /// </summary>
    public int NextOf(in AttributeValue text)
    {
        int before = _texts.Count;
        int index = IndexOf(text);
        return index == before ? 0 : before - index <= TextTable.Newest ? before - index : TextTable.Newest + 1 + index;
    }

    public void Clear() => _texts.Clear();

    public void WriteTo(ByteWriter writer)
    {
        writer.WriteCount(_texts.Count);
        for (int text = 0; text < _texts.Count; text++)
        {
            ReadOnlySpan<byte> utf8 = _texts[text];
            writer.WriteCount(utf8.Length);
            writer.WriteBytes(utf8);
        }
    }

    private ReadOnlySpan<byte> Utf8Of(string text)
    {
        int most = Encoding.UTF8.GetMaxByteCount(text.Length);
        if (_utf8.Length < most)
        {
            _utf8 = new byte[most];
        }

        return _utf8.AsSpan(0, Encoding.UTF8.GetBytes(text, _utf8));
    }
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

    /// <summary>Whether one of them is this text, given as UTF-8. Makes no string.</summary>
    public bool Has(ReadOnlySpan<byte> utf8)
    {
        int start = 0;
        foreach (int end in _ends)
        {
            if (_bytes.AsSpan(start, end - start).SequenceEqual(utf8))
            {
                return true;
            }

            start = end;
        }

        return false;
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
