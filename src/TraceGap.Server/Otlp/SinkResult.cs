namespace TraceGap.Server.Otlp;

/// <summary>Whether spans were taken over.</summary>
public enum SinkOutcome
{
    /// <summary>The spans are durable.</summary>
    Accepted,

    /// <summary>Queues are full; nothing was kept; the sender should come again after a delay.</summary>
    Overloaded,

    /// <summary>Spans cannot be kept at present (disk full, shutting down); the sender should come again after a delay.</summary>
    Unavailable,
}

/// <summary>What a sink did with the spans of a request.</summary>
/// <param name="Outcome">Whether they were taken over.</param>
/// <param name="RetryAfter">When to come again, if they were not.</param>
/// <param name="Reason">Why not, for people; empty if accepted.</param>
public readonly record struct SinkResult(SinkOutcome Outcome, TimeSpan RetryAfter, string Reason)
{
    /// <summary>What keeps spans from being kept lasts longer than a full queue; senders back off further from here.</summary>
    private static readonly TimeSpan Outage = TimeSpan.FromSeconds(5);

    /// <summary>The spans are durable.</summary>
    public static SinkResult Accepted { get; } = new(SinkOutcome.Accepted, TimeSpan.Zero, "");

    /// <summary>Queues are full.</summary>
    public static SinkResult Overloaded(TimeSpan retryAfter) => new(SinkOutcome.Overloaded, retryAfter, "the span queue is full");

    /// <summary>Spans cannot be kept at present.</summary>
    public static SinkResult Unavailable(string reason) => new(SinkOutcome.Unavailable, Outage, reason);
}
