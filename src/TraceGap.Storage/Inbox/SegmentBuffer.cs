namespace TraceGap.Storage;

/// <summary>Holds one segment file at a time, so that reading many of them takes the memory of the largest. One owner.</summary>
internal sealed class SegmentBuffer
{
    /// <summary>A segment ends with the group that fills it and is far smaller; what is larger is no segment.</summary>
    public const int MostBytes = 1 << 30;

    private byte[] _bytes = [];
    private int _length;

    /// <summary>What was read last.</summary>
    public ReadOnlySpan<byte> Bytes => _bytes.AsSpan(0, _length);

    /// <summary>The first <paramref name="length"/> bytes of a file, until the next call.</summary>
    /// <exception cref="IOException">They could not be read, or there are fewer.</exception>
    public ReadOnlySpan<byte> Read(string path, int length)
    {
        if (_bytes.Length < length)
        {
            _bytes = GC.AllocateUninitializedArray<byte>(length);
        }

        using FileStream file = new(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite | FileShare.Delete, bufferSize: 0);
        file.ReadExactly(_bytes, 0, length);
        _length = length;
        return Bytes;
    }
}
