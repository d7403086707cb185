using System.IO.Compression;

namespace TraceGap.Server.Tests.Calls;

internal static class Compression
{
    public static byte[] Gzip(ReadOnlySpan<byte> plain)
    {
        using MemoryStream compressed = new();
        using (GZipStream stream = new(compressed, CompressionLevel.SmallestSize))
        {
            stream.Write(plain);
        }

        return compressed.ToArray();
    }

    public static byte[] Zlib(ReadOnlySpan<byte> plain)
    {
        using MemoryStream compressed = new();
        using (ZLibStream stream = new(compressed, CompressionLevel.SmallestSize))
        {
            stream.Write(plain);
        }

        return compressed.ToArray();
    }
}
