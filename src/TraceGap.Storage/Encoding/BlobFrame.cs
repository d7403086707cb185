using System.Buffers;
using System.Buffers.Binary;
using System.IO.Compression;

namespace TraceGap.Storage;

/// <summary>How the body of a blob is packed. Numbers are stored on disk; never reuse one.</summary>
internal enum BlobPacking : byte
{
    /// <summary>As it is.</summary>
    Plain = 0,

    /// <summary>Brotli (RFC 7932).</summary>
    Brotli = 1,
}

/// <summary>
/// The frame of every blob in the database: version (1 byte), CRC-32C of all that follows (4 bytes, little-endian), packing (1 byte), length of the plain part (varint), plain part,
/// unpacked length of the body (varint), body. The plain part takes random bytes, span ids above all, which no compression shrinks and which make everything around them pack worse.
/// </summary>
internal static class BlobFrame
{
    /// <summary>The version that this build writes, and the only one so far.</summary>
    public const byte Version = 1;

    // Below this a compressor's own header costs what it saves.
    private const int SmallestPacked = 96;

    // No stage writes more at once; a longer claim is damage that would cost memory.
    private const int LargestBody = 1 << 28;

    private const int HeaderLength = 1 + sizeof(uint);
    private const int BrotliQuality = 1;
    private const int BrotliWindow = 20;

    /// <summary>Frames a plain part and a body.</summary>
    public static byte[] Write(ReadOnlySpan<byte> plain, ReadOnlySpan<byte> body)
    {
        using ByteWriter blob = new(HeaderLength + plain.Length + body.Length + 32);
        blob.WriteByte(Version);
        blob.Skip(sizeof(uint));
        int packingAt = blob.Length;
        blob.WriteByte((byte)BlobPacking.Plain);
        blob.WriteCount(plain.Length);
        blob.WriteBytes(plain);
        blob.WriteCount(body.Length);
        if (TryPack(body, blob))
        {
            blob.Patch(packingAt, 1)[0] = (byte)BlobPacking.Brotli;
        }
        else
        {
            blob.WriteBytes(body);
        }

        BinaryPrimitives.WriteUInt32LittleEndian(blob.Patch(1, sizeof(uint)), Crc32C.Of(blob.Written[HeaderLength..]));
        return blob.Written.ToArray();
    }

    /// <summary>Checks a frame and takes it apart.</summary>
    public static CodecError Read(ReadOnlyMemory<byte> blob, out ReadOnlyMemory<byte> plain, out ReadOnlyMemory<byte> body)
    {
        plain = default;
        body = default;
        ByteReader reader = new(blob.Span);
        byte version = reader.ReadByte();
        uint checksum = reader.ReadFixed32();
        if (reader.Error != CodecError.None)
        {
            return reader.Error;
        }

        if (version != Version)
        {
            return CodecError.UnknownVersion;
        }

        if (checksum != Crc32C.Of(blob.Span[HeaderLength..]))
        {
            return CodecError.BadChecksum;
        }

        BlobPacking packing = (BlobPacking)reader.ReadByte();
        int plainLength = reader.ReadCount();
        plain = blob.Slice(blob.Length - reader.Remaining, plainLength);
        reader.ReadBytes(plainLength);
        int bodyLength = reader.ReadInt32(LargestBody);
        return reader.Error != CodecError.None ? reader.Error : Unpack(packing, blob[^reader.Remaining..], bodyLength, out body);
    }

    /// <summary>Writes a part that is packed by itself, within a plain part: unlike things pack worse together.</summary>
    /// <param name="writer">Where to write.</param>
    /// <param name="part">The part.</param>
    /// <param name="pack">False to write it as it is.</param>
    public static void WritePart(ByteWriter writer, ReadOnlySpan<byte> part, bool pack)
    {
        using ByteWriter packed = new(part.Length);
        BlobPacking packing = pack && TryPack(part, packed) ? BlobPacking.Brotli : BlobPacking.Plain;
        writer.WriteByte((byte)packing);
        writer.WriteCount(part.Length);
        writer.WriteCount(packing == BlobPacking.Plain ? part.Length : packed.Length);
        writer.WriteBytes(packing == BlobPacking.Plain ? part : packed.Written);
    }

    /// <summary>Reads what <see cref="WritePart"/> wrote.</summary>
    public static ReadOnlyMemory<byte> ReadPart(ref ByteReader reader)
    {
        BlobPacking packing = (BlobPacking)reader.ReadByte();
        int length = reader.ReadInt32(LargestBody);
        ReadOnlySpan<byte> stored = reader.ReadPart();
        if (reader.Error != CodecError.None)
        {
            return default;
        }

        CodecError error = Unpack(packing, stored.ToArray(), length, out ReadOnlyMemory<byte> part);
        if (error != CodecError.None)
        {
            reader.Fail(error);
            return default;
        }

        return part;
    }

    private static bool TryPack(ReadOnlySpan<byte> body, ByteWriter blob)
    {
        if (body.Length < SmallestPacked)
        {
            return false;
        }

        byte[] packed = ArrayPool<byte>.Shared.Rent(body.Length);
        try
        {
            // Room for less than the body: where packing does not pay, the encoder fails and the body stays as it is.
            bool pays = BrotliEncoder.TryCompress(body, packed.AsSpan(0, body.Length - 1), out int length, BrotliQuality, BrotliWindow);
            if (pays)
            {
                blob.WriteBytes(packed.AsSpan(0, length));
            }

            return pays;
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(packed);
        }
    }

    private static CodecError Unpack(BlobPacking packing, ReadOnlyMemory<byte> packed, int length, out ReadOnlyMemory<byte> body)
    {
        body = packed;
        switch (packing)
        {
            case BlobPacking.Plain:
                return packed.Length == length ? CodecError.None : CodecError.Truncated;
            case BlobPacking.Brotli:
                byte[] unpacked = new byte[length];
                body = unpacked;
                return BrotliDecoder.TryDecompress(packed.Span, unpacked, out int written) && written == length ? CodecError.None : CodecError.BadCompression;
            default:
                return CodecError.BadValue;
        }
    }
}
