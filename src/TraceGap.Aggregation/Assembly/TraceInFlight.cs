using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Spans of one trace that wait for the rest of it.</summary>
internal sealed class TraceInFlight(TraceId traceId, long firstPosition, long firstArrival)
{
    private bool _mayHaveActingRoot;
    private int _searched;
    private int _first = SpanLists.None;
    private int _last = SpanLists.None;

    public TraceId TraceId { get; } = traceId;

    /// <summary>Number of spans.</summary>
    public int Count { get; private set; }

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
    public bool IsSearchDue => !HasRoot && _mayHaveActingRoot && (long)Count * 4 >= (long)_searched * 5;

    /// <summary>Adds a span of a batch that is in the ledger.</summary>
    public void Add(ArrivedSpan span, SpanLists lists)
    {
        int entry = lists.Add(span.Batch.Slot, span.Index);
        if (Count == 0)
        {
            _first = entry;
        }
        else
        {
            lists.Link(_last, entry);
        }

        _last = entry;
        Count++;
        Look(span);
    }

    /// <summary>Hands the spans over, in order of arrival. Queues may know the trace for a while longer; the spans are not theirs.</summary>
    public ArrivedSpan[] TakeSpans(SpanLists lists, BatchLedger batches)
    {
        ArrivedSpan[] spans = Spans(lists, batches);
        if (Count > 0)
        {
            lists.Release(_first, _last, Count);
        }

        (IsGone, Count) = (true, 0);
        return spans;
    }

    /// <summary>Takes spans back that arrived before those that are here.</summary>
    public void TakeBack(ClosedTrace trace, SpanLists lists)
    {
        int later = _first;
        int last = _last;
        int count = Count;
        Count = 0;
        foreach (ArrivedSpan span in trace.Arrived)
        {
            Add(span, lists);
        }

        if (count > 0)
        {
            lists.Link(_last, later);
            (_last, Count) = (last, Count + count);
        }

        FirstArrival = Math.Min(FirstArrival, trace.FirstArrivalUnixNanos);
        LastArrival = Math.Max(LastArrival, trace.LastArrivalUnixNanos);
    }

    /// <summary>Looks for the only topmost span; it acts as root if its parent is remote.</summary>
    public void SearchActingRoot(SpanLists lists, BatchLedger batches)
    {
        _searched = Count;
        if (HasRoot || !_mayHaveActingRoot)
        {
            return;
        }

        ArrivedSpan[] spans = Spans(lists, batches);
        HashSet<SpanId> ids = [.. spans.Select(static span => span.SpanId)];
        ArrivedSpan? topmost = null;
        foreach (ArrivedSpan span in spans.Where(span => !span.IsSignal && (span.ParentSpanId == span.SpanId || !ids.Contains(span.ParentSpanId))))
        {
            if (topmost is not null && topmost.Value.SpanId != span.SpanId)
            {
                return;
            }

            topmost = span;
        }

        HasRoot = topmost is { CanActAsRoot: true };
    }

    private void Look(ArrivedSpan span)
    {
        if (!HasRoot)
        {
            HasRoot = span.ParentSpanId.IsNone;
            _mayHaveActingRoot |= span.CanActAsRoot;
        }
    }

    private ArrivedSpan[] Spans(SpanLists lists, BatchLedger batches)
    {
        ArrivedSpan[] spans = new ArrivedSpan[Count];
        int entry = _first;
        for (int i = 0; i < spans.Length; i++)
        {
            (int slot, int index, entry) = lists[entry];
            spans[i] = new ArrivedSpan(batches[slot], index);
        }

        return spans;
    }
}
