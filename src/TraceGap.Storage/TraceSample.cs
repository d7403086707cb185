using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Which traces are sampled: ok and failed ones with a root that ended in a window. A filter that is null lets everything pass.</summary>
public sealed record SampleQuery
{
    /// <summary>Earliest end, nanoseconds since the Unix epoch.</summary>
    public long FromUnixNanos { get; init; }

    /// <summary>Ends before this, nanoseconds since the Unix epoch.</summary>
    public long ToUnixNanos { get; init; } = long.MaxValue;

    /// <summary>The workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>The environment.</summary>
    public string? Environment { get; init; }

    /// <summary>The version.</summary>
    public string? Version { get; init; }

    /// <summary>Most traces, at least 1.</summary>
    public int Size { get; init; } = 1000;
}

/// <summary>A sample of traces: those with the smallest <see cref="Aggregation.TraceHash"/>, so the same ones whenever it is taken.</summary>
/// <param name="Of">How many traces pass the filters.</param>
/// <param name="Traces">The spans of each of the sample, read while they are enumerated, once. Traces that have lost spans because of their age are left out.</param>
public sealed record TraceSample(long Of, IEnumerable<IReadOnlyList<SpanRecord>> Traces);
