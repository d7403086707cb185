
namespace TraceGap.Otlp.Files;

/// <summary>The bytes of a file as they lie on disk, with a few known ones before and behind; counts what was read.</summary>
internal sealed class FileSource(Stream file) : ForwardStream
{
    private ReadOnlyMemory<byte> _prefix;
    private ReadOnlyMemory<byte> _suffix;
    private bool _ended;

    /// <summary>Bytes of the file that were read.</summary>
    public long BytesRead { get; private set; }

    /// <summary>Reads the first bytes of the file, fewer if it has fewer, and keeps them to be read again.</summary>
    public async ValueTask<ReadOnlyMemory<byte>> PeekAsync(int count, CancellationToken cancellation)
    {
        byte[] first = new byte[count];
        int read = await file.ReadAtLeastAsync(first, count, throwOnEndOfStream: false, cancellation).ConfigureAwait(false);
        BytesRead += read;
        _prefix = first.AsMemory(0, read);
        return _prefix;
    }

    /// <summary>Gives <paramref name="suffix"/> after the end of the file.</summary>
    public void Append(ReadOnlyMemory<byte> suffix) => _suffix = suffix;

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (!_prefix.IsEmpty)
        {
            return Take(ref _prefix, buffer);
        }

        if (!_ended)
        {
            int read = await file.ReadAsync(buffer, cancellationToken).ConfigureAwait(false);
            BytesRead += read;
            _ended = read == 0 && buffer.Length > 0;
            if (!_ended)
            {
                return read;
            }
        }

        return Take(ref _suffix, buffer);
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    private static int Take(ref ReadOnlyMemory<byte> from, Memory<byte> to)
    {
        int count = Math.Min(from.Length, to.Length);
        from[..count].CopyTo(to);
        from = from[count..];
        return count;
    }
}
