namespace TraceGap.Storage;

/// <summary>What was found when the inbox was opened.</summary>
/// <param name="Segments">The segments in order of position; the last one is to be appended to if there is one.</param>
/// <param name="TornBytes">Bytes cut off the end of the last segment: writes that were never acknowledged.</param>
internal sealed record InboxContents(List<InboxSegment> Segments, long TornBytes);

/// <summary>Reads the segments of an inbox after a start: cuts off a torn tail, reports damage, says where the records end.</summary>
internal sealed class InboxRecovery(string folder, DamageLog damages)
{
    /// <summary>Opens what is there. Segments that end at or before <paramref name="applied"/> are not read.</summary>
    /// <exception cref="StorageUnavailableException">A newer version wrote a segment.</exception>
    public InboxContents Open(long applied)
    {
        List<InboxSegment> segments = FindSegments();
        long torn = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            bool isLast = i == segments.Count - 1;
            segments[i].Length = checked((int)new FileInfo(segments[i].Path).Length);
            if (isLast || segments[i].EndPosition > applied)
            {
                torn += Examine(segments[i], applied, isLast);
            }
        }

        foreach (InboxSegment unborn in segments.Where(static segment => segment.Length < InboxFormat.FileHeaderLength))
        {
            File.Delete(unborn.Path);
        }

        segments.RemoveAll(static segment => segment.Length < InboxFormat.FileHeaderLength);
        return new InboxContents(segments, torn);
    }

    /// <summary>Where reading starts in a segment: at the last applied record, which is passed over, or at the first.</summary>
    public static int FirstOffset(InboxSegment segment, long applied) =>
        (int)Math.Clamp(applied - segment.FirstPosition, InboxFormat.FileHeaderLength, Math.Max(segment.Length, InboxFormat.FileHeaderLength));

    private List<InboxSegment> FindSegments()
    {
        List<InboxSegment> segments = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*" + InboxFormat.FileExtension))
        {
            if (InboxFormat.TryReadFileName(path, out long firstPosition))
            {
                segments.Add(new InboxSegment(path, firstPosition));
            }
            else
            {
                damages.Add(new StoreDamage(path, 0, "the name is no position; the file is left alone"));
            }
        }

        segments.Sort(static (left, right) => left.FirstPosition.CompareTo(right.FirstPosition));
        return segments;
    }

    private long Examine(InboxSegment segment, long applied, bool isLast)
    {
        byte[] file = File.ReadAllBytes(segment.Path);
        CodecError header = InboxFormat.CheckFileHeader(file, segment.FirstPosition);
        if (header == CodecError.UnknownVersion)
        {
            throw new StorageUnavailableException(new StoreError(StoreProblem.NewerFormat, segment.Path, "a newer version wrote this inbox segment"));
        }

        if (header != CodecError.None && file.Length >= InboxFormat.FileHeaderLength)
        {
            Report(segment, new SegmentPart(0, InboxFormat.FileHeaderLength, IsRecord: false));
        }

        int whole = Math.Min(FirstOffset(segment, applied), file.Length);
        List<SegmentPart> parts = SegmentScan.Parts(file, segment.FirstPosition, whole);
        for (int i = 0; i < parts.Count; i++)
        {
            if (parts[i].IsRecord)
            {
                segment.LastPosition = segment.FirstPosition + parts[i].Offset;
                whole = parts[i].Offset + parts[i].Length;
            }
            else if (!isLast || i < parts.Count - 1)
            {
                Report(segment, parts[i]);
            }
        }

        return isLast ? CutTail(segment, file.Length, whole) : 0;
    }

    private static long CutTail(InboxSegment segment, int length, int whole)
    {
        if (whole < length)
        {
            using ISegmentFile file = SegmentFile.Open(segment.Path);
            file.SetLength(whole);
        }

        segment.Length = whole;
        return length - whole;
    }

    private void Report(InboxSegment segment, SegmentPart part)
    {
        segment.IsDamaged = true;
        damages.Add(new StoreDamage(segment.Path, part.Offset, $"{part.Length} bytes are no whole record and were passed over"));
    }
}
