using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// The contributions of traces that were committed together: string and step-key table, then per trace its id and its contribution as a part of known length, so that one is
/// found without reading the others.
/// </summary>
internal sealed class ContributionBlockWriter : IDisposable
{
    private readonly StepKeyTableWriter _keys = new();
    private readonly ByteWriter _entries = new();
    private readonly ByteWriter _entry = new();
    private int _count;

    public void Add(TraceId traceId, TraceContribution contribution)
    {
        _entry.Clear();
        ContributionCodec.Write(_entry, _keys, contribution);
        traceId.WriteTo(_entries.Skip(TraceId.Size));
        _entries.WritePart(_entry);
        _count++;
    }

    public byte[] ToBlob()
    {
        using ByteWriter body = new(_entries.Length + 1024);
        _keys.WriteTo(body);
        body.WriteCount(_count);
        body.WriteBytes(_entries.Written);
        return BlobFrame.Write([], body.Written);
    }

    public void Dispose()
    {
        _entries.Dispose();
        _entry.Dispose();
    }
}

/// <summary>Reads what <see cref="ContributionBlockWriter"/> wrote; keeps it unpacked, for the traces of one block tend to be revised together.</summary>
internal sealed class ContributionBlock
{
    private readonly ReadOnlyMemory<byte> _body;
    private readonly StepKeyTable _keys;
    private readonly Dictionary<TraceId, Range> _entries;

    private ContributionBlock(ReadOnlyMemory<byte> body, StepKeyTable keys, Dictionary<TraceId, Range> entries)
    {
        _body = body;
        _keys = keys;
        _entries = entries;
    }

    public static CodecError Open(ReadOnlyMemory<byte> blob, out ContributionBlock? block)
    {
        block = null;
        CodecError framing = BlobFrame.Read(blob, out _, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        ByteReader reader = new(body.Span);
        StepKeyTable keys = StepKeyTable.ReadFrom(ref reader);
        int count = reader.ReadCount();
        Dictionary<TraceId, Range> entries = [];
        for (int i = 0; i < count && reader.Error == CodecError.None; i++)
        {
            ReadOnlySpan<byte> id = reader.ReadBytes(TraceId.Size);
            int length = reader.ReadCount();
            int start = body.Length - reader.Remaining;
            reader.ReadBytes(length);
            if (reader.Error == CodecError.None)
            {
                entries[TraceId.FromBytes(id)] = start..(start + length);
            }
        }

        reader.ExpectEnd();
        block = reader.Error == CodecError.None ? new ContributionBlock(body, keys, entries) : null;
        return reader.Error;
    }

    /// <summary>The contribution of one trace; null without an error if the block has none.</summary>
    public CodecError Read(TraceId traceId, out TraceContribution? contribution)
    {
        contribution = null;
        if (!_entries.TryGetValue(traceId, out Range range))
        {
            return CodecError.None;
        }

        ByteReader reader = new(_body.Span[range]);
        TraceContribution read = ContributionCodec.Read(ref reader, _keys);
        reader.ExpectEnd();
        contribution = reader.Error == CodecError.None ? read : null;
        return reader.Error;
    }
}
