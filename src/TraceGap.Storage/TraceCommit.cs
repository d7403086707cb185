using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>A new trace or a new revision of a stored one.</summary>
public sealed class TraceCommit
{
    /// <summary>The trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>The spans that are not stored yet; they are appended to those that are. May be empty for a trace that is only analysed again.</summary>
    public required IReadOnlyList<SpanRecord> NewSpans { get; init; }

    /// <summary>What the trace now adds to the rollups; what it added before is taken out. Also tells key, outcome, failure and number of distinct spans.</summary>
    public required TraceContribution Contribution { get; init; }

    /// <summary>Number of distinct spans that the trace then has, signals included; null where there are none of these, and the contribution tells.</summary>
    public int? DistinctSpans { get; init; }

    /// <summary>What told the outcome.</summary>
    public required OutcomeSource OutcomeSource { get; init; }

    /// <summary>Start of the trace, nanoseconds since the Unix epoch.</summary>
    public required long StartUnixNanos { get; init; }

    /// <summary>End of the trace, nanoseconds since the Unix epoch; lies in the contribution's minute.</summary>
    public required long EndUnixNanos { get; init; }

    /// <summary>
    /// True if the new spans came too late for the trace that is stored (<see cref="TraceStore.MayReopen"/>): they are kept beside it and count in no rollup. Everything else here is then of the
    /// late spans alone.
    /// </summary>
    public bool IsLate { get; init; }

    /// <summary>True if the trace is not closed yet; see <see cref="TraceStore.OpenTraces"/>.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>How often the trace has been analysed and stored, this time included: 1 for a new trace.</summary>
    public required int Revision { get; init; }

    /// <summary>Arrival of its first span, nanoseconds since the Unix epoch.</summary>
    public required long FirstArrivalUnixNanos { get; init; }

    /// <summary>Arrival of its last span, nanoseconds since the Unix epoch.</summary>
    public required long LastArrivalUnixNanos { get; init; }
}
