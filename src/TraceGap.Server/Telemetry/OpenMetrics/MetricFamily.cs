namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>What the values of a family mean (OpenMetrics 1.0, "Metric Types").</summary>
internal enum MetricKind
{
    Counter,
    Gauge,
    Histogram,

    /// <summary>Quantiles that were computed elsewhere, by the label <c>quantile</c>.</summary>
    Summary,
}

/// <summary>All series of one metric.</summary>
/// <param name="Name">The family's name with its unit and without the suffix of its samples.</param>
/// <param name="Kind">What its values mean.</param>
/// <param name="Unit">The unit that the name ends with, or empty.</param>
/// <param name="Help">What it counts, for people.</param>
/// <param name="Series">The series, each with labels of its own.</param>
internal sealed record MetricFamily(string Name, MetricKind Kind, string Unit, string Help, IReadOnlyList<MetricSeries> Series);

/// <summary>One series of a family.</summary>
/// <param name="Labels">Names and values; names are legal and distinct.</param>
/// <param name="Value">The value; for a histogram the sum of what was observed.</param>
internal sealed record MetricSeries(IReadOnlyList<KeyValuePair<string, string>> Labels, double Value)
{
    /// <summary>For a histogram: its buckets, not yet added up, by rising upper bound; the last bound is +∞.</summary>
    public IReadOnlyList<HistogramBucket> Buckets { get; init; } = [];

    /// <summary>For a counter: one thing that it counted.</summary>
    public MetricExemplar? Exemplar { get; init; }
}

/// <summary>What a histogram observed above the bucket before and up to a bound.</summary>
/// <param name="UpperBound">The bound, included.</param>
/// <param name="Count">Observations.</param>
internal readonly record struct HistogramBucket(double UpperBound, long Count);

/// <summary>A trace that a counter counted something of.</summary>
/// <param name="TraceId">The trace, 32 hexadecimal digits.</param>
/// <param name="UnixSeconds">When it was counted.</param>
internal sealed record MetricExemplar(string TraceId, double UnixSeconds);
