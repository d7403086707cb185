using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads what <see cref="SpanBlockWriter"/> wrote: all spans, or those of one trace.</summary>
internal static class SpanBlock
{
    // Far more than are written together.
    private const int MostTraces = 1 << 16;

    /// <summary>Reads the spans of one trace from a blob made by <see cref="SpanBlockWriter.ToBlob"/>, adding to <paramref name="spans"/>. After an error nothing was added.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="traceId">The id of the trace.</param>
    /// <param name="trace">Its place in the block.</param>
    /// <param name="spans">Receives the spans in the order in which they were written.</param>
    public static CodecError Read(ReadOnlyMemory<byte> blob, TraceId traceId, long trace, List<SpanRecord> spans) =>
        Read(blob, new Dictionary<long, TraceId> { [trace] = traceId }, spans);

    /// <summary>The same for several traces: the block is gone through once, whatever their number.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="traces">Their ids by their place in the block.</param>
    /// <param name="spans">Receives the spans in the order in which they were written.</param>
    public static CodecError Read(ReadOnlyMemory<byte> blob, IReadOnlyDictionary<long, TraceId> traces, List<SpanRecord> spans)
    {
        CodecError framing = BlobFrame.Read(blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        SpanColumns columns = new(plain.Span, body.Span, standsAlone: false);
        ulong count = (ulong)columns.Traces;
        if (columns.Error == CodecError.None && traces.Keys.Any(trace => (ulong)trace >= count))
        {
            return CodecError.BadIndex;
        }

        return Read(columns, traces, spans);
    }

    /// <summary>Tells which of some attributes the traces of a blob made by <see cref="SpanBlockWriter.ToBlob"/> have. A block that has none of them is not read further than its texts.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="attributes">The attributes; at most 32.</param>
    /// <param name="found">Per trace, by its place, a bit for each attribute. After an error there are none.</param>
    public static CodecError Find(ReadOnlyMemory<byte> blob, IReadOnlyList<AttributeFilter> attributes, out uint[] found)
    {
        found = [];
        CodecError framing = BlobFrame.Read(blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body);
        if (framing != CodecError.None)
        {
            return framing;
        }

        SpanColumns columns = new(plain.Span, body.Span, standsAlone: false);
        if (columns.Error != CodecError.None || columns.Traces > MostTraces)
        {
            return columns.Error == CodecError.None ? CodecError.BadValue : columns.Error;
        }

        found = new uint[columns.Traces];
        bool mayHave = false;
        foreach (AttributeFilter attribute in attributes)
        {
            mayHave |= columns.MayHave(attribute);
        }

        if (mayHave)
        {
            Find(ref columns, attributes, found);
        }

        found = columns.Error == CodecError.None ? found : [];
        return columns.Error;
    }

    private static void Find(ref SpanColumns columns, IReadOnlyList<AttributeFilter> attributes, uint[] found)
    {
        Dictionary<long, TraceId> all = Enumerable.Range(0, found.Length).ToDictionary(static place => (long)place, static _ => default(TraceId));
        for (int i = 0; i < columns.Count && columns.Error == CodecError.None; i++)
        {
            if (columns.ReadSpan(i, all) is not SpanRecord span)
            {
                continue;
            }

            for (int j = 0; j < attributes.Count; j++)
            {
                found[columns.Trace] |= attributes[j].IsOn(span) ? 1u << j : 0;
            }
        }
    }

    /// <summary>Reads all spans of a block made by <see cref="SpanBlockWriter.WriteTo"/>, adding to <paramref name="spans"/>. After an error nothing was added.</summary>
    public static CodecError ReadUnframed(ReadOnlySpan<byte> block, List<SpanRecord> spans)
    {
        ByteReader reader = new(block);
        ReadOnlySpan<byte> plain = reader.ReadPart();
        return reader.Error != CodecError.None
            ? reader.Error
            : Read(new SpanColumns(plain, block[^reader.Remaining..], standsAlone: true), traces: null, spans);
    }

    private static CodecError Read(SpanColumns columns, IReadOnlyDictionary<long, TraceId>? traces, List<SpanRecord> spans)
    {
        int before = spans.Count;
        for (int i = 0; i < columns.Count && columns.Error == CodecError.None; i++)
        {
            if (columns.ReadSpan(i, traces) is SpanRecord span)
            {
                spans.Add(span);
            }
        }

        columns.ExpectEnd();
        if (columns.Error != CodecError.None)
        {
            spans.RemoveRange(before, spans.Count - before);
        }

        return columns.Error;
    }
}
