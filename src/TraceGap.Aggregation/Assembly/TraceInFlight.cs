using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Spans of one trace that wait for the rest of it.</summary>
internal sealed class TraceInFlight(TraceId traceId, long firstPosition, long firstArrival)
{
    private bool _mayHaveActingRoot;
    private int _searched;

    public TraceId TraceId { get; } = traceId;

    public List<ArrivedSpan> Spans { get; private set; } = [];

    public long FirstPosition { get; set; } = firstPosition;

    public long FirstArrival { get; private set; } = firstArrival;

    public long LastArrival { get; set; } = firstArrival;

    /// <summary>Not handed out before, whatever arrives; null if the trace was not given back.</summary>
    public long? DeferredUntil { get; set; }

    /// <summary>Where <see cref="DueTimes"/> has the trace.</summary>
    public long DueBucket { get; set; } = long.MaxValue;

    /// <summary>True once the spans were handed out.</summary>
    public bool IsGone { get; private set; }

    /// <summary>True if a span without a parent is there, or a search found a span that acts as root.</summary>
    public bool HasRoot { get; private set; }

    /// <summary>True while a search for a span that acts as root is worth its time: it costs as much as there are spans, so it waits until they grew by a quarter.</summary>
    public bool IsSearchDue => !HasRoot && _mayHaveActingRoot && (long)Spans.Count * 4 >= (long)_searched * 5;

    public void Add(ArrivedSpan span)
    {
        Spans.Add(span);
        if (!HasRoot)
        {
            HasRoot = span.ParentSpanId.IsNone;
            _mayHaveActingRoot |= span.CanActAsRoot;
        }
    }

    /// <summary>Hands the spans over. Queues may know the trace for a while longer; the spans are not theirs.</summary>
    public List<ArrivedSpan> TakeSpans()
    {
        List<ArrivedSpan> spans = Spans;
        IsGone = true;
        Spans = [];
        return spans;
    }

    /// <summary>Takes spans back that arrived before those that are here.</summary>
    public void TakeBack(ClosedTrace trace)
    {
        List<ArrivedSpan> later = Spans;
        Spans = new List<ArrivedSpan>(trace.Arrived.Count + later.Count);
        foreach (ArrivedSpan span in trace.Arrived.Concat(later))
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
        ArrivedSpan? topmost = null;
        foreach (ArrivedSpan span in Spans.Where(span => span.ParentSpanId == span.SpanId || !ids.Contains(span.ParentSpanId)))
        {
            if (topmost is not null && topmost.Value.SpanId != span.SpanId)
            {
                return;
            }

            topmost = span;
        }

        HasRoot = topmost is { CanActAsRoot: true };
    }
}
