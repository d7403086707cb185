using System.Collections.Concurrent;
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

    private const int MostSpansKept = 4096;

    private static readonly int MostEncoders = 2 * Environment.ProcessorCount;

    private readonly ConcurrentBag<SpanBlockWriter> _encoders = [];
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
        Directory.CreateDirectory(folder);
        return new Inbox(folder, options, applied, damages, new InboxRecovery(folder, damages).Open(applied));
    }

    /// <summary>Makes spans durable. Cancelling stops the wait, not the write: spans that were handed over stay.</summary>
    public ValueTask<AppendResult> AppendAsync(IReadOnlyList<SpanRecord> spans, long arrivalUnixNanos, CancellationToken cancellation)
    {
        cancellation.ThrowIfCancellationRequested();
        PendingAppend append = new(Encode(spans, arrivalUnixNanos));
        if (Interlocked.Add(ref _queuedBytes, append.Record.Length) > _mostQueuedBytes + append.Record.Length || !_queue.Writer.TryWrite(append))
        {
            return ValueTask.FromResult(Refuse(append));
        }

        Task<AppendResult> completion = append.Completion.Task;
        return new ValueTask<AppendResult>(cancellation.CanBeCanceled ? completion.WaitAsync(cancellation) : completion);
    }

    /// <summary>Reads the records behind <paramref name="position"/> that were durable when reading began, in order.</summary>
    public IEnumerable<InboxEntry> ReadFrom(long position)
    {
        foreach ((InboxSegment segment, int length) in SegmentsBehind(position))
        {
            byte[] file = ReadStart(segment.Path, length);
            foreach (SegmentPart part in SegmentScan.Parts(file, segment.FirstPosition, Math.Min(InboxRecovery.FirstOffset(segment, position), length)))
            {
                long at = segment.FirstPosition + part.Offset;
                if (part.IsRecord && at > position && Decode(segment, part, file) is InboxEntry entry)
                {
                    yield return entry;
                }
            }
        }
    }

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

        foreach (InboxSegment segment in gone)
        {
            Discard(segment);
        }
    }

    public void Dispose()
    {
        _queue.Writer.TryComplete();
        _writing.GetAwaiter().GetResult();
        _writer.Dispose();
        foreach (SpanBlockWriter encoder in _encoders)
        {
            encoder.Dispose();
        }
    }

    private ByteWriter Encode(IReadOnlyList<SpanRecord> spans, long arrivalUnixNanos)
    {
        ByteWriter record = new(4096);
        record.Skip(InboxFormat.RecordHeaderLength);
        record.WriteByte(InboxFormat.PayloadVersion);
        record.WriteSigned(arrivalUnixNanos);
        SpanBlockWriter block = _encoders.TryTake(out SpanBlockWriter? idle) ? idle : new SpanBlockWriter();
        block.Add(spans);
        block.WriteTo(record);
        KeepOrDrop(block);
        return record;
    }

    private void KeepOrDrop(SpanBlockWriter encoder)
    {
        // Clearing costs what the largest use cost, and the memory of an exceptional request should not stay.
        if (encoder.Count > MostSpansKept || _encoders.Count >= MostEncoders)
        {
            encoder.Dispose();
            return;
        }

        encoder.Clear();
        _encoders.Add(encoder);
    }

    private InboxEntry? Decode(InboxSegment segment, SegmentPart part, byte[] file)
    {
        ReadOnlySpan<byte> payload = file.AsSpan(part.Offset, part.Length)[InboxFormat.RecordHeaderLength..];
        ByteReader reader = new(payload);
        byte version = reader.ReadByte();
        long arrival = reader.ReadSigned();
        List<SpanRecord> spans = [];
        CodecError error = version != InboxFormat.PayloadVersion ? CodecError.UnknownVersion
            : reader.Error != CodecError.None ? reader.Error
            : SpanBlock.ReadUnframed(payload[^reader.Remaining..], spans);
        if (error == CodecError.None)
        {
            return new InboxEntry(segment.FirstPosition + part.Offset, arrival, spans);
        }

        segment.IsDamaged = true;
        _damages.Add(new StoreDamage(segment.Path, part.Offset, $"a record of {part.Length} bytes could not be decoded: {error}"));
        return null;
    }

    private static byte[] ReadStart(string path, int length)
    {
        byte[] bytes = new byte[length];
        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete);
        file.ReadExactly(bytes);
        return bytes;
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
        Interlocked.Add(ref _queuedBytes, -append.Record.Length);
        append.Record.Dispose();
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
                Interlocked.Add(ref _queuedBytes, -group[i].Record.Length);
                group[i].Record.Dispose();
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
            bytes += append.Record.Length;
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
        catch (Exception failure) when (IoFailure.Is(failure))
        {
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
        catch (Exception failure) when (IoFailure.Is(failure))
        {
            _damages.Add(new StoreDamage(_writer.Segment!.Path, _writer.Segment.Length, $"a failed write could not be cut off yet: {failure.Message}"));
        }
    }

    private void Discard(InboxSegment segment)
    {
        try
        {
            if (segment.IsDamaged)
            {
                string apart = Directory.CreateDirectory(Path.Combine(_folder, DamagedFolder)).FullName;
                File.Move(segment.Path, Path.Combine(apart, Path.GetFileName(segment.Path)), overwrite: true);
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
