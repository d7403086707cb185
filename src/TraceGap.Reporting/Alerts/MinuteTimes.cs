using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>How long the ok and failed requests of a stretch of time took.</summary>
/// <param name="Traces">Requests.</param>
/// <param name="Slow">Those that took longer than a bound.</param>
/// <param name="SlowBin">That bound: the last bin that is not slow; null if none was set, and <paramref name="Slow"/> says nothing.</param>
/// <param name="LayerMs">Critical-path time, ms, by number of layer.</param>
/// <param name="TotalMs">Of all layers.</param>
public readonly record struct MinuteTimes(long Traces, long Slow, int? SlowBin, double[] LayerMs, double TotalMs)
{
    private const int Kinds = 4;

    /// <summary>Adds up cells.</summary>
    /// <param name="cells">Cells of a workflow.</param>
    /// <param name="slowBin">The bound.</param>
    public static MinuteTimes Of(IEnumerable<RollupCell> cells, int? slowBin)
    {
        long traces = 0;
        long slow = 0;
        Int128[] nanos = new Int128[LayerNames.Count];
        foreach ((int number, DurationBin bin) in cells.SelectMany(static cell => cell.Durations))
        {
            traces += bin.Count;
            slow += number > slowBin ? bin.Count : 0;
            for (int i = 0; i < bin.PathTimes.Length; i++)
            {
                nanos[i / Kinds] += bin.PathTimes[i];
            }
        }

        double[] layers = Array.ConvertAll(nanos, static layer => (double)layer / LatencyUnits.NanosPerMillisecond);
        return new MinuteTimes(traces, slow, slowBin, layers, layers.Sum());
    }
}
