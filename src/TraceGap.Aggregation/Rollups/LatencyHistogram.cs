namespace TraceGap.Aggregation;

/// <summary>Counts per <see cref="LatencyBins"/> bin with an exact sum. Adds and subtracts; one owner, no lock.</summary>
public sealed class LatencyHistogram
{
    // A few dozen bins at most, mostly near each other: a sorted list is smaller and faster than a tree.
    private readonly List<KeyValuePair<int, long>> _counts = [];

    /// <summary>Counts by bin, in order of bin; no zero counts.</summary>
    public IReadOnlyList<KeyValuePair<int, long>> Counts => _counts;

    /// <summary>Number of values.</summary>
    public long Count { get; private set; }

    /// <summary>Exact sum of the values, ns.</summary>
    public Int128 SumNanos { get; private set; }

    /// <summary>Adds a value, or takes it out with sign −1.</summary>
    public void Add(long nanos, int sign) => AddBin(LatencyBins.Of(nanos), sign, (Int128)nanos * sign);

    /// <summary>Adds a count to a bin and a sum, as stored.</summary>
    public void AddBin(int bin, long count, Int128 sumNanos)
    {
        if (count != 0)
        {
            AddCount(bin, count);
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

    private void AddCount(int bin, long count)
    {
        int position = PositionOf(bin);
        if (position == _counts.Count || _counts[position].Key != bin)
        {
            _counts.Insert(position, new KeyValuePair<int, long>(bin, count));
            return;
        }

        long left = _counts[position].Value + count;
        if (left == 0)
        {
            _counts.RemoveAt(position);
        }
        else
        {
            _counts[position] = new KeyValuePair<int, long>(bin, left);
        }
    }

    /// <summary>Where a bin stands, or would stand.</summary>
    private int PositionOf(int bin)
    {
        int low = 0;
        int high = _counts.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (_counts[middle].Key < bin)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
