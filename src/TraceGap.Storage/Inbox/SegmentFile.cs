using Microsoft.Win32.SafeHandles;

namespace TraceGap.Storage;

/// <summary>What the inbox asks of a file that it appends to.</summary>
internal interface ISegmentFile : IDisposable
{
    /// <summary>Writes all buffers, one behind the other.</summary>
    void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset);

    /// <summary>Cuts the file off.</summary>
    void SetLength(long length);

    /// <summary>Waits until what was written survives loss of power.</summary>
    void Flush();
}

/// <summary>A segment file of the operating system. A completed write survives the death of the process.</summary>
internal sealed class SegmentFile : ISegmentFile
{
    private readonly SafeFileHandle _handle;
    private readonly string _folder;
    private bool _isEntryFlushed;

    private SegmentFile(string path)
    {
        _handle = File.OpenHandle(path, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.Read | FileShare.Delete);
        _folder = Path.GetDirectoryName(path)!;
    }

    public static ISegmentFile Open(string path) => new SegmentFile(path);

    public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset) => RandomAccess.Write(_handle, buffers, offset);

    public void SetLength(long length) => RandomAccess.SetLength(_handle, length);

    public void Flush()
    {
        RandomAccess.FlushToDisk(_handle);
        if (!_isEntryFlushed)
        {
            // A file whose name is not on disk is lost with all that is in it (fsync(2), "Calling fsync() does not necessarily ensure ...").
            FolderSync.Flush(_folder);
            _isEntryFlushed = true;
        }
    }

    public void Dispose() => _handle.Dispose();
}
