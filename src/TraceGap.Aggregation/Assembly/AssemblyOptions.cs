namespace TraceGap.Aggregation;

/// <summary>When a trace counts as complete enough to be analysed, and how much may be held in memory until then.</summary>
public sealed class AssemblyOptions
{
    /// <summary>Default of <see cref="Quiet"/>: children that end with their root arrive with it or in the next export of their process.</summary>
    public static readonly TimeSpan DefaultQuiet = TimeSpan.FromSeconds(2);

    /// <summary>Default of <see cref="Idle"/>: twice the five seconds at which SDKs export by default.</summary>
    public static readonly TimeSpan DefaultIdle = TimeSpan.FromSeconds(10);

    /// <summary>Default of <see cref="RootGrace"/>: longer than slow models and most people take, while nothing but the root is missing.</summary>
    public static readonly TimeSpan DefaultRootGrace = TimeSpan.FromMinutes(10);

    /// <summary>Default of <see cref="MaxWait"/>: a trace that never falls silent is shown, late spans and all, a few minutes behind.</summary>
    public static readonly TimeSpan DefaultMaxWait = TimeSpan.FromMinutes(5);

    /// <summary>Default of <see cref="MaxInFlightBytes"/>: some 10 s of idle traces at 200,000 spans a second.</summary>
    public const long DefaultMaxInFlightBytes = 512L << 20;

    /// <summary>Default of <see cref="MaxOpenTraces"/>: 10 minutes at 1,700 traces a second without a root; some hundred bytes each.</summary>
    public const int DefaultMaxOpenTraces = 1_000_000;

    /// <summary>A trace whose root was seen is handed out when nothing arrived for this long.</summary>
    public TimeSpan Quiet { get; init; } = DefaultQuiet;

    /// <summary>A trace without a root is handed out as open when nothing arrived for this long.</summary>
    public TimeSpan Idle { get; init; } = DefaultIdle;

    /// <summary>An open trace is closed without a root when nothing arrived for this long.</summary>
    public TimeSpan RootGrace { get; init; } = DefaultRootGrace;

    /// <summary>A trace is handed out when its first span in flight has waited this long, quiet or not.</summary>
    public TimeSpan MaxWait { get; init; } = DefaultMaxWait;

    /// <summary>Memory that spans in flight may hold, bytes; beyond it the traces that came first go early.</summary>
    public long MaxInFlightBytes { get; init; } = DefaultMaxInFlightBytes;

    /// <summary>Open traces that are remembered; beyond it the one that was silent longest is closed early.</summary>
    public int MaxOpenTraces { get; init; } = DefaultMaxOpenTraces;
}
