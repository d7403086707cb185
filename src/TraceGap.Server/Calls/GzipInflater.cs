using System.Buffers.Binary;
using System.IO.Compression;

namespace TraceGap.Server.Calls;

/// <summary>
/// Decompresses a gzip message into budgeted memory. A member ends with its own length (RFC 1952 section 2.3.1), so the room for it is taken from the budget once and
/// before anything is written: an honest bomb is refused unopened, a lying one finds no more room than it asked for. Checking that length is also what finds a cut
/// member, which <see cref="GZipStream"/> takes for a whole one. Senders write one member a message; several in a row are not accepted.
/// </summary>
internal static class GzipInflater
{
    /// <summary>zlib's documentation gives 1032:1 as the most that deflate can compress.</summary>
    private const long MaxRatio = 1032;

    private const int HeaderSize = 10;
    private const int TrailerSize = 8;
    private const int DiscardSize = 16 << 10;

    /// <summary>Decompresses <paramref name="compressed"/> to <paramref name="inflated"/>, which must be empty.</summary>
    public static InflateOutcome Inflate(MessageBuffer compressed, MessageBuffer inflated, int limit)
    {
        if (compressed.Length < HeaderSize + TrailerSize)
        {
            return InflateOutcome.Corrupt;
        }

        uint declared = BinaryPrimitives.ReadUInt32LittleEndian(compressed.Memory.Span[^4..]);
        if (declared > compressed.Length * MaxRatio)
        {
            return InflateOutcome.Corrupt;
        }

        if (declared > limit)
        {
            return InflateOutcome.TooLarge;
        }

        return inflated.TryReserve((int)declared) ? Fill(compressed, inflated, limit) : InflateOutcome.OverBudget;
    }

    private static InflateOutcome Fill(MessageBuffer compressed, MessageBuffer inflated, int limit)
    {
        try
        {
            using GZipStream source = new(compressed.OpenRead(), CompressionMode.Decompress);
            inflated.Advance(source.ReadAtLeast(inflated.Free.Span, inflated.Free.Length, throwOnEndOfStream: false));
            long total = inflated.Length + CountRest(source, limit - inflated.Length);
            return total > limit ? InflateOutcome.TooLarge
                : total == inflated.Capacity ? InflateOutcome.Inflated
                : InflateOutcome.Corrupt;
        }
        catch (InvalidDataException)
        {
            return InflateOutcome.Corrupt;
        }
    }

    /// <summary>Reads on without keeping anything, until the end or beyond <paramref name="limit"/>: the declared length is modulo 2^32, so a member may go on after it.</summary>
    private static long CountRest(GZipStream source, long limit)
    {
        Span<byte> discarded = stackalloc byte[DiscardSize];
        long count = 0;
        int read;
        do
        {
            read = source.Read(discarded);
            count += read;
        }
        while (read > 0 && count <= limit);

        return count;
    }
}
