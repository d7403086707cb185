using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Latency before and after of a sample of traces.</summary>
/// <remarks>
/// The gain compares the same traces, so its interval is that of the pairs and far narrower than those of the two sides: linearised, with the influence of a trace on a quantile
/// (Bahadur 1966), (q − 1[duration ≤ quantile]) times the spacing of durations there, taken on both sides.
/// </remarks>
internal sealed class LatencyReplay
{
    private static readonly LatencyEstimates NoData = new(Estimate.None, Estimate.None, Estimate.None, Estimate.None);

    private readonly IReadOnlyList<ReplayedTrace> _traces;
    private readonly WeightedDurations _before;
    private readonly WeightedDurations _after;

    private LatencyReplay(IReadOnlyList<ReplayedTrace> traces)
    {
        _traces = traces;
        _before = new WeightedDurations(traces, static trace => trace.BeforeNanos);
        _after = new WeightedDurations(traces, static trace => trace.AfterNanos);
    }

    /// <summary>The figures; all null without traces.</summary>
    public static LatencyProjection Of(IReadOnlyList<ReplayedTrace> traces)
    {
        if (traces.Count == 0)
        {
            return new LatencyProjection(NoData, NoData, NoData, []);
        }

        LatencyReplay replay = new(traces);
        return new LatencyProjection(Estimates(replay._before), Estimates(replay._after), replay.Gain(), Layers(traces));
    }

    private static LatencyEstimates Estimates(WeightedDurations durations) =>
        new(durations.PercentileEstimate(50), durations.PercentileEstimate(95), durations.PercentileEstimate(99), durations.MeanEstimate());

    private LatencyEstimates Gain() => new(GainAt(50), GainAt(95), GainAt(99), GainOfMean());

    private Estimate GainAt(int percent)
    {
        double before = _before.Percentile(percent);
        double after = _after.Percentile(percent);
        if (before <= 0)
        {
            return Estimate.None;
        }

        double ratio = after / before;
        if (_before.Sparsity(percent) is not double spacingBefore || _after.Sparsity(percent) is not double spacingAfter)
        {
            return new Estimate(1 - ratio, null, null);
        }

        double q = percent / 100.0;
        return GainOf(ratio, trace =>
            ((spacingAfter * (q - (trace.AfterNanos <= after ? 1 : 0))) - (ratio * spacingBefore * (q - (trace.BeforeNanos <= before ? 1 : 0)))) / before);
    }

    private Estimate GainOfMean()
    {
        if (_before.Mean <= 0)
        {
            return Estimate.None;
        }

        double ratio = _after.Mean / _before.Mean;
        return _traces.Count > 1 ? GainOf(ratio, trace => (trace.AfterNanos - (ratio * trace.BeforeNanos)) / _before.Mean) : new Estimate(1 - ratio, null, null);
    }

    private Estimate GainOf(double ratio, Func<ReplayedTrace, double> influence)
    {
        double weights = _traces.Sum(static trace => (double)trace.Weight);
        double variance = _traces.Sum(trace => Math.Pow(trace.Weight * influence(trace), 2)) / (weights * weights);
        double half = Wilson.Z * Math.Sqrt(variance);
        return new Estimate(1 - ratio, 1 - ratio - half, Math.Min(1, 1 - ratio + half));
    }

    private static LayerShift[] Layers(IReadOnlyList<ReplayedTrace> traces)
    {
        Int128[] before = new Int128[LayerNames.Count];
        Int128[] after = new Int128[LayerNames.Count];
        Int128 weights = 0;
        foreach (ReplayedTrace trace in traces)
        {
            weights += trace.Weight;
            for (int layer = 0; layer < LayerNames.Count; layer++)
            {
                before[layer] += (Int128)trace.LayersBefore[layer] * trace.Weight;
                after[layer] += (Int128)trace.LayersAfter[layer] * trace.Weight;
            }
        }

        double allBefore = before.Sum(static nanos => (double)nanos);
        double allAfter = after.Sum(static nanos => (double)nanos);
        return
        [
            .. Enumerable.Range(0, LayerNames.Count)
                .Where(layer => before[layer] > 0 || after[layer] > 0)
                .OrderByDescending(layer => before[layer])
                .ThenBy(static layer => LayerNames.Of((Layer)layer), StringComparer.Ordinal)
                .Select(layer => new LayerShift(
                    LayerNames.Of((Layer)layer),
                    Share((double)before[layer], allBefore),
                    Share((double)after[layer], allAfter),
                    LatencyUnits.Of((double)before[layer] / (double)weights),
                    LatencyUnits.Of((double)after[layer] / (double)weights))),
        ];
    }

    private static double? Share(double part, double all) => all > 0 ? part / all : null;
}
