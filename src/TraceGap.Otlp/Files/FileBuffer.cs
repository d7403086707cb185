namespace TraceGap.Otlp.Files;

/// <summary>A window on a stream that grows as far as a message needs, up to a bound.</summary>
internal sealed class FileBuffer(Stream stream, int maxBytes)
{
    private const int SmallestRead = 64 * 1024;

    private byte[] _bytes = new byte[SmallestRead];
    private int _start;
    private int _end;

    /// <summary>What was read and not yet consumed.</summary>
    public ReadOnlySpan<byte> Span => _bytes.AsSpan(_start, _end - _start);

    /// <summary>Number of bytes in <see cref="Span"/>.</summary>
    public int Count => _end - _start;

    /// <summary>Offset in the stream of the first of them.</summary>
    public long Offset { get; private set; }

    /// <summary>True when the stream has given all it has.</summary>
    public bool Ended { get; private set; }

    /// <summary>True when no more can be held.</summary>
    public bool IsFull => Count >= maxBytes;

    /// <summary>Reads some more. False at the end of the stream, and when no more can be held.</summary>
    public async ValueTask<bool> FillAsync(CancellationToken cancellation)
    {
        if (Ended || IsFull)
        {
            return false;
        }

        MakeRoom();
        int read = await stream.ReadAsync(_bytes.AsMemory(_end), cancellation).ConfigureAwait(false);
        _end += read;
        Ended = read == 0;
        return !Ended;
    }

    /// <summary>Reads until there are <paramref name="count"/> bytes. False if there are not so many.</summary>
    public async ValueTask<bool> FillToAsync(long count, CancellationToken cancellation)
    {
        while (Count < count)
        {
            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Passes over bytes, read or not. False if the stream has not so many.</summary>
    public async ValueTask<bool> SkipAsync(long count, CancellationToken cancellation)
    {
        while (count > Count)
        {
            count -= Count;
            Consume(Count);
            if (!await FillAsync(cancellation).ConfigureAwait(false))
            {
                return false;
            }
        }

        Consume((int)count);
        return true;
    }

    public void Consume(int count)
    {
        _start += count;
        Offset += count;
    }

    private void MakeRoom()
    {
        if (_bytes.Length - _end >= SmallestRead)
        {
            return;
        }

        byte[] target = Count + SmallestRead <= _bytes.Length ? _bytes : new byte[Math.Max(2 * Count, SmallestRead) + SmallestRead];
        _bytes.AsSpan(_start, Count).CopyTo(target);
        _end = Count;
        _start = 0;
        _bytes = target;
    }
}
