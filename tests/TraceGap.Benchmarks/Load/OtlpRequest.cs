using System.Buffers.Binary;
using System.IO.Compression;

namespace TraceGap.Benchmarks.Load;

/// <summary>An encoded ExportTraceServiceRequest, ready to be sent any number of times.</summary>
internal sealed class OtlpRequest
{
    private const int PrefixBytes = 5;

    private OtlpRequest(byte[] framed, int spans, bool isGzip)
    {
        Framed = framed;
        Spans = spans;
        IsGzip = isGzip;
    }

    /// <summary>The request as gRPC's length-prefixed message.</summary>
    public byte[] Framed { get; }

    /// <summary>The request itself.</summary>
    public ReadOnlyMemory<byte> Body => Framed.AsMemory(PrefixBytes);

    /// <summary>Spans in it.</summary>
    public int Spans { get; }

    /// <summary>True if the body is compressed.</summary>
    public bool IsGzip { get; }

    /// <summary>Takes an encoded message.</summary>
    public static OtlpRequest Of(ReadOnlySpan<byte> message, int spans, bool gzip) => new(Frame(gzip ? Compress(message) : message, gzip), spans, gzip);

    private static byte[] Frame(ReadOnlySpan<byte> body, bool gzip)
    {
        byte[] framed = new byte[PrefixBytes + body.Length];
        framed[0] = gzip ? (byte)1 : (byte)0;
        BinaryPrimitives.WriteInt32BigEndian(framed.AsSpan(1), body.Length);
        body.CopyTo(framed.AsSpan(PrefixBytes));
        return framed;
    }

    // The level that exporters use.
    private static byte[] Compress(ReadOnlySpan<byte> message)
    {
        MemoryStream compressed = new();
        using (GZipStream gzip = new(compressed, CompressionLevel.Optimal))
        {
            gzip.Write(message);
        }

        return compressed.ToArray();
    }
}
