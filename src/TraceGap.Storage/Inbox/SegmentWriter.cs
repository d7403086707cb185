namespace TraceGap.Storage;

/// <summary>
/// Appends groups of records to the newest segment, one write each, and starts the next segment when one is full. One owner, no lock.
/// A group that fails leaves nothing behind: before anything else is written the file is cut to the length that it had.
/// </summary>
internal sealed class SegmentWriter(string folder, int segmentBytes, bool flush, Func<string, ISegmentFile> open) : IDisposable
{
    private readonly List<ReadOnlyMemory<byte>> _buffers = [];
    private ISegmentFile? _file;
    private bool _tailIsDirty;

    /// <summary>The segment that is appended to; null until the first write after a start without one.</summary>
    public InboxSegment? Segment { get; private set; }

    /// <summary>Position of the next segment's first byte if there is no segment to go on with.</summary>
    public long NextFirstPosition { get; set; } = 1;

    /// <summary>Goes on at the end of a segment that was found.</summary>
    public void Resume(InboxSegment segment)
    {
        _file = open(segment.Path);
        Segment = segment;
        NextFirstPosition = segment.EndPosition;
    }

    /// <summary>True if the next group goes to a new segment.</summary>
    public bool NeedsSegment => Segment is null || Segment.Length >= segmentBytes;

    /// <summary>Starts a segment behind the newest one.</summary>
    /// <exception cref="IOException">The file could not be made; nothing has changed.</exception>
    public InboxSegment StartSegment()
    {
        long first = Segment?.EndPosition ?? NextFirstPosition;
        string path = Path.Combine(folder, InboxFormat.FileName(first));
        ISegmentFile file = open(path);
        try
        {
            file.SetLength(0);
            file.Write([InboxFormat.FileHeader(first)], 0);
        }
        catch
        {
            file.Dispose();
            throw;
        }

        _file?.Dispose();
        _file = file;
        _tailIsDirty = false;
        Segment = new InboxSegment(path, first) { Length = InboxFormat.FileHeaderLength };
        return Segment;
    }

    /// <summary>Writes a group and fills in <paramref name="positions"/>.</summary>
    /// <returns>The segment's length with the group. The group counts as written once the segment has this length.</returns>
    /// <exception cref="IOException">It could not be written; none of it is there.</exception>
    public int Write(IReadOnlyList<PendingAppend> group, List<long> positions)
    {
        InboxSegment segment = Segment!;
        CutTail(segment);
        int length = segment.Length;
        _buffers.Clear();
        positions.Clear();
        foreach (PendingAppend append in group)
        {
            InboxFormat.FinishRecord(append.Head, append.Body.Span, segment.FirstPosition + length);
            positions.Add(segment.FirstPosition + length);
            _buffers.Add(append.Head);
            _buffers.Add(append.Body);
            length = checked(length + append.Length);
        }

        _tailIsDirty = true;
        _file!.Write(_buffers, segment.Length);
        if (flush)
        {
            _file.Flush();
        }

        _tailIsDirty = false;
        return length;
    }

    /// <summary>Removes what a failed write may have left.</summary>
    /// <exception cref="IOException">It could not be removed; the next write tries again first.</exception>
    public void CutTail(InboxSegment segment)
    {
        if (_tailIsDirty)
        {
            _file!.SetLength(segment.Length);
            _tailIsDirty = false;
        }
    }

    public void Dispose() => _file?.Dispose();
}
