using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Spans of one trace that wait for the rest of it.</summary>
internal sealed class TraceInFlight(TraceId traceId, long firstPosition, long firstArrival)
{
    private bool _mayHaveActingRoot;
    private int _searched;

    public TraceId TraceId { get; } = traceId;

    public List<SpanRecord> Spans { get; private set; } = [];

    public long FirstPosition { get; set; } = firstPosition;

    public long FirstArrival { get; private set; } = firstArrival;

    public long LastArrival { get; set; } = firstArrival;

    public long EarliestStart { get; private set; } = long.MaxValue;

    /// <summary>Not handed out before, whatever arrives; null if the trace was not given back.</summary>
    public long? DeferredUntil { get; set; }

    /// <summary>The due time under which the trace is queued; the real one may be later.</summary>
    public long? QueuedDue { get; set; }

    /// <summary>True once the spans were handed out.</summary>
    public bool IsGone { get; set; }

    /// <summary>True if a span without a parent is there, or a search found a span that acts as root.</summary>
    public bool HasRoot { get; private set; }

    /// <summary>True while a search for a span that acts as root is worth its time: it costs as much as there are spans, so it waits until they grew by a quarter.</summary>
    public bool IsSearchDue => !HasRoot && _mayHaveActingRoot && (long)Spans.Count * 4 >= (long)_searched * 5;

    public void Add(SpanRecord span)
    {
        Spans.Add(span);
        EarliestStart = Math.Min(EarliestStart, span.StartUnixNanos);
        HasRoot |= span.ParentSpanId.IsNone;
        _mayHaveActingRoot |= TreeBuilder.CanActAsRoot(span);
    }

    /// <summary>Takes spans back that arrived before those that are here.</summary>
    public void TakeBack(ClosedTrace trace)
    {
        List<SpanRecord> later = Spans;
        Spans = new List<SpanRecord>(trace.Spans.Count + later.Count);
        foreach (SpanRecord span in trace.Spans.Concat(later))
        {
            Add(span);
        }

        FirstArrival = Math.Min(FirstArrival, trace.FirstArrivalUnixNanos);
        LastArrival = Math.Max(LastArrival, trace.LastArrivalUnixNanos);
    }

    /// <summary>Looks for the only topmost span; it acts as root if its parent is remote.</summary>
    public void SearchActingRoot()
    {
        _searched = Spans.Count;
        if (HasRoot || !_mayHaveActingRoot)
        {
            return;
        }

        HashSet<SpanId> ids = [.. Spans.Select(static span => span.SpanId)];
        SpanRecord? topmost = null;
        foreach (SpanRecord span in Spans.Where(span => span.ParentSpanId == span.SpanId || !ids.Contains(span.ParentSpanId)))
        {
            if (topmost is not null && topmost.SpanId != span.SpanId)
            {
                return;
            }

            topmost = span;
        }

        HasRoot = topmost is not null && TreeBuilder.CanActAsRoot(topmost);
    }
}
