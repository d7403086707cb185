using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// End-to-end latency of the ok and failed traces of a window, and where the time of those around the median and of the slow ones went. Bands are whole bins, so their sums are
/// exact: p50 is the bins of ranks 45 % to 55 %, p95 and p99 are the bin of that rank and all above.
/// </summary>
internal sealed class LatencyAttribution
{
    private const int Kinds = KindNanos.Count;

    private readonly SortedDictionary<int, DurationBin> _bins = [];
    private readonly Int128[] _layers = new Int128[LayerNames.Count];
    private Int128 _coordination;
    private Int128 _covered;
    private Int128 _sum;
    private long _count;

    /// <summary>Adds the traces of a cell.</summary>
    public void Add(RollupCell cell)
    {
        foreach ((int number, DurationBin bin) in cell.Durations)
        {
            Add(Bin(number), bin);
            _count += bin.Count;
            _sum += bin.SumNanos;
            for (int i = 0; i < bin.PathTimes.Length; i++)
            {
                _layers[i / Kinds] += bin.PathTimes[i];
            }

            _coordination += Coordination(bin.PathTimes);
        }

        _covered += cell.CoveredNanos;
    }

    /// <summary>Adds all of another attribution.</summary>
    public void Add(LatencyAttribution other)
    {
        foreach ((int number, DurationBin bin) in other._bins)
        {
            Add(Bin(number), bin);
        }

        for (int layer = 0; layer < _layers.Length; layer++)
        {
            _layers[layer] += other._layers[layer];
        }

        _coordination += other._coordination;
        _covered += other._covered;
        _sum += other._sum;
        _count += other._count;
    }

    /// <summary>Exact mean, ms; null without traces.</summary>
    public double? Mean => _count > 0 ? (double)_sum / (LatencyUnits.NanosPerMillisecond * _count) : null;

    /// <summary>Critical-path time of a layer, ns.</summary>
    public Int128 LayerNanos(Layer layer) => _layers[(int)layer];

    /// <summary>Part of the path time that is not computing; null without any.</summary>
    public double? CoordinationShare => ShareOf(_coordination);

    /// <summary>Part of the path time that lies in steps without steps below them; null without any.</summary>
    public double? CoveredShare => ShareOf(_covered);

    /// <summary>A part of all path time; null without any.</summary>
    public double? ShareOf(Int128 nanos) => Share(nanos, _sum);

    /// <summary>The figures.</summary>
    /// <param name="steps">The step keys of the same traces.</param>
    public LatencyReport ToReport(IReadOnlyDictionary<StepKey, StepCell> steps) => new(
        Quantile(50),
        Quantile(90),
        Quantile(95),
        Quantile(99),
        Mean,
        _count > 0 ? [Band("p50", 45, 55, steps), Band("p95", 95, 100, steps), Band("p99", 99, 100, steps)] : [],
        CoordinationShare,
        CoveredShare);

    /// <summary>A percentile, ms; null without traces.</summary>
    public double? Quantile(int percent)
    {
        long rank = LatencyHistogram.Rank(percent, _count);
        foreach ((int number, DurationBin bin) in _bins)
        {
            rank -= bin.Count;
            if (rank <= 0)
            {
                return LatencyUnits.Middle(number);
            }
        }

        return null;
    }

    private DurationBin Bin(int number)
    {
        if (!_bins.TryGetValue(number, out DurationBin? bin))
        {
            bin = new DurationBin();
            _bins.Add(number, bin);
        }

        return bin;
    }

    private static void Add(DurationBin sum, DurationBin bin)
    {
        sum.Count += bin.Count;
        sum.SumNanos += bin.SumNanos;
        for (int i = 0; i < bin.PathTimes.Length; i++)
        {
            sum.PathTimes[i] += bin.PathTimes[i];
        }
    }

    private LatencyBand Band(string name, int fromPercent, int toPercent, IReadOnlyDictionary<StepKey, StepCell> steps)
    {
        long first = LatencyHistogram.Rank(fromPercent, _count);
        long last = LatencyHistogram.Rank(toPercent, _count);
        DurationBin band = new();
        HashSet<int> bins = [];
        long below = 0;
        foreach ((int number, DurationBin bin) in _bins)
        {
            if (below < last && below + bin.Count >= first)
            {
                Add(band, bin);
                bins.Add(number);
            }

            below += bin.Count;
        }

        return new LatencyBand(name, band.Count, Layers(band), Steps(band, bins, steps), Share(Coordination(band.PathTimes), band.SumNanos));
    }

    private static BandStep[] Steps(DurationBin band, HashSet<int> bins, IReadOnlyDictionary<StepKey, StepCell> steps) =>
    [
        .. steps.Select(step => (step.Key, Kinds: Array.ConvertAll(step.Value.Critical, times => Sum(times, bins))))
            .Select(static step => (step.Key, step.Kinds, Nanos: Sum(step.Kinds)))
            .Where(static step => step.Nanos > 0)
            .OrderByDescending(static step => step.Nanos)
            .ThenBy(static step => step.Key)
            .Select(step => StepOf(band, step.Key, step.Nanos, step.Kinds)),
    ];

    private static BandStep StepOf(DurationBin band, StepKey key, Int128 nanos, Int128[] kinds)
    {
        double perTrace = LatencyUnits.NanosPerMillisecond * band.Count;
        return new BandStep(
            key.Text,
            LayerNames.Of(key.Layer),
            (double)nanos / perTrace,
            Share(nanos, band.SumNanos),
            (double)kinds[(int)SegmentKind.Compute] / perTrace,
            (double)kinds[(int)SegmentKind.Movement] / perTrace,
            (double)kinds[(int)SegmentKind.Handoff] / perTrace,
            (double)kinds[(int)SegmentKind.Wait] / perTrace,
            Share(Coordination(kinds), nanos));
    }

    private static Int128 Sum(BinnedTime times, HashSet<int> bins)
    {
        Int128 sum = 0;
        foreach ((int bin, Int128 nanos) in times.Bins)
        {
            sum += bins.Contains(bin) ? nanos : 0;
        }

        return sum;
    }

    private static Int128 Sum(ReadOnlySpan<Int128> times)
    {
        Int128 sum = 0;
        foreach (Int128 nanos in times)
        {
            sum += nanos;
        }

        return sum;
    }

    /// <summary>What is not computing, of times by kind.</summary>
    private static Int128 Coordination(ReadOnlySpan<Int128> times)
    {
        Int128 sum = 0;
        for (int i = 0; i < times.Length; i++)
        {
            sum += i % Kinds != (int)SegmentKind.Compute ? times[i] : 0;
        }

        return sum;
    }

    private static double? Share(Int128 part, Int128 whole) => whole > 0 ? (double)part / (double)whole : null;

    private static BandLayer[] Layers(DurationBin band)
    {
        double perTrace = LatencyUnits.NanosPerMillisecond * band.Count;
        List<(Int128 Nanos, BandLayer Layer)> layers = [];
        for (int layer = 0; layer < LayerNames.Count; layer++)
        {
            ReadOnlySpan<Int128> kinds = band.PathTimes.AsSpan(layer * Kinds, Kinds);
            Int128 nanos = Sum(kinds);
            if (nanos > 0)
            {
                layers.Add((nanos, new BandLayer(
                    LayerNames.Of((Layer)layer),
                    (double)nanos / perTrace,
                    Share(nanos, band.SumNanos),
                    (double)kinds[(int)SegmentKind.Compute] / perTrace,
                    (double)kinds[(int)SegmentKind.Movement] / perTrace,
                    (double)kinds[(int)SegmentKind.Handoff] / perTrace,
                    (double)kinds[(int)SegmentKind.Wait] / perTrace)));
            }
        }

        return [.. layers.OrderByDescending(static layer => layer.Nanos).ThenBy(static layer => layer.Layer.Layer, StringComparer.Ordinal).Select(static layer => layer.Layer)];
    }
}
