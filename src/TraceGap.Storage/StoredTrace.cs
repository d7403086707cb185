using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>A trace as it is stored.</summary>
public sealed class StoredTrace
{
    /// <summary>The trace.</summary>
    public required TraceId TraceId { get; init; }

    /// <summary>Its spans in the order in which they were committed, but for those that came too late. Where copies of one span differed, both are here. None if only late ones are left.</summary>
    public required IReadOnlyList<SpanRecord> Spans { get; init; }

    /// <summary>Spans that came too late to become part of it, likewise.</summary>
    public required IReadOnlyList<SpanRecord> LateSpans { get; init; }

    /// <summary>False if some of its spans are gone because of their age.</summary>
    public required bool IsWhole { get; init; }

    /// <summary>All its spans.</summary>
    public IReadOnlyList<SpanRecord> AllSpans => LateSpans.Count == 0 ? Spans : [.. Spans, .. LateSpans];

    /// <summary>What is booked for it; null if only late spans are left, or if it could not be read, which <see cref="TraceStore.Damages"/> tells.</summary>
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
