using System.Buffers.Binary;
using System.IO.Compression;

namespace TraceGap.Server.Calls;

/// <summary>
/// Decompresses a message in the zlib format (RFC 1950), which HTTP calls <c>deflate</c>, into budgeted memory. The format does not say how long the message is, so it is
/// measured first, keeping nothing, and then read into room that was taken once: a bomb stops at the limit and holds no memory. Its checksum at the end is also what finds
/// a cut message, which <see cref="ZLibStream"/> takes for a whole one. Deflate without this frame has no checksum and is not accepted.
/// </summary>
internal static class ZlibInflater
{
    private const int HeaderSize = 2;
    private const int ChecksumSize = 4;
    private const int PresetDictionary = 0x20;
    private const int PieceSize = 16 << 10;

    /// <summary>Decompresses <paramref name="compressed"/> to <paramref name="inflated"/>, which must be empty.</summary>
    public static InflateOutcome Inflate(MessageBuffer compressed, MessageBuffer inflated, int limit)
    {
        ReadOnlySpan<byte> bytes = compressed.Memory.Span;
        if (bytes.Length < HeaderSize + ChecksumSize || (bytes[1] & PresetDictionary) != 0)
        {
            return InflateOutcome.Corrupt;
        }

        try
        {
            uint expected = BinaryPrimitives.ReadUInt32BigEndian(bytes[^ChecksumSize..]);
            InflateOutcome measured = Measure(compressed, limit, expected, out int length);
            if (measured != InflateOutcome.Inflated)
            {
                return measured;
            }

            return inflated.TryReserve(length) ? Fill(compressed, inflated) : InflateOutcome.OverBudget;
        }
        catch (InvalidDataException)
        {
            return InflateOutcome.Corrupt;
        }
    }

    private static InflateOutcome Measure(MessageBuffer compressed, int limit, uint expected, out int length)
    {
        length = 0;
        using ZLibStream source = new(compressed.OpenRead(), CompressionMode.Decompress);
        Span<byte> piece = stackalloc byte[PieceSize];
        Adler32 checksum = new();
        for (int read = source.Read(piece); read > 0; read = source.Read(piece))
        {
            if (read > limit - length)
            {
                return InflateOutcome.TooLarge;
            }

            length += read;
            checksum.Append(piece[..read]);
        }

        return checksum.Value == expected ? InflateOutcome.Inflated : InflateOutcome.Corrupt;
    }

    private static InflateOutcome Fill(MessageBuffer compressed, MessageBuffer inflated)
    {
        using ZLibStream source = new(compressed.OpenRead(), CompressionMode.Decompress);
        source.ReadExactly(inflated.Free.Span);
        inflated.Advance(inflated.Capacity);
        return InflateOutcome.Inflated;
    }
}
