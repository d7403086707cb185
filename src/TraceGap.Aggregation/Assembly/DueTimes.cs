namespace TraceGap.Aggregation;

/// <summary>
/// Traces by the time at which they are to be looked at, in buckets of 100 ms: entering and leaving cost the same however many there are. A trace that is due later than it was is
/// found out when its turn comes; one that is due earlier is entered again, and what stays behind in the later bucket is passed over.
/// </summary>
internal sealed class DueTimes
{
    private const long BucketNanos = 100_000_000;

    private readonly SortedDictionary<long, List<TraceInFlight>> _buckets = [];
    private (long Number, List<TraceInFlight>? Traces) _inHand;

    /// <summary>Enters a trace if it is due earlier than it is entered for.</summary>
    public void Put(TraceInFlight trace, long due)
    {
        long number = BucketOf(due);
        if (trace.DueBucket <= number)
        {
            return;
        }

        trace.DueBucket = number;
        if (_inHand.Traces is null || _inHand.Number != number)
        {
            _inHand = (number, BucketAt(number));
        }

        _inHand.Traces!.Add(trace);
    }

    /// <summary>Takes out the traces that may be due at <paramref name="now"/>; those that are not are to be entered again.</summary>
    public List<TraceInFlight> Take(long now)
    {
        List<TraceInFlight> taken = [];
        while (_buckets.Count > 0 && _buckets.First() is { } first && first.Key <= BucketOf(now))
        {
            _buckets.Remove(first.Key);
            foreach (TraceInFlight trace in first.Value)
            {
                if (!trace.IsGone && trace.DueBucket == first.Key)
                {
                    trace.DueBucket = long.MaxValue;
                    taken.Add(trace);
                }
            }
        }

        _inHand = default;
        return taken;
    }

    private List<TraceInFlight> BucketAt(long number)
    {
        if (!_buckets.TryGetValue(number, out List<TraceInFlight>? bucket))
        {
            bucket = [];
            _buckets.Add(number, bucket);
        }

        return bucket;
    }

    private static long BucketOf(long time) => (long)((ulong)time / BucketNanos);
}
