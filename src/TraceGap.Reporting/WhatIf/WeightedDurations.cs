using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>The durations of some traces in order, with their sampling weights: quantiles and means with intervals. There is at least one.</summary>
internal sealed class WeightedDurations
{
    private readonly long[] _nanos;
    private readonly double[] _upTo;
    private readonly double _step;
    private readonly int _count;

    /// <summary>Sorts.</summary>
    /// <param name="traces">The traces.</param>
    /// <param name="duration">Their duration, ns.</param>
    public WeightedDurations(IReadOnlyList<ReplayedTrace> traces, Func<ReplayedTrace, long> duration)
    {
        _nanos = [.. traces.Select(duration)];
        double[] weights = [.. traces.Select(static trace => (double)trace.Weight)];
        Mean = traces.Zip(weights, (trace, weight) => duration(trace) * weight).Sum() / weights.Sum();
        MeanVariance = traces.Zip(weights, (trace, weight) => Math.Pow(weight * (duration(trace) - Mean), 2)).Sum() / Math.Pow(weights.Sum(), 2);
        Array.Sort(_nanos, weights);
        _upTo = new double[weights.Length];
        double sum = 0;
        for (int i = 0; i < weights.Length; i++)
        {
            _upTo[i] = sum += weights[i];
        }

        // So many traces of one weight would say as much.
        _count = Math.Max(1, (int)Math.Round(sum * sum / weights.Sum(static weight => weight * weight)));
        _step = sum / _count;
    }

    /// <summary>The mean, ns.</summary>
    public double Mean { get; }

    /// <summary>Its variance.</summary>
    public double MeanVariance { get; }

    /// <summary>A percentile, ns: the smallest duration that so much of the weight does not exceed.</summary>
    public long Percentile(int percent) => AtWeight(_upTo[^1] * percent / 100);

    /// <summary>A percentile with its interval, ms.</summary>
    public Estimate PercentileEstimate(int percent)
    {
        OrderStatistics ranks = OrderStatistics.Of(_count, percent);
        return new Estimate(
            LatencyUnits.Of(Percentile(percent)),
            ranks.Low >= 1 ? LatencyUnits.Of(AtRank(ranks.Low)) : null,
            ranks.High <= _count ? LatencyUnits.Of(AtRank(ranks.High)) : null);
    }

    /// <summary>The mean with its interval, ms.</summary>
    public Estimate MeanEstimate()
    {
        double half = Wilson.Z * Math.Sqrt(MeanVariance);
        return _count > 1 ? new Estimate(LatencyUnits.Of(Mean), LatencyUnits.Of(Math.Max(0, Mean - half)), LatencyUnits.Of(Mean + half)) : new Estimate(LatencyUnits.Of(Mean), null, null);
    }

    /// <summary>How far durations move per part of all traces, at a percentile, ns: what turns a share of traces into time. Null where too few traces lie beyond.</summary>
    public double? Sparsity(int percent)
    {
        OrderStatistics ranks = OrderStatistics.Of(_count, percent);
        return ranks.Low >= 1 && ranks.High <= _count ? (AtRank(ranks.High) - AtRank(ranks.Low)) / ((ranks.High - ranks.Low) / (double)_count) : null;
    }

    private long AtRank(int rank) => AtWeight(rank * _step);

    private long AtWeight(double weight)
    {
        int at = Array.BinarySearch(_upTo, weight);
        return _nanos[Math.Min(at >= 0 ? at : ~at, _nanos.Length - 1)];
    }
}
