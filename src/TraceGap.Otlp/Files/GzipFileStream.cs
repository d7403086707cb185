using System.IO.Compression;

namespace TraceGap.Otlp.Files;

/// <summary>Decompresses a gzip file, of one member or several. Unlike the platform's stream it fails if the file is cut.</summary>
internal sealed class GzipFileStream : ForwardStream
{
    private readonly GZipStream _gzip;
    // The last bytes so far: at the end they are the end text, which is not given.
    private readonly byte[] _held = new byte[GzipEnd.Text.Length];
    private byte[] _buffer = [];
    private int _heldCount;

    public GzipFileStream(FileSource file)
    {
        file.Append(GzipEnd.Member);
        _gzip = new GZipStream(file, CompressionMode.Decompress);
    }

    public override async ValueTask<int> ReadAsync(Memory<byte> buffer, CancellationToken cancellationToken = default)
    {
        if (_buffer.Length < buffer.Length + _held.Length)
        {
            _buffer = new byte[buffer.Length + _held.Length];
        }

        while (true)
        {
            _held.AsSpan(0, _heldCount).CopyTo(_buffer);
            int read = await _gzip.ReadAsync(_buffer.AsMemory(_heldCount, buffer.Length), cancellationToken).ConfigureAwait(false);
            if (read == 0)
            {
                return IsEnd() ? 0 : throw new InvalidDataException("gzip data is damaged or cut");
            }

            int total = _heldCount + read;
            int given = Math.Max(total - _held.Length, 0);
            _buffer.AsSpan(0, given).CopyTo(buffer.Span);
            _heldCount = total - given;
            _buffer.AsSpan(given, _heldCount).CopyTo(_held);
            if (given > 0)
            {
                return given;
            }
        }
    }

    public override Task<int> ReadAsync(byte[] buffer, int offset, int count, CancellationToken cancellationToken) =>
        ReadAsync(buffer.AsMemory(offset, count), cancellationToken).AsTask();

    public override int Read(byte[] buffer, int offset, int count) => throw new NotSupportedException();

    protected override void Dispose(bool disposing)
    {
        if (disposing)
        {
            _gzip.Dispose();
        }

        base.Dispose(disposing);
    }

    private bool IsEnd() => _held.AsSpan(0, _heldCount).SequenceEqual(GzipEnd.Text);
}
