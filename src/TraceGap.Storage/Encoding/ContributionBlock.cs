using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>
/// The contributions of traces that were committed together: string and step-key table, then per trace its form as a part of known length; outside what is packed, per trace its times
/// likewise. One is found without reading the others, and whose it is is told by its place.
/// </summary>
internal sealed class ContributionBlockWriter : IDisposable
{
    private readonly StepKeyTableWriter _keys = new();
    private readonly ByteWriter _forms = new();
    private readonly ByteWriter _form = new();
    private readonly ByteWriter _allTimes = new();
    private readonly ByteWriter _times = new();
    private readonly ByteWriter _body = new();
    private int _count;

    /// <summary>Forgets all contributions and keeps the memory, for the next block.</summary>
    public void Clear()
    {
        _keys.Clear();
        _forms.Clear();
        _allTimes.Clear();
        _count = 0;
    }

    public void Add(TraceContribution contribution)
    {
        _form.Clear();
        _times.Clear();
        ContributionCodec.Write(_form, _times, _keys, contribution);
        _forms.WritePart(_form);
        _allTimes.WritePart(_times);
        _count++;
    }

    public byte[] ToBlob()
    {
        _body.Clear();
        _keys.WriteTo(_body);
        _body.WriteCount(_count);
        _body.WriteBytes(_forms.Written);
        return BlobFrame.Write(_allTimes.Written, _body.Written);
    }

    public void Dispose()
    {
        _forms.Dispose();
        _form.Dispose();
        _allTimes.Dispose();
        _times.Dispose();
        _body.Dispose();
    }
}

/// <summary>Reads what <see cref="ContributionBlockWriter"/> wrote; keeps it unpacked, for the traces of one block tend to be revised together.</summary>
internal sealed class ContributionBlock
{
    private readonly ReadOnlyMemory<byte> _plain;
    private readonly ReadOnlyMemory<byte> _body;
    private readonly StepKeyTable _keys;
    private readonly (Range Form, Range Times)[] _entries;

    private ContributionBlock(ReadOnlyMemory<byte> plain, ReadOnlyMemory<byte> body, StepKeyTable keys, (Range, Range)[] entries)
    {
        _plain = plain;
        _body = body;
        _keys = keys;
        _entries = entries;
    }

    /// <summary>Number of contributions.</summary>
    public int Count => _entries.Length;

    public static CodecError Open(ReadOnlyMemory<byte> blob, out ContributionBlock? block)
    {
        block = null;
        CodecError framing = BlobFrame.Read(blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        ByteReader forms = new(body.Span);
        ByteReader times = new(plain.Span);
        StepKeyTable keys = StepKeyTable.ReadFrom(ref forms);
        (Range, Range)[] entries = new (Range, Range)[forms.ReadCount()];
        for (int i = 0; i < entries.Length && forms.Error == CodecError.None; i++)
        {
            entries[i] = (PartOf(ref forms, body.Length), PartOf(ref times, plain.Length));
        }

        forms.ExpectEnd();
        times.ExpectEnd();
        CodecError error = forms.Error != CodecError.None ? forms.Error : times.Error;
        block = error == CodecError.None ? new ContributionBlock(plain, body, keys, entries) : null;
        return error;
    }

    /// <summary>The contribution of a trace, by its place in the block.</summary>
    public CodecError Read(long place, out TraceContribution? contribution)
    {
        contribution = null;
        if ((ulong)place >= (ulong)_entries.Length)
        {
            return CodecError.BadIndex;
        }

        ByteReader form = new(_body.Span[_entries[place].Form]);
        ByteReader times = new(_plain.Span[_entries[place].Times]);
        TraceContribution read = ContributionCodec.Read(ref form, ref times, _keys);
        form.ExpectEnd();
        times.ExpectEnd();
        CodecError error = form.Error != CodecError.None ? form.Error : times.Error;
        contribution = error == CodecError.None ? read : null;
        return error;
    }

    private static Range PartOf(ref ByteReader reader, int length)
    {
        int size = reader.ReadPart().Length;
        return (length - reader.Remaining - size)..(length - reader.Remaining);
    }
}
