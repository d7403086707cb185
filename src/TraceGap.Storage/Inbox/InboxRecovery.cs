namespace TraceGap.Storage;

/// <summary>What was found when the inbox was opened.</summary>
/// <param name="Segments">The segments in order of position; the last one is to be appended to if there is one.</param>
/// <param name="TornBytes">Bytes cut off the end of the last segment: writes that were never acknowledged.</param>
internal sealed record InboxContents(List<InboxSegment> Segments, long TornBytes);

/// <summary>Reads the segments of an inbox after a start: cuts off a torn tail, reports damage, says where the records end.</summary>
internal sealed class InboxRecovery(string folder, DamageLog damages)
{
    private readonly SegmentBuffer _buffer = new();

    /// <summary>Opens what is there. Segments that end at or before <paramref name="applied"/> are not read.</summary>
    /// <exception cref="StorageUnavailableException">A newer version wrote a segment.</exception>
    /// <exception cref="UnauthorizedAccessException">A segment may not be read or cut.</exception>
    public InboxContents Open(long applied)
    {
        List<InboxSegment> segments = FindSegments();
        long torn = 0;
        for (int i = 0; i < segments.Count; i++)
        {
            bool isLast = i == segments.Count - 1;
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
        ReportGaps(segments, applied);
        return new InboxContents(segments, torn);
    }

    /// <summary>Where reading starts in a segment: at what is applied last, which is passed over, or at the first record.</summary>
    public static int FirstOffset(InboxSegment segment, long applied) =>
        (int)Math.Clamp(applied - segment.FirstPosition, InboxFormat.FileHeaderLength, Math.Max(segment.Length, InboxFormat.FileHeaderLength));

    private List<InboxSegment> FindSegments()
    {
        List<InboxSegment> segments = [];
        foreach (string path in Directory.EnumerateFiles(folder, "*" + InboxFormat.FileExtension))
        {
            long length = new FileInfo(path).Length;
            if (!InboxFormat.TryReadFileName(path, out long firstPosition))
            {
                damages.Add(new StoreDamage(path, 0, "the name is no position; the file is left alone"));
            }
            else if (length > SegmentBuffer.MostBytes)
            {
                damages.Add(new StoreDamage(path, 0, $"{length} bytes are too many for a segment; the file is left alone"));
            }
            else
            {
                segments.Add(new InboxSegment(path, firstPosition) { Length = (int)length });
            }
        }

        segments.Sort(static (left, right) => left.FirstPosition.CompareTo(right.FirstPosition));
        return segments;
    }

    private long Examine(InboxSegment segment, long applied, bool isLast)
    {
        ReadOnlySpan<byte> file;
        try
        {
            file = _buffer.Read(segment.Path, segment.Length);
        }
        catch (IOException failure)
        {
            // A bad sector must not keep all the others from being served; the file goes to the damaged ones, where it can be looked after.
            segment.IsDamaged = true;
            damages.Add(new StoreDamage(segment.Path, 0, $"the segment cannot be read and was passed over: {failure.Message}"));
            return 0;
        }

        CheckHeader(segment, file);
        int whole = Math.Min(InboxFormat.FileHeaderLength, file.Length);
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
                ReportUnlessApplied(segment, parts[i], applied);
            }
        }

        return isLast ? CutTail(segment, file.Length, whole) : 0;
    }

    private void CheckHeader(InboxSegment segment, ReadOnlySpan<byte> file)
    {
        CodecError header = InboxFormat.CheckFileHeader(file, segment.FirstPosition);
        if (header == CodecError.UnknownVersion)
        {
            throw new StorageUnavailableException(new StoreError(StoreProblem.NewerFormat, segment.Path, "a newer version wrote this inbox segment"));
        }

        if (header != CodecError.None && file.Length >= InboxFormat.FileHeaderLength)
        {
            Report(segment, new SegmentPart(0, InboxFormat.FileHeaderLength, IsRecord: false));
        }
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

    // The position that is applied may lie anywhere within a record, so damage is judged from the file's start and told if it reaches beyond that position.
    private void ReportUnlessApplied(InboxSegment segment, SegmentPart part, long applied)
    {
        if (segment.FirstPosition + part.Offset + part.Length > applied + 1)
        {
            Report(segment, part);
        }
    }

    private void Report(InboxSegment segment, SegmentPart part)
    {
        segment.IsDamaged = true;
        damages.Add(new StoreDamage(segment.Path, part.Offset, $"{part.Length} bytes are no whole record and were passed over"));
    }

    // A segment starts where the one before it ends, so a file that was lost or cut off shows as a gap.
    private void ReportGaps(List<InboxSegment> segments, long applied)
    {
        for (int i = 1; i < segments.Count; i++)
        {
            long missing = segments[i].FirstPosition - segments[i - 1].EndPosition;
            if (missing > 0 && segments[i].FirstPosition > applied + 1)
            {
                damages.Add(new StoreDamage(
                    segments[i - 1].Path, segments[i - 1].Length, $"{missing} bytes are missing between this segment and {Path.GetFileName(segments[i].Path)}"));
            }
        }
    }
}
