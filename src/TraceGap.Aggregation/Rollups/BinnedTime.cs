namespace TraceGap.Aggregation;

/// <summary>Path time by bin of the end-to-end durations (<see cref="LatencyBins"/>) of the traces that spent it. Adds and subtracts exactly; one owner, no lock.</summary>
public sealed class BinnedTime
{
    private readonly SortedList<int, Int128> _bins = [];

    /// <summary>Times by bin, ns, in order of bin; no zero times.</summary>
    public IEnumerable<KeyValuePair<int, Int128>> Bins => _bins;

    /// <summary>All of it, ns.</summary>
    public Int128 TotalNanos { get; private set; }

    /// <summary>Number of <see cref="Bins"/>.</summary>
    public int Count => _bins.Count;

    /// <summary>Adds time to a bin, or takes it out if it is negative.</summary>
    public void Add(int bin, Int128 nanos)
    {
        int position = _bins.IndexOfKey(bin);
        Int128 sum = nanos + (position < 0 ? 0 : _bins.GetValueAtIndex(position));
        TotalNanos += nanos;
        if (sum == 0)
        {
            _bins.Remove(bin);
        }
        else if (position < 0)
        {
            _bins.Add(bin, sum);
        }
        else
        {
            _bins.SetValueAtIndex(position, sum);
        }
    }

    /// <summary>Adds all of another one.</summary>
    public void Merge(BinnedTime other)
    {
        foreach ((int bin, Int128 nanos) in other._bins)
        {
            Add(bin, nanos);
        }
    }
}
