using System.IO.Compression;

namespace TraceGap.Otlp.Files;

/// <summary>
/// Tells a whole gzip stream from a cut one. The platform's <see cref="GZipStream"/> gives what it has and no error when its input ends early.
/// So one more member with a known text is read behind the input: only if all before it was whole does that text come out last.
/// </summary>
internal static class GzipEnd
{
    /// <summary>The text; it is not part of the output.</summary>
    public static ReadOnlySpan<byte> Text => "end of gzip data"u8;

    /// <summary>The member to read behind the input.</summary>
    public static readonly ReadOnlyMemory<byte> Member = Compress(Text);

    private static byte[] Compress(ReadOnlySpan<byte> text)
    {
        using MemoryStream member = new();
        using (GZipStream gzip = new(member, CompressionLevel.NoCompression))
        {
            gzip.Write(text);
        }

        return member.ToArray();
    }
}
