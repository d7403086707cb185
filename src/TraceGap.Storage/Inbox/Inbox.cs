using System.Threading.Channels;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>
/// Accepted requests on disk until they are applied: what makes "acknowledged" mean "durable". Appends are safe from any thread; a single writer takes all that wait and writes them at
/// once, so that many senders share a write (and, where asked for, an fsync).
/// </summary>
internal sealed class Inbox : IDisposable
{
    private const string DamagedFolder = "damaged";

    // A group is written and acknowledged as one; larger ones would only make the first of it wait.
    private const int MostBytesPerGroup = 8 << 20;

    private readonly string _folder;
    private readonly DamageLog _damages;
    private readonly long _mostQueuedBytes;
    private readonly Lock _segmentsLock = new();
    private readonly List<InboxSegment> _segments;
    private readonly SegmentWriter _writer;
    private readonly Channel<PendingAppend> _queue;
    private readonly Task _writing;
    private long _queuedBytes;
    private long _applied;

    private Inbox(string folder, StoreOptions options, long applied, DamageLog damages, InboxContents contents)
    {
        _folder = folder;
        _damages = damages;
        _applied = applied;
        _segments = contents.Segments;
        _mostQueuedBytes = options.InboxQueueBytes;
        TornBytes = contents.TornBytes;
        _writer = new SegmentWriter(folder, options.InboxSegmentBytes, options.Fsync, options.OpenSegment);
        ResumeOrMoveOn();
        _queue = Channel.CreateBounded<PendingAppend>(new BoundedChannelOptions(options.InboxQueueLength) { SingleReader = true });
        _writing = Task.Run(WriteAsync);
    }

    /// <summary>Bytes of unacknowledged writes that were cut off when the inbox was opened.</summary>
    public long TornBytes { get; }

    /// <summary>Position at which the oldest segment starts; 0 if there is none.</summary>
    public long FirstPosition
    {
        get
        {
            lock (_segmentsLock)
            {
                return _segments.Count == 0 ? 0 : _segments[0].FirstPosition;
            }
        }
    }

    /// <summary>Bytes on disk.</summary>
    public long Bytes
    {
        get
        {
            lock (_segmentsLock)
            {
                return _segments.Sum(static segment => (long)segment.Length);
            }
        }
    }

    /// <summary>Opens the inbox in a folder, which is made if it is not there.</summary>
    /// <param name="folder">Where the segments are.</param>
    /// <param name="options">Sizes and durability.</param>
    /// <param name="applied">Position of the last record that needs no reading.</param>
    /// <param name="damages">Receives what cannot be read.</param>
    /// <exception cref="StorageUnavailableException">A newer version wrote it.</exception>
    /// <exception cref="IOException">Files could not be read or cut.</exception>
    public static Inbox Open(string folder, StoreOptions options, long applied, DamageLog damages)
    {
        bool isNew = !Directory.Exists(folder);
        Directory.CreateDirectory(folder);
        if (isNew && options.Fsync)
        {
            FolderSync.Flush(options.Folder);
        }

        return new Inbox(folder, options, applied, damages, new InboxRecovery(folder, damages).Open(applied));
    }

    /// <summary>Makes spans durable. Cancelling stops the wait, not the write: spans that were handed over stay.</summary>
    public ValueTask<AppendResult> AppendAsync(SpanBatch spans, long arrivalUnixNanos, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        PendingAppend append = new(spans, arrivalUnixNanos);
        if (Interlocked.Add(ref _queuedBytes, append.Length) > _mostQueuedBytes + append.Length || !_queue.Writer.TryWrite(append))
        {
            return ValueTask.FromResult(Refuse(append));
        }

        Task<AppendResult> completion = append.Completion.Task;
        return new ValueTask<AppendResult>(cancellation.CanBeCanceled ? completion.WaitAsync(cancellation) : completion);
    }

    /// <summary>Reads the records behind <paramref name="position"/> that are durable at the time of the call, in order, a segment at a time.</summary>
    public IEnumerable<InboxEntry> ReadFrom(long position) => Read(SegmentsBehind(position), position);

    /// <summary>Says that all records up to and including the one at <paramref name="position"/> are applied; segments that hold no others go.</summary>
    public void MarkApplied(long position)
    {
        List<InboxSegment> gone;
        lock (_segmentsLock)
        {
            _applied = Math.Max(_applied, position);
            gone = _segments.FindAll(segment => segment != _writer.Segment && segment.LastPosition <= _applied);
            _segments.RemoveAll(gone.Contains);
        }

        gone.ForEach(Discard);
    }

    /// <summary>Writes what waits; the newest segment goes too if all of it is applied.</summary>
    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
        _writer.Dispose();
        _segments.FindAll(segment => segment.LastPosition <= _applied).ForEach(Discard);
    }

    private InboxEntry? Decode(InboxSegment segment, SegmentPart part, ReadOnlySpan<byte> file)
    {
        ReadOnlySpan<byte> payload = file.Slice(part.Offset, part.Length)[InboxFormat.RecordHeaderLength..];
        string problem = "another version wrote it";
        if (InboxFormat.TryReadPayloadHead(payload, out long arrival)
            && SpanBatch.TryParse(payload[InboxFormat.PayloadHeadLength..].ToArray(), out SpanBatch? spans, out problem))
        {
            return new InboxEntry(segment.FirstPosition + part.Offset, arrival, spans);
        }

        segment.IsDamaged = true;
        _damages.Add(new StoreDamage(segment.Path, part.Offset, $"a record of {part.Length} bytes could not be decoded: {problem}"));
        return null;
    }

    private IEnumerable<InboxEntry> Read(List<(InboxSegment Segment, int Length)> segments, long position)
    {
        SegmentBuffer buffer = new();
        foreach ((InboxSegment segment, int length) in segments)
        {
            foreach (SegmentPart part in PartsOf(segment, length, position, buffer))
            {
                if (part.IsRecord && segment.FirstPosition + part.Offset > position && Decode(segment, part, buffer.Bytes) is InboxEntry entry)
                {
                    yield return entry;
                }
            }
        }
    }

    private List<SegmentPart> PartsOf(InboxSegment segment, int length, long position, SegmentBuffer buffer)
    {
        try
        {
            ReadOnlySpan<byte> file = buffer.Read(segment.Path, length);
            return SegmentScan.Parts(file, segment.FirstPosition, Math.Min(InboxRecovery.FirstOffset(segment, position), length));
        }
        catch (Exception failure) when (IoFailure.Is(failure))
        {
            segment.IsDamaged = true;
            _damages.Add(new StoreDamage(segment.Path, 0, $"the segment cannot be read and was passed over: {failure.Message}"));
            return [];
        }
    }

    private List<(InboxSegment Segment, int Length)> SegmentsBehind(long position)
    {
        lock (_segmentsLock)
        {
            return [.. _segments.Where(segment => segment.EndPosition > position).Select(static segment => (segment, segment.Length))];
        }
    }

    private AppendResult Refuse(PendingAppend append)
    {
        Interlocked.Add(ref _queuedBytes, -append.Length);
        return _writing.IsCompleted || _queue.Reader.Completion.IsCompleted
            ? new AppendResult(AppendStatus.Closed, 0, "the store is closed")
            : new AppendResult(AppendStatus.QueueFull, 0, "too many requests wait to be written");
    }

    // After loss of power the database can know of records that the inbox lost. Positions at or below the applied one must not be given again: their records would be taken for applied.
    private void ResumeOrMoveOn()
    {
        InboxSegment? last = _segments.LastOrDefault();
        if (last is { IsDamaged: false } && last.EndPosition > _applied)
        {
            _writer.Resume(last);
        }
        else
        {
            _writer.NextFirstPosition = Math.Max(last?.EndPosition ?? 1, _applied + 1);
        }
    }

    private async Task WriteAsync()
    {
        List<PendingAppend> group = [];
        List<long> positions = [];
        while (await _queue.Reader.WaitToReadAsync().ConfigureAwait(false))
        {
            TakeGroup(group);
            AppendResult failure = WriteGroup(group, positions);
            for (int i = 0; i < group.Count; i++)
            {
                Interlocked.Add(ref _queuedBytes, -group[i].Length);
                group[i].Completion.SetResult(failure.IsDurable ? new AppendResult(AppendStatus.Durable, positions[i], null) : failure);
            }
        }
    }

    private void TakeGroup(List<PendingAppend> group)
    {
        group.Clear();
        int bytes = 0;
        while (bytes < MostBytesPerGroup && _queue.Reader.TryRead(out PendingAppend? append))
        {
            group.Add(append);
            bytes += append.Length;
        }
    }

    private AppendResult WriteGroup(List<PendingAppend> group, List<long> positions)
    {
        try
        {
            if (_writer.NeedsSegment)
            {
                InboxSegment started = _writer.StartSegment();
                lock (_segmentsLock)
                {
                    _segments.Add(started);
                }
            }

            int length = _writer.Write(group, positions);
            lock (_segmentsLock)
            {
                _writer.Segment!.Length = length;
                _writer.Segment.LastPosition = positions[^1];
            }

            return new AppendResult(AppendStatus.Durable, 0, null);
        }
        catch (Exception failure)
        {
            // Whatever it is, those who wait must be told, and the next group gets its try.
            TryCutTail();
            AppendStatus status = IoFailure.ProblemOf(failure) == StoreProblem.NoSpace ? AppendStatus.NoSpace : AppendStatus.IoFailed;
            return new AppendResult(status, 0, $"{_writer.Segment?.Path ?? _folder}: {failure.Message}");
        }
    }

    // At once if it can be, so that a reader of the file finds whole records only; else before the next write.
    private void TryCutTail()
    {
        try
        {
            if (_writer.Segment is InboxSegment segment)
            {
                _writer.CutTail(segment);
            }
        }
        catch (Exception failure)
        {
            _damages.Add(new StoreDamage(_writer.Segment!.Path, _writer.Segment.Length, $"a failed write could not be cut off yet: {failure.Message}"));
        }
    }

    // Positions are given again where a database was lost, so a file of that name may have been set aside before.
    private void SetAside(string path)
    {
        string apart = Path.Combine(Directory.CreateDirectory(Path.Combine(_folder, DamagedFolder)).FullName, Path.GetFileName(path));
        string free = apart;
        for (int copy = 2; File.Exists(free); copy++)
        {
            free = $"{apart}.{copy}";
        }

        File.Move(path, free);
    }

    private void Discard(InboxSegment segment)
    {
        try
        {
            if (segment.IsDamaged)
            {
                SetAside(segment.Path);
            }
            else
            {
                File.Delete(segment.Path);
            }
        }
        catch (Exception failure) when (IoFailure.Is(failure))
        {
            // It is applied and costs space only; the next start finds it again.
            _damages.Add(new StoreDamage(segment.Path, 0, $"an applied segment could not be removed: {failure.Message}"));
        }
    }
}
