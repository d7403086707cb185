using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Gathers the spans of traces until a trace is worth analysing. Knows nothing of what is stored; has one owner, no thread, no lock and no clock: time is an argument. Every
/// call costs O(log n) a trace, amortised.
/// </summary>
/// <remarks>
/// <code>
///                       root seen, quiet ─────────────▶ RootEnded
/// spans ─▶ in flight ── no root, idle ────────────────▶ Idle ─▶ open ── nothing for the root's grace ─▶ RootGrace
///             ▲    └─── too many spans in flight ─────▶ Overflow (open if no root was seen)      │
///             └──────── more spans ──────────────────────────────────────────── open ◀───────────┘ until then
/// </code>
/// SDKs export a span when it ends, so children come without their parents for as long as a run takes: only an open trace that got nothing for the root's grace has no root.
/// A root is a span without parent id, or the only topmost span if its parent is remote. Periods count from the last arrival, since a root may come before late children.
/// </remarks>
public sealed class TraceAssembler(AssemblyOptions options)
{
    private readonly Dictionary<TraceId, TraceInFlight> _inFlight = [];
    private readonly BatchLedger _batches = new();
    private readonly SpanLists _spans = new();
    private readonly DueTimes _due = new();
    private readonly OpenTraces _open = new();
    private readonly long _quiet = Nanos(options.Quiet);
    private readonly long _idle = Nanos(options.Idle);
    private readonly long _rootGrace = Nanos(options.RootGrace);
    private readonly long _maxWait = Nanos(options.MaxWait);
    private long _now;

    /// <summary>Traces with spans in flight.</summary>
    public int InFlightTraces => _inFlight.Count;

    /// <summary>Spans in flight, duplicates included.</summary>
    public long InFlightSpans => _batches.Spans;

    /// <summary>Memory that spans in flight hold, bytes; a batch is held as long as one of its spans is in flight.</summary>
    public long InFlightBytes => _batches.Bytes;

    /// <summary>Traces that were handed out without a root and are waited for.</summary>
    public int OpenTraces => _open.Count;

    /// <summary>No span in flight starts before this time, ns of event time; null if none is in flight.</summary>
    public long? EarliestSpanStartUnixNanos => _batches.EarliestStart;

    /// <summary>Arrival of the batch in flight with the lowest inbox position, ns of wall time; null if nothing is in flight.</summary>
    public long? OldestArrivalUnixNanos => _batches.Lowest?.ArrivalUnixNanos;

    /// <summary>Lowest inbox position with spans in flight: what lies before it is no longer needed here; null if nothing is in flight.</summary>
    public long? LowestPosition => _batches.Lowest?.Position;

    /// <summary>Takes spans in, of any traces in any order.</summary>
    /// <param name="spans">The spans.</param>
    /// <param name="position">Inbox position of the entry that they came in; entries may come out of order.</param>
    /// <param name="nowUnixNanos">Wall time; a time before one given earlier counts as that.</param>
    public void Add(SpanBatch spans, long position, long nowUnixNanos)
    {
        Advance(nowUnixNanos);
        if (spans.Count == 0)
        {
            return;
        }

        ArrivedBatch batch = new(spans, position, _now);
        _batches.Take(batch, spans.Count);
        TraceInFlight? trace = null;
        for (int i = 0; i < spans.Count; i++)
        {
            TraceId traceId = spans.TraceIdOf(i);
            if (trace is null || trace.TraceId != traceId)
            {
                Schedule(trace);
                trace = Enter(traceId, position, _now);
                trace.LastArrival = _now;
            }

            trace.Add(new ArrivedSpan(batch, i), _spans);
        }

        Schedule(trace);
    }

    /// <summary>Hands out what is due, and what goes early because a limit was passed.</summary>
    /// <param name="nowUnixNanos">Wall time.</param>
    public IReadOnlyList<ClosedTrace> Due(long nowUnixNanos)
    {
        Advance(nowUnixNanos);
        List<ClosedTrace> due = [];
        foreach (TraceInFlight trace in _due.Take(_now))
        {
            if (IsDue(trace))
            {
                due.Add(HandOut(trace, trace.HasRoot ? CloseReason.RootEnded : CloseReason.Idle));
            }
            else
            {
                _due.Put(trace, DueOf(trace));
            }
        }

        while (InFlightBytes > options.MaxInFlightBytes)
        {
            HandOutLowest(CloseReason.Overflow, due);
        }

        AddOpenThatEnd(due);
        return due;
    }

    /// <summary>Hands out everything in flight, in order of arrival. Open traces without new spans stay as they are stored.</summary>
    public IReadOnlyList<ClosedTrace> Flush()
    {
        List<ClosedTrace> all = [];
        while (_inFlight.Count > 0)
        {
            HandOutLowest(CloseReason.Shutdown, all);
        }

        return all;
    }

    /// <summary>Waits for the root of a stored trace that has none: after a restart, or where the whole trace turned out to have no root. Nothing happens if spans of it are in flight.</summary>
    /// <param name="traceId">The trace.</param>
    /// <param name="lastArrivalUnixNanos">When it last got a span.</param>
    public void RestoreOpen(TraceId traceId, long lastArrivalUnixNanos)
    {
        if (!_inFlight.ContainsKey(traceId))
        {
            _open.Add(traceId, lastArrivalUnixNanos);
        }
    }

    /// <summary>No longer waits for the root of a trace: its stored part has one.</summary>
    public void Settle(TraceId traceId) => _open.Remove(traceId);

    /// <summary>Gives a trace back that was handed out, to come again with what arrives until then (<see cref="ReopenPolicy"/>). Not for <see cref="CloseReason.Overflow"/>: its memory is needed.</summary>
    /// <param name="trace">What was handed out.</param>
    /// <param name="untilUnixNanos">When it shall come again, quiet or not.</param>
    public void Defer(ClosedTrace trace, long untilUnixNanos)
    {
        if (trace.SpanCount == 0)
        {
            RestoreOpen(trace.TraceId, untilUnixNanos - _rootGrace);
            return;
        }

        TraceInFlight taken = Enter(trace.TraceId, trace.FirstPosition, trace.FirstArrivalUnixNanos);
        foreach (ArrivedSpan span in trace.Arrived)
        {
            _batches.Take(span.Batch, 1);
        }

        taken.TakeBack(trace, _spans);
        taken.DeferredUntil = untilUnixNanos;

        _due.Put(taken, untilUnixNanos);
    }

    private void Advance(long now) => _now = Math.Max(_now, now);

    private TraceInFlight Enter(TraceId traceId, long position, long arrival)
    {
        ref TraceInFlight? trace = ref CollectionsMarshal.GetValueRefOrAddDefault(_inFlight, traceId, out _);
        if (trace is null)
        {
            trace = new TraceInFlight(traceId, position, arrival);
            _open.Remove(traceId);
        }

        trace.FirstPosition = Math.Min(trace.FirstPosition, position);
        return trace;
    }

    private void Schedule(TraceInFlight? trace)
    {
        if (trace is not null)
        {
            _due.Put(trace, DueOf(trace));
        }
    }

    private long DueOf(TraceInFlight trace) =>
        trace.DeferredUntil ?? Math.Min(trace.LastArrival + (trace.HasRoot || trace.IsSearchDue ? _quiet : _idle), trace.FirstArrival + _maxWait);

    private bool IsDue(TraceInFlight trace)
    {
        if (DueOf(trace) > _now)
        {
            return false;
        }

        trace.SearchActingRoot(_spans, _batches);
        return DueOf(trace) <= _now;
    }

    /// <summary>Hands out every trace that has a span in the batch that came first.</summary>
    private void HandOutLowest(CloseReason reason, List<ClosedTrace> handedOut)
    {
        ArrivedBatch lowest = _batches.Lowest!;
        for (int i = 0; i < lowest.Spans.Count && lowest.InFlight > 0; i++)
        {
            if (_inFlight.TryGetValue(lowest.Spans.TraceIdOf(i), out TraceInFlight? trace) && trace.FirstPosition == lowest.Position)
            {
                trace.SearchActingRoot(_spans, _batches);
                handedOut.Add(HandOut(trace, reason));
            }
        }
    }

    private ClosedTrace HandOut(TraceInFlight trace, CloseReason reason)
    {
        _inFlight.Remove(trace.TraceId);
        if (!trace.HasRoot)
        {
            _open.Add(trace.TraceId, trace.LastArrival);
        }

        ArrivedSpan[] spans = trace.TakeSpans(_spans, _batches);
        foreach (ArrivedSpan span in spans)
        {
            _batches.Release(span);
        }

        return new ClosedTrace
        {
            TraceId = trace.TraceId,
            Arrived = spans,
            Reason = reason,
            IsOpen = !trace.HasRoot,
            FirstPosition = trace.FirstPosition,
            FirstArrivalUnixNanos = trace.FirstArrival,
            LastArrivalUnixNanos = trace.LastArrival,
        };
    }

    private void AddOpenThatEnd(List<ClosedTrace> due)
    {
        while (_open.TryPeek(out TraceId traceId, out long lastArrival))
        {
            bool isOver = lastArrival + _rootGrace <= _now;
            if (!isOver && _open.Count <= options.MaxOpenTraces)
            {
                return;
            }

            _open.Remove(traceId);
            due.Add(new ClosedTrace
            {
                TraceId = traceId,
                Reason = isOver ? CloseReason.RootGrace : CloseReason.Overflow,
                IsOpen = false,
                FirstPosition = -1,
                FirstArrivalUnixNanos = lastArrival,
                LastArrivalUnixNanos = lastArrival,
            });
        }
    }

    private static long Nanos(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
