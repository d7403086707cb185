namespace TraceGap.Storage;

/// <summary>Where a rule stands; what the bytes mean is the caller's matter.</summary>
/// <param name="Id">Number of the rule.</param>
/// <param name="State">Its state.</param>
public readonly record struct StoredAlertState(long Id, byte[] State);

/// <summary>Something that was told, or is to be told.</summary>
/// <param name="Id">Its number.</param>
/// <param name="AtUnixNanos">When that was decided, nanoseconds since the Unix epoch.</param>
/// <param name="IsPending">Whether it is still to be told.</param>
/// <param name="Notice">What it is.</param>
public readonly record struct StoredAlertNotice(long Id, long AtUnixNanos, bool IsPending, byte[] Notice);

/// <summary>What is kept of alerts.</summary>
/// <param name="States">Where rules stand, by number.</param>
/// <param name="Notices">All that is pending and the latest of what is done, by number.</param>
public sealed record StoredAlerts(IReadOnlyList<StoredAlertState> States, IReadOnlyList<StoredAlertNotice> Notices);

/// <summary>A change of what is kept of alerts. Rows with a number that is there are replaced.</summary>
public sealed record AlertCommit
{
    /// <summary>Where rules stand now.</summary>
    public IReadOnlyList<StoredAlertState> States { get; init; } = [];

    /// <summary>What is to be told, and what was.</summary>
    public IReadOnlyList<StoredAlertNotice> Notices { get; init; } = [];

    /// <summary>Notifications that are done and were decided on before this are forgotten, nanoseconds since the Unix epoch; 0 forgets none.</summary>
    public long ForgetBeforeUnixNanos { get; init; }
}
