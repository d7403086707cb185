namespace TraceGap.Aggregation;

/// <summary>Counts per <see cref="LatencyBins"/> bin with an exact sum. Adds and subtracts; one owner, no lock.</summary>
public sealed class LatencyHistogram
{
    private readonly SortedDictionary<int, long> _counts = [];

    /// <summary>Counts by bin, in order of bin; no zero counts.</summary>
    public IReadOnlyDictionary<int, long> Counts => _counts;

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Exact sum of the values, ns.</summary>
    public Int128 SumNanos { get; private set; }

    /// <summary>Adds a value, or takes it out with sign −1.</summary>
    public void Add(long nanos, int sign) => AddBin(LatencyBins.Of(nanos), sign, (Int128)nanos * sign);

    /// <summary>Adds a count to a bin and a sum, as stored.</summary>
    public void AddBin(int bin, long count, Int128 sumNanos)
    {
        long left = _counts.GetValueOrDefault(bin) + count;
        if (left == 0)
        {
            _counts.Remove(bin);
        }
        else
        {
            _counts[bin] = left;
        }

        Count += count;
        SumNanos += sumNanos;
    }

    /// <summary>Adds all of another histogram.</summary>
    public void Merge(LatencyHistogram other)
    {
        foreach ((int bin, long count) in other._counts)
        {
            AddBin(bin, count, 0);
        }

        SumNanos += other.SumNanos;
    }

    /// <summary>The rank of a percentile among so many values, ⌈q·n⌉ with q in whole percent, so that no rank depends on rounding; 1..n, and 1 without values.</summary>
    public static long Rank(int percent, long count) => Math.Clamp((long)((((Int128)count * percent) + 99) / 100), 1, Math.Max(1, count));

    /// <summary>A percentile: the geometric middle of the bin that has its <see cref="Rank"/>, ns; null without values.</summary>
    public double? Percentile(int percent)
    {
        long rank = Rank(percent, Count);
        foreach ((int bin, long count) in _counts)
        {
            rank -= count;
            if (rank <= 0)
            {
                return LatencyBins.Middle(bin);
            }
        }

        return null;
    }

    /// <summary>Exact mean, ns; null without values.</summary>
    public double? Mean() => Count == 0 ? null : (double)SumNanos / Count;
}
