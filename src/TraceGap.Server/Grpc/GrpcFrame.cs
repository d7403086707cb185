using System.Buffers.Binary;

namespace TraceGap.Server.Grpc;

/// <summary>The five bytes before every message: a flag (1: compressed) and the length, big-endian (gRPC over HTTP/2, "Length-Prefixed-Message").</summary>
/// <param name="Flag">0 or 1; all else breaks the protocol.</param>
/// <param name="Length">Bytes that follow.</param>
internal readonly record struct GrpcFrame(byte Flag, uint Length)
{
    /// <summary>Bytes of the prefix.</summary>
    public const int PrefixSize = 5;

    /// <summary>True if the message is compressed.</summary>
    public bool IsCompressed => Flag == 1;

    /// <summary>Reads a prefix.</summary>
    public static GrpcFrame Read(ReadOnlySpan<byte> prefix) => new(prefix[0], BinaryPrimitives.ReadUInt32BigEndian(prefix[1..]));

    /// <summary>Writes the prefix of an uncompressed message.</summary>
    public static void Write(Span<byte> prefix, int length)
    {
        prefix[0] = 0;
        BinaryPrimitives.WriteInt32BigEndian(prefix[1..], length);
    }
}
