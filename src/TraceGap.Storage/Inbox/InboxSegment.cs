namespace TraceGap.Storage;

/// <summary>What is known of one segment file.</summary>
internal sealed class InboxSegment(string path, long firstPosition)
{
    public string Path { get; } = path;

    /// <summary>Position of the file's first byte.</summary>
    public long FirstPosition { get; } = firstPosition;

    /// <summary>Length of what is whole and acknowledged, bytes.</summary>
    public int Length { get; set; }

    /// <summary>Position of the last record, or 0 if there is none that is not applied.</summary>
    public long LastPosition { get; set; }

    /// <summary>True if bytes in the middle could not be read; such a file is kept apart instead of being deleted.</summary>
    public bool IsDamaged { get; set; }

    /// <summary>Position behind the last byte.</summary>
    public long EndPosition => FirstPosition + Length;
}
