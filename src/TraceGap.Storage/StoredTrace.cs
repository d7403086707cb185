using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>A trace as it is stored.</summary>
public sealed class StoredTrace
{
    /// <summary>The trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>All its spans in the order in which they were committed. Where copies of one span differed, both are here.</summary>
    public required IReadOnlyList<SpanRecord> Spans { get; init; }

    /// <summary>What is booked for it; null if that could not be read, which <see cref="TraceStore.Damages"/> tells.</summary>
    public required TraceContribution? Contribution { get; init; }

    /// <summary>How often it was analysed and stored.</summary>
    public required int Revision { get; init; }

    /// <summary>True if it is not closed yet.</summary>
    public required bool IsOpen { get; init; }

    /// <summary>Arrival of its first span, nanoseconds since the Unix epoch.</summary>
    public required long FirstArrivalUnixNanos { get; init; }

    /// <summary>Arrival of its last span, nanoseconds since the Unix epoch.</summary>
    public required long LastArrivalUnixNanos { get; init; }

    /// <summary>Number of distinct spans that its findings were made from.</summary>
    public required int SpanCount { get; init; }
}

/// <summary>A trace that is not closed yet.</summary>
/// <param name="TraceId">The trace.</param>
/// <param name="LastArrivalUnixNanos">Arrival of its last span, nanoseconds since the Unix epoch.</param>
public readonly record struct OpenTraceRef(TraceId TraceId, long LastArrivalUnixNanos);
