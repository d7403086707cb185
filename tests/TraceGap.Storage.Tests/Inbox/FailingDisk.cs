namespace TraceGap.Storage.Tests;

/// <summary>Real files on a disk that can be full, slow, or broken.</summary>
internal sealed class FailingDisk
{
    private const int NoSpace = 28;

    private int _writes;

    public long FreeBytes { get; set; } = long.MaxValue;

    public bool RefusesToCut { get; set; }

    public bool RefusesToFlush { get; set; }

    /// <summary>What writes throw.</summary>
    public Exception? Unforeseen { get; set; }

    /// <summary>Writes of records wait until this is set.</summary>
    public ManualResetEventSlim? Gate { get; init; }

    public ManualResetEventSlim WriteBegan { get; } = new();

    public int Writes => Volatile.Read(ref _writes);

    public ISegmentFile Open(string path) => new Opened(this, SegmentFile.Open(path));

    private sealed class Opened(FailingDisk disk, ISegmentFile file) : ISegmentFile
    {
        public void Write(IReadOnlyList<ReadOnlyMemory<byte>> buffers, long offset)
        {
            Interlocked.Increment(ref disk._writes);
            if (disk.Unforeseen is Exception unforeseen)
            {
                throw unforeseen;
            }

            if (offset > 0)
            {
                disk.WriteBegan.Set();
                disk.Gate?.Wait();
            }

            byte[] bytes = [.. buffers.SelectMany(static buffer => buffer.ToArray())];
            long fits = Math.Min(bytes.Length, disk.FreeBytes);
            file.Write([bytes.AsMemory(0, (int)fits)], offset);
            if (fits < bytes.Length)
            {
                throw new IOException("No space left on device", NoSpace);
            }
        }

        public void SetLength(long length)
        {
            if (disk.RefusesToCut)
            {
                throw new IOException("The device does not answer");
            }

            file.SetLength(length);
        }

        public void Flush()
        {
            if (disk.RefusesToFlush)
            {
                throw new IOException("The device does not answer");
            }

            file.Flush();
        }

        public void Dispose() => file.Dispose();
    }
}
