namespace TraceGap.Storage;

/// <summary>One thing found in a segment.</summary>
/// <param name="Offset">Where it starts in the file.</param>
/// <param name="Length">How long it is, bytes.</param>
/// <param name="IsRecord">True for a whole record, false for bytes that are none.</param>
internal readonly record struct SegmentPart(int Offset, int Length, bool IsRecord);

/// <summary>Takes the bytes of a segment apart into whole records and what lies between them. Pure.</summary>
internal static class SegmentScan
{
    /// <summary>All parts from <paramref name="offset"/> on, in order, without gaps.</summary>
    public static List<SegmentPart> Parts(ReadOnlySpan<byte> file, long firstPosition, int offset)
    {
        List<SegmentPart> parts = [];
        while (offset < file.Length)
        {
            int length = InboxFormat.RecordLengthAt(file[offset..], firstPosition + offset);
            bool isRecord = length > 0;
            if (!isRecord)
            {
                length = NextRecord(file, firstPosition, offset + 1) - offset;
            }

            parts.Add(new SegmentPart(offset, length, isRecord));
            offset += length;
        }

        return parts;
    }

    private static int NextRecord(ReadOnlySpan<byte> file, long firstPosition, int offset)
    {
        while (offset < file.Length)
        {
            int found = file[offset..].IndexOf(InboxFormat.Marker);
            if (found < 0)
            {
                return file.Length;
            }

            offset += found;
            if (InboxFormat.RecordLengthAt(file[offset..], firstPosition + offset) > 0)
            {
                return offset;
            }

            offset++;
        }

        return file.Length;
    }
}
