namespace TraceGap.Server.Calls;

/// <summary>What one call may cost.</summary>
public sealed record CallLimits
{
    /// <summary>64 MiB, the limit that OTLP receivers commonly take.</summary>
    public const int DefaultMaxMessageBytes = 64 << 20;

    /// <summary>A sender that shows no progress for 30 s is gone or hostile; networks recover faster.</summary>
    public static readonly TimeSpan DefaultStallTimeout = TimeSpan.FromSeconds(30);

    /// <summary>One second: requests are handled in milliseconds, so memory is free again soon.</summary>
    public static readonly TimeSpan DefaultRetryDelay = TimeSpan.FromSeconds(1);

    /// <summary>Largest message, bytes, at most 1 GiB; holds for the compressed and for the decompressed form.</summary>
    public int MaxMessageBytes
    {
        get;
        init => field = value is > 0 and <= 1 << 30 ? value : throw new ArgumentOutOfRangeException(nameof(value), value, "1 byte to 1 GiB");
    } = DefaultMaxMessageBytes;

    /// <summary>A request body that brings less than <see cref="MinProgressBytes"/> in this time, and is not complete, is given up.</summary>
    public TimeSpan StallTimeout { get; init; } = DefaultStallTimeout;

    /// <summary>A body may take so many times <see cref="StallTimeout"/> in all: 10 minutes, or a sender could hold the memory for 64 MiB with a few bytes a second.</summary>
    internal const int MostStalls = 20;

    /// <summary>What counts as progress within <see cref="StallTimeout"/>, bytes, at the least; a single byte does not, or a body could trickle in for years. Of large bodies it is a twentieth.</summary>
    public int MinProgressBytes { get; init; } = 8 << 10;

    /// <summary>What a client is told to wait when the budget is used up.</summary>
    public TimeSpan RetryDelay { get; init; } = DefaultRetryDelay;

    /// <summary>The bytes that all requests share; pass the same instance to every endpoint of the server.</summary>
    public required InFlightBudget Budget { get; init; }
}
