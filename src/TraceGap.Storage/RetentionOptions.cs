namespace TraceGap.Storage;

/// <summary>How long and how much is kept. What is beyond it is removed in the background, see <see cref="TraceStore.Maintain"/>.</summary>
public sealed record RetentionOptions
{
    /// <summary>Default of <see cref="MaxAge"/>.</summary>
    public static readonly TimeSpan DefaultMaxAge = TimeSpan.FromDays(30);

    /// <summary>Default of <see cref="RollupMaxAge"/>: a year and a month, so that a month can be compared with that of the year before.</summary>
    public static readonly TimeSpan DefaultRollupMaxAge = TimeSpan.FromDays(400);

    /// <summary>Default of <see cref="MaxEventAge"/>: exporters that were cut off for days still count.</summary>
    public static readonly TimeSpan DefaultMaxEventAge = TimeSpan.FromDays(7);

    /// <summary>Default of <see cref="MaxEventLead"/>: clocks are wrong by minutes; by hours they are of no use.</summary>
    public static readonly TimeSpan DefaultMaxEventLead = TimeSpan.FromHours(1);

    /// <summary>Default of <see cref="ReopenHorizon"/>: a day that a sender was cut off.</summary>
    public static readonly TimeSpan DefaultReopenHorizon = TimeSpan.FromHours(24);

    /// <summary>How long traces and their spans are kept after their last span has arrived.</summary>
    public TimeSpan MaxAge { get; init; } = DefaultMaxAge;

    /// <summary>How long rollups, of which reports are made, are kept in event time. Longer than <see cref="MaxAge"/>: a rollup is no longer summed up again once its traces are gone.</summary>
    public TimeSpan RollupMaxAge { get; init; } = DefaultRollupMaxAge;

    /// <summary>
    /// Oldest event time, before arrival of a trace's first span, with which it counts in the rollups of its time. What is older counts as out of time: it is listed, and in no report.
    /// </summary>
    public TimeSpan MaxEventAge { get; init; } = DefaultMaxEventAge;

    /// <summary>Latest event time, after arrival of a trace's last span, with which it counts in the rollups of its time.</summary>
    public TimeSpan MaxEventLead { get; init; } = DefaultMaxEventLead;

    /// <summary>How long after its last span a closed trace takes further ones; those that come later are kept beside it, see <see cref="TraceCommit.IsLate"/>. Not longer than <see cref="MaxAge"/>.</summary>
    public TimeSpan ReopenHorizon { get; init; } = DefaultReopenHorizon;

    /// <summary>Size of the database with its write-ahead log, bytes, beyond which the oldest traces go whatever their age; 0 for no limit.</summary>
    public long MaxBytes { get; init; }
}
