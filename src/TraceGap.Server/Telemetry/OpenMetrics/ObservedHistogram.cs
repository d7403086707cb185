namespace TraceGap.Server.Telemetry.OpenMetrics;

/// <summary>Adds up what one histogram instrument observes. Thread-safe.</summary>
/// <param name="bounds">Upper bounds of the buckets, rising, without the last one, which is +∞.</param>
internal sealed class ObservedHistogram(IReadOnlyList<double> bounds)
{
    private readonly Lock _lock = new();
    private readonly long[] _counts = new long[bounds.Count + 1];
    private double _sum;

    /// <summary>Adds an observation.</summary>
    public void Record(double value)
    {
        int bucket = 0;
        while (bucket < bounds.Count && value > bounds[bucket])
        {
            bucket++;
        }

        lock (_lock)
        {
            _counts[bucket]++;
            _sum += value;
        }
    }

    /// <summary>What was observed so far.</summary>
    public MetricSeries ToSeries()
    {
        lock (_lock)
        {
            return new MetricSeries([], _sum)
            {
                Buckets = [.. _counts.Select((count, bucket) => new HistogramBucket(bucket < bounds.Count ? bounds[bucket] : double.PositiveInfinity, count))],
            };
        }
    }
}
