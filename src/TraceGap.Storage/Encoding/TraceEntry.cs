using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>What a list shows of a trace, and what is needed to find the rest of it: one version of the trace, as one commit left it.</summary>
internal sealed record TraceEntry
{
    /// <summary>In place of the number of a trace that was not found.</summary>
    public const long NoTrace = -1;

    public required TraceId TraceId { get; init; }

    /// <summary>Number of its rollup key.</summary>
    public required long Key { get; init; }

    public required TraceOutcome Outcome { get; init; }

    public required OutcomeSource OutcomeSource { get; init; }

    public required long StartUnixNanos { get; init; }

    public required long EndUnixNanos { get; init; }

    public required long FirstArrivalUnixNanos { get; init; }

    public required long LastArrivalUnixNanos { get; init; }

    public required int Revision { get; init; }

    public required bool IsOpen { get; init; }

    public required int Spans { get; init; }

    /// <summary>True if it counts as out of time: its end is too far from its arrival.</summary>
    public bool IsOutOfTime { get; init; }

    /// <summary>If these are spans that came too late for a trace: its number, or <see cref="NoTrace"/>.</summary>
    public long? FragmentOf { get; init; }

    /// <summary>False for what counts nowhere and is not listed: what came too late for a trace, and traces of which no span came.</summary>
    public bool Counts => FragmentOf is null && OutcomeSource != OutcomeSource.SignalsAlone;

    /// <summary>Number of its failure key.</summary>
    public required long? Failure { get; init; }

    /// <summary>Numbers under which older spans of it are stored, in order.</summary>
    public required IReadOnlyList<long> Earlier { get; init; }
}
