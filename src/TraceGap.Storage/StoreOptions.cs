using TraceGap.Aggregation;

namespace TraceGap.Storage;

/// <summary>Where a store is and how it works.</summary>
public sealed class StoreOptions
{
    /// <summary>Default of <see cref="InboxSegmentBytes"/>: seconds of load, so that a small disk gets its space back, and a start after a crash reads little at a time.</summary>
    public const int DefaultInboxSegmentBytes = 8 << 20;

    /// <summary>Default of <see cref="CheckpointPages"/>: pages that change in every commit are moved once.</summary>
    public const int DefaultCheckpointPages = (16 << 20) / Schema.PageBytes;

    /// <summary>The data folder; made if it is not there. One process at a time.</summary>
    public required string Folder { get; init; }

    /// <summary>Acknowledge only what survives loss of power (one fsync per group of requests, full synchronous commits). Default: what survives the death of the process.</summary>
    public bool Fsync { get; init; }

    /// <summary>Size at which the inbox starts another segment file, bytes: the unit in which space is given back. Default: 8 MiB.</summary>
    public int InboxSegmentBytes { get; init; } = DefaultInboxSegmentBytes;

    /// <summary>Most requests that wait to be written; more are refused. Default: 1024.</summary>
    public int InboxQueueLength { get; init; } = 1024;

    /// <summary>Most bytes that wait to be written; more are refused. Default: 64 MiB.</summary>
    public long InboxQueueBytes { get; init; } = 64 << 20;

    /// <summary>Pages that may gather in the database's write-ahead log before they are moved to the database. Default: 16 MiB of them.</summary>
    public int CheckpointPages { get; init; } = DefaultCheckpointPages;

    /// <summary>Minutes of rollups kept decoded for the next commit, over all keys. Default: 512.</summary>
    public int CachedMinutes { get; init; } = 512;

    /// <summary>How long and how much is kept.</summary>
    public RetentionOptions Retention { get; init; } = new();

    /// <summary>Rollup keys, and failure keys, of a day that are told apart; tests make it small.</summary>
    internal int KeysPerDay { get; init; } = 10_000;

    /// <summary>Distinct paths of an hour; tests make it small.</summary>
    internal PathBound Paths { get; init; } = PathBound.Default;

    /// <summary>Opens a segment file; tests put files in its place that fail.</summary>
    internal Func<string, ISegmentFile> OpenSegment { get; init; } = SegmentFile.Open;
}
