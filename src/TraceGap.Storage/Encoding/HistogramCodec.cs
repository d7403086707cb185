using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>A latency histogram within a cell: number of bins; per bin its distance from the one before and its count; exact sum.</summary>
internal static class HistogramCodec
{
    public static void Write(ByteWriter writer, LatencyHistogram histogram)
    {
        writer.WriteCount(histogram.Counts.Count);
        long last = 0;
        foreach ((int bin, long count) in histogram.Counts)
        {
            writer.WriteSigned(bin - last);
            writer.WriteSigned(count);
            last = bin;
        }

        writer.WriteSigned(histogram.SumNanos);
    }

    public static void Read(ref ByteReader reader, LatencyHistogram histogram)
    {
        int bins = reader.ReadCount();
        int bin = 0;
        for (int i = 0; i < bins && reader.Error == CodecError.None; i++)
        {
            bin = ReadBin(ref reader, bin);
            histogram.AddBin(bin, reader.ReadSigned(), 0);
        }

        histogram.AddBin(0, 0, reader.ReadSigned128());
    }

    /// <summary>Reads a bin that is stored as its distance from the one before.</summary>
    public static int ReadBin(ref ByteReader reader, int last)
    {
        // Bins are 32-bit, LatencyBins.Zero among them, so distances need 33 bits; a distance that overflows even 64 is caught by the same check.
        Int128 bin = (Int128)last + reader.ReadSigned();
        if (bin < int.MinValue || bin > int.MaxValue)
        {
            reader.Fail(CodecError.BadValue);
            return 0;
        }

        return (int)bin;
    }
}
