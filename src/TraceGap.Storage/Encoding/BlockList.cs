namespace TraceGap.Storage;

/// <summary>The numbers of the blocks that have a trace's spans, in order: each as its distance from the one before.</summary>
internal static class BlockList
{
    public static byte[] Encode(IReadOnlyList<long> blocks)
    {
        using ByteWriter writer = new(16);
        long last = 0;
        foreach (long block in blocks)
        {
            writer.WriteSigned(block - last);
            last = block;
        }

        return writer.Written.ToArray();
    }

    public static CodecError TryDecode(ReadOnlySpan<byte> bytes, out List<long> blocks)
    {
        blocks = [];
        ByteReader reader = new(bytes);
        long last = 0;
        while (reader.Remaining > 0)
        {
            last = unchecked(last + reader.ReadSigned());
            blocks.Add(last);
        }

        return reader.Error;
    }
}
