using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Traces that were handed out without a root, by when they last got a span.</summary>
internal sealed class OpenTraces
{
    private readonly Dictionary<TraceId, long> _lastArrivals = [];
    private readonly AgingQueue<TraceId> _byLastArrival;

    public OpenTraces() => _byLastArrival = new AgingQueue<TraceId>(traceId => _lastArrivals.TryGetValue(traceId, out long last) ? last : null);

    public int Count => _lastArrivals.Count;

    public void Add(TraceId traceId, long lastArrival)
    {
        _lastArrivals[traceId] = lastArrival;
        _byLastArrival.Put(traceId);
    }

    public void Remove(TraceId traceId) => _lastArrivals.Remove(traceId);

    /// <summary>The trace that was silent longest, which stays.</summary>
    public bool TryPeek(out TraceId traceId, out long lastArrival) => _byLastArrival.TryPeek(out traceId, out lastArrival);
}
