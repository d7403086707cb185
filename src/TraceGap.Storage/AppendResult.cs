namespace TraceGap.Storage;

/// <summary>What became of an append.</summary>
public enum AppendStatus
{
    /// <summary>The spans are durable and may be acknowledged.</summary>
    Durable,

    /// <summary>Too much waits to be written. Nothing was kept; the sender should try again.</summary>
    QueueFull,

    /// <summary>The disk is full. Nothing was kept; the sender should try again.</summary>
    NoSpace,

    /// <summary>The write failed. Nothing was kept; the sender should try again.</summary>
    IoFailed,

    /// <summary>The store is closed or closing. Nothing was kept.</summary>
    Closed,
}

/// <summary>What became of an append, and where the record is.</summary>
/// <param name="Status">What became of it.</param>
/// <param name="Position">The record's position, above that of every earlier record; 0 unless durable.</param>
/// <param name="Detail">What failed, in words; null if durable.</param>
public readonly record struct AppendResult(AppendStatus Status, long Position, string? Detail)
{
    /// <summary>True if the spans may be acknowledged.</summary>
    public bool IsDurable => Status == AppendStatus.Durable;
}
