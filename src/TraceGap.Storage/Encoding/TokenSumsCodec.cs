using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Token sums in as few numbers as they have: none, input and output, those and cached input, or fresh input too where it does not follow. Which it is is written elsewhere. None is negative; one that were would take ten bytes.</summary>
internal static class TokenSumsCodec
{
    /// <summary>Bits that a shape takes.</summary>
    public const int ShapeBits = 2;

    private const int None = 0;
    private const int Uncached = 1;
    private const int Cached = 2;
    private const int Whole = 3;

    /// <summary>Which numbers are written, 0 to 3.</summary>
    public static int ShapeOf(in TokenSums tokens) =>
        tokens == default ? None
        : tokens.FreshInput != unchecked(tokens.Input - tokens.CachedInput) ? Whole
        : tokens.CachedInput != 0 ? Cached
        : Uncached;

    public static void Write(ByteWriter writer, in TokenSums tokens)
    {
        int shape = ShapeOf(tokens);
        if (shape == None)
        {
            return;
        }

        writer.WriteVarint((ulong)tokens.Input);
        writer.WriteVarint((ulong)tokens.Output);
        if (shape >= Cached)
        {
            writer.WriteVarint((ulong)tokens.CachedInput);
        }

        if (shape == Whole)
        {
            writer.WriteVarint((ulong)tokens.FreshInput);
        }
    }

    public static TokenSums Read(ref ByteReader reader, int shape)
    {
        if (shape == None)
        {
            return default;
        }

        long input = (long)reader.ReadVarint();
        long output = (long)reader.ReadVarint();
        long cached = shape >= Cached ? (long)reader.ReadVarint() : 0;
        return new TokenSums(input, output, cached, shape == Whole ? (long)reader.ReadVarint() : unchecked(input - cached));
    }
}
