using TraceGap.Otlp;

namespace TraceGap.Server.Ingest;

/// <summary>Own failures since the start by workflow, layer and error type, with the trace that was counted last. Bounded; thread-safe.</summary>
internal sealed class OwnFailureCounts
{
    /// <summary>Stands in place of workflow and error type for what is counted once all series are taken.</summary>
    public const string Other = "(other)";

    private const int MostSeries = 1000;

    private readonly Lock _lock = new();
    private readonly Dictionary<OwnFailureKey, OwnFailureSeries> _series = [];

    /// <summary>Counts failures.</summary>
    /// <param name="failures">Those of one commit.</param>
    /// <param name="nowUnixNanos">When they were committed.</param>
    public void Add(IEnumerable<OwnFailure> failures, long nowUnixNanos)
    {
        lock (_lock)
        {
            foreach (OwnFailure failure in failures)
            {
                bool fits = _series.Count < MostSeries || _series.ContainsKey(failure.Key);
                OwnFailureKey key = fits ? failure.Key : new OwnFailureKey(Other, failure.Key.Layer, Other);
                long before = _series.GetValueOrDefault(key)?.Count ?? 0;
                _series[key] = new OwnFailureSeries(key, before + failure.Count, failure.TraceId, nowUnixNanos);
            }
        }
    }

    /// <summary>All series.</summary>
    public IReadOnlyList<OwnFailureSeries> ToList()
    {
        lock (_lock)
        {
            return [.. _series.Values];
        }
    }

    /// <summary>The series of a key; null if nothing was counted under it.</summary>
    public OwnFailureSeries? Find(OwnFailureKey key)
    {
        lock (_lock)
        {
            return _series.GetValueOrDefault(key);
        }
    }
}

/// <summary>One counter.</summary>
/// <param name="Key">What it counts.</param>
/// <param name="Count">Own failures.</param>
/// <param name="LastTraceId">The trace that it counted last.</param>
/// <param name="LastUnixNanos">When that was.</param>
internal sealed record OwnFailureSeries(OwnFailureKey Key, long Count, TraceId LastTraceId, long LastUnixNanos);
