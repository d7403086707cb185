namespace TraceGap.Reporting;

/// <summary>
/// Lays two reports side by side. Pure. Intervals of differences are made of the intervals of both sides, which are independent samples (Newcombe, "Interval estimation for the difference
/// between independent proportions", 1998, method 10; Zou and Donner 2008 for figures that are no proportions).
/// </summary>
public static class ComparisonBuilder
{
    /// <summary>Builds the comparison.</summary>
    /// <param name="before">What is compared with.</param>
    /// <param name="after">What is compared.</param>
    /// <param name="filters">Environment and version of both sides, as they were asked for.</param>
    public static Comparison Build(Report before, Report after, ComparedFilters filters) => new(
        Side(before, filters.EnvironmentBefore, filters.VersionBefore),
        Side(after, filters.EnvironmentAfter, filters.VersionAfter),
        Reliability(before.Reliability, after.Reliability),
        Latency(before.Latency, after.Latency),
        Layers(before, after),
        Steps(before, after));

    private static ComparedSide Side(Report report, string? environment, string? version) =>
        new(report.Window, report.Workflow, environment, version, report.Traces, report.AnalysedUntil);

    private static ReliabilityChange Reliability(ReliabilityReport before, ReliabilityReport after) => new(
        Of(before.Observed.Value, before.Observed.Low, before.Observed.High, after.Observed.Value, after.Observed.Low, after.Observed.High),
        Of(before.Theoretical, after.Theoretical),
        Of(before.Divergence.Value, before.Divergence.Low, before.Divergence.High, after.Divergence.Value, after.Divergence.Low, after.Divergence.High),
        Of(before.TheoreticalPerAttempt, after.TheoreticalPerAttempt),
        Of(before.Decomposition.Retries, after.Decomposition.Retries),
        Of(before.Decomposition.Dependence, after.Decomposition.Dependence),
        Of(before.Decomposition.Recovered, after.Decomposition.Recovered),
        Of(before.Decomposition.Silent, after.Decomposition.Silent));

    private static LatencyChange Latency(LatencyReport before, LatencyReport after) => new(
        Of(before.P50, after.P50),
        Of(before.P90, after.P90),
        Of(before.P95, after.P95),
        Of(before.P99, after.P99),
        Of(before.Mean, after.Mean),
        Of(before.CoordinationShare, after.CoordinationShare),
        [
            .. Pairs(before.Bands, after.Bands, static band => band.Band)
                .Where(static pair => pair.Before is not null && pair.After is not null)
                .Select(static pair => new BandChange(pair.Key, Band(pair.Before!, pair.After!))),
        ]);

    private static BandLayerChange[] Band(LatencyBand before, LatencyBand after)
    {
        return
        [
            .. Pairs(before.Layers, after.Layers, static layer => layer.Layer)
                .Select(static pair => new BandLayerChange(
                    pair.Key,
                    Part(pair, static layer => layer.CriticalMs),
                    Part(pair, static layer => layer.Share),
                    Part(pair, static layer => layer.ComputeMs),
                    Part(pair, static layer => layer.MovementMs),
                    Part(pair, static layer => layer.HandoffMs),
                    Part(pair, static layer => layer.WaitMs)))
                .OrderByDescending(static layer => Size(layer.CriticalMs))
                .ThenBy(static layer => layer.Layer, StringComparer.Ordinal),
        ];

        static Change Part(Pair<BandLayer> pair, Func<BandLayer, double?> part) =>
            Of(pair.Before is null ? 0 : part(pair.Before), pair.After is null ? 0 : part(pair.After));
    }

    private static LayerChange[] Layers(Report before, Report after) =>
    [
        .. Pairs(before.Layers, after.Layers, static layer => layer.Layer)
            .Select(pair => new LayerChange(
                pair.Key,
                Of(pair.Before?.Reliability ?? Estimate.None, pair.After?.Reliability ?? Estimate.None),
                Of(PathMs(before, pair.Before?.Share), PathMs(after, pair.After?.Share)),
                Of(pair.Before?.Share, pair.After?.Share)))
            .OrderByDescending(static layer => Size(layer.PathMs))
            .ThenBy(static layer => layer.Layer, StringComparer.Ordinal),
    ];

    private static StepChange[] Steps(Report before, Report after) =>
    [
        .. Pairs(before.Steps, after.Steps, static step => step.Step)
            .Select(pair => new StepChange(
                pair.Key,
                (pair.After ?? pair.Before!).Layer,
                Of(pair.Before?.Executions ?? 0, pair.After?.Executions ?? 0),
                Of(pair.Before?.Reliability ?? Estimate.None, pair.After?.Reliability ?? Estimate.None),
                Of(PathMs(before, pair.Before?.CriticalShare), PathMs(after, pair.After?.CriticalShare)),
                Of(pair.Before?.DurationMs.P50, pair.After?.DurationMs.P50),
                Of(pair.Before?.DurationMs.P99, pair.After?.DurationMs.P99)))
            .OrderByDescending(static step => Size(step.PathMs))
            .ThenBy(static step => step.Step, StringComparer.Ordinal),
    ];

    /// <summary>What is not there took no time, if anything did.</summary>
    private static double? PathMs(Report report, double? share) => report.Latency.Mean is double mean ? (share ?? 0) * mean : null;

    private static double Size(Change change) => Math.Abs(change.Difference ?? 0);

    private static Change Of(double? before, double? after) => new(before, after, after - before, null, null, false);

    private static Change Of(Estimate before, Estimate after) => Of(before.Value, before.Low, before.High, after.Value, after.Low, after.High);

    private static Change Of(double? before, double? beforeLow, double? beforeHigh, double? after, double? afterLow, double? afterHigh)
    {
        double? low = after - before - Norm(after - afterLow, beforeHigh - before);
        double? high = after - before + Norm(afterHigh - after, before - beforeLow);
        return new Change(before, after, after - before, low, high, low > 0 || high < 0);
    }

    private static double? Norm(double? one, double? other) => one is double x && other is double y ? Math.Sqrt((x * x) + (y * y)) : null;

    private static IEnumerable<Pair<T>> Pairs<T>(IReadOnlyList<T> before, IReadOnlyList<T> after, Func<T, string> key)
        where T : class
    {
        Dictionary<string, T> later = after.ToDictionary(key, StringComparer.Ordinal);
        foreach (T entry in before)
        {
            later.Remove(key(entry), out T? match);
            yield return new Pair<T>(key(entry), entry, match);
        }

        foreach (T entry in after)
        {
            if (later.ContainsKey(key(entry)))
            {
                yield return new Pair<T>(key(entry), null, entry);
            }
        }
    }

    private readonly record struct Pair<T>(string Key, T? Before, T? After)
        where T : class;
}

/// <summary>What the sides of a comparison were narrowed to; null: not narrowed.</summary>
/// <param name="EnvironmentBefore">Environment of the one.</param>
/// <param name="VersionBefore">Its version.</param>
/// <param name="EnvironmentAfter">Environment of the other.</param>
/// <param name="VersionAfter">Its version.</param>
public readonly record struct ComparedFilters(string? EnvironmentBefore, string? VersionBefore, string? EnvironmentAfter, string? VersionAfter);
