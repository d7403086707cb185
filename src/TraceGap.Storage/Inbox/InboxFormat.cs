using System.Buffers.Binary;
using System.Globalization;

namespace TraceGap.Storage;

/// <summary>
/// The layout of the inbox's segment files, named after the position of their first byte.
/// <code>
/// file    magic "TGINBOX" and version (8 bytes), position of the file's first byte (8 bytes), records
/// record  marker (4 bytes), length of the payload (4 bytes), checksum (4 bytes), payload
/// payload version (1 byte), arrival (8 bytes), span batch
/// </code>
/// A record's position is that of its first byte, counted over all segments. Fixed-width numbers are little-endian. The checksum covers position, length and payload: bytes that
/// were meant for another place, or text that only looks like a record, do not pass. The marker lets a reader find the next record behind a damaged one.
/// </summary>
internal static class InboxFormat
{
    public const int FileHeaderLength = 16;
    public const int RecordHeaderLength = 12;
    public const int PayloadHeadLength = 1 + sizeof(long);
    public const byte PayloadVersion = 2;
    public const string FileExtension = ".inbox";

    private const byte FileVersion = 1;
    private const int MagicLength = 7;

    // No inbox gets there; it keeps a file that somebody named so from making positions overflow.
    private const long MostPositions = 1L << 62;

    private static ReadOnlySpan<byte> Magic => "TGINBOX"u8;

    /// <summary>First bytes of every record. Not text in any encoding, so that attribute values do not look like it by accident.</summary>
    public static ReadOnlySpan<byte> Marker => [0xF5, 0x54, 0x47, 0xFF];

    public static string FileName(long firstPosition) => firstPosition.ToString("x16", CultureInfo.InvariantCulture) + FileExtension;

    public static bool TryReadFileName(string path, out long firstPosition) =>
        long.TryParse(Path.GetFileNameWithoutExtension(path), NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out firstPosition)
        && firstPosition is > 0 and < MostPositions;

    public static byte[] FileHeader(long firstPosition)
    {
        byte[] header = new byte[FileHeaderLength];
        Magic.CopyTo(header);
        header[MagicLength] = FileVersion;
        BinaryPrimitives.WriteInt64LittleEndian(header.AsSpan(8), firstPosition);
        return header;
    }

    /// <summary>Judges the first bytes of a file that its name says starts at <paramref name="firstPosition"/>.</summary>
    public static CodecError CheckFileHeader(ReadOnlySpan<byte> file, long firstPosition)
    {
        if (file.Length < FileHeaderLength)
        {
            return CodecError.Truncated;
        }

        if (!file.StartsWith(Magic))
        {
            return CodecError.BadValue;
        }

        if (file[MagicLength] != FileVersion)
        {
            return CodecError.UnknownVersion;
        }

        return BinaryPrimitives.ReadInt64LittleEndian(file[8..]) == firstPosition ? CodecError.None : CodecError.BadValue;
    }

    /// <summary>A record as far as its spans, with room for what <see cref="FinishRecord"/> fills in.</summary>
    public static byte[] RecordHead(long arrivalUnixNanos)
    {
        byte[] head = new byte[RecordHeaderLength + PayloadHeadLength];
        Marker.CopyTo(head);
        head[RecordHeaderLength] = PayloadVersion;
        BinaryPrimitives.WriteInt64LittleEndian(head.AsSpan(RecordHeaderLength + 1), arrivalUnixNanos);
        return head;
    }

    /// <summary>Fills in length and checksum of a record.</summary>
    public static void FinishRecord(Span<byte> head, ReadOnlySpan<byte> spans, long position)
    {
        Span<byte> payloadHead = head[RecordHeaderLength..];
        int length = payloadHead.Length + spans.Length;
        BinaryPrimitives.WriteInt32LittleEndian(head[4..], length);
        BinaryPrimitives.WriteUInt32LittleEndian(head[8..], Crc32C.Of(Crc32C.Of(PlaceChecksum(position, length), payloadHead), spans));
    }

    /// <summary>Reads what stands before the spans.</summary>
    /// <returns>False if another version wrote it.</returns>
    public static bool TryReadPayloadHead(ReadOnlySpan<byte> payload, out long arrivalUnixNanos)
    {
        bool isKnown = payload.Length >= PayloadHeadLength && payload[0] == PayloadVersion;
        arrivalUnixNanos = isKnown ? BinaryPrimitives.ReadInt64LittleEndian(payload[1..]) : 0;
        return isKnown;
    }

    /// <summary>The length of the whole record that starts here, or 0 if none does.</summary>
    public static int RecordLengthAt(ReadOnlySpan<byte> bytes, long position)
    {
        if (bytes.Length < RecordHeaderLength || !bytes.StartsWith(Marker))
        {
            return 0;
        }

        int length = BinaryPrimitives.ReadInt32LittleEndian(bytes[4..]);
        if (length < 0 || length > bytes.Length - RecordHeaderLength)
        {
            return 0;
        }

        ReadOnlySpan<byte> payload = bytes.Slice(RecordHeaderLength, length);
        return BinaryPrimitives.ReadUInt32LittleEndian(bytes[8..]) == Crc32C.Of(PlaceChecksum(position, length), payload) ? RecordHeaderLength + length : 0;
    }

    private static uint PlaceChecksum(long position, int length)
    {
        Span<byte> place = stackalloc byte[12];
        BinaryPrimitives.WriteInt64LittleEndian(place, position);
        BinaryPrimitives.WriteInt32LittleEndian(place[8..], length);
        return Crc32C.Of(place);
    }
}
