using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Reads what <see cref="SpanBlockWriter"/> wrote: all spans, or those of one trace.</summary>
internal static class SpanBlock
{
    /// <summary>Reads a blob made by <see cref="SpanBlockWriter.ToBlob"/>, adding to <paramref name="spans"/>. After an error nothing was added.</summary>
    /// <param name="blob">The blob.</param>
    /// <param name="only">The trace whose spans are wanted, or null for all.</param>
    /// <param name="spans">Receives the spans in the order in which they were written.</param>
    public static CodecError Read(ReadOnlyMemory<byte> blob, TraceId? only, List<SpanRecord> spans)
    {
        CodecError framing = BlobFrame.Read(blob, out ReadOnlyMemory<byte> ids, out ReadOnlyMemory<byte> body);
        return framing != CodecError.None ? framing : Read(ids.Span, body.Span, only, spans);
    }

    /// <summary>Reads all spans of a block made by <see cref="SpanBlockWriter.WriteTo"/>, adding to <paramref name="spans"/>. After an error nothing was added.</summary>
    public static CodecError ReadUnframed(ReadOnlySpan<byte> block, List<SpanRecord> spans)
    {
        ByteReader reader = new(block);
        ReadOnlySpan<byte> ids = reader.ReadPart();
        return reader.Error != CodecError.None ? reader.Error : Read(ids, block[^reader.Remaining..], null, spans);
    }

    private static CodecError Read(ReadOnlySpan<byte> ids, ReadOnlySpan<byte> body, TraceId? only, List<SpanRecord> spans)
    {
        int before = spans.Count;
        SpanColumns columns = new(ids, body);
        for (int i = 0; i < columns.Count && columns.Error == CodecError.None; i++)
        {
            if (columns.ReadSpan(i, only) is SpanRecord span)
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
