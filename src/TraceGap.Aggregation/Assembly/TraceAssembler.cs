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
    private readonly AgingQueue<TraceInFlight> _byDue = new(static trace => trace.IsGone ? null : trace.QueuedDue);
    private readonly AgingQueue<TraceInFlight> _byPosition = new(static trace => trace.IsGone ? null : trace.FirstPosition);
    private readonly AgingQueue<TraceInFlight> _byStart = new(static trace => trace.IsGone ? null : trace.EarliestStart);
    private readonly OpenTraces _open = new();
    private readonly long _quiet = Nanos(options.Quiet);
    private readonly long _idle = Nanos(options.Idle);
    private readonly long _rootGrace = Nanos(options.RootGrace);
    private readonly long _maxWait = Nanos(options.MaxWait);
    private long _now;

    /// <summary>Traces with spans in flight.</summary>
    public int InFlightTraces => _inFlight.Count;

    /// <summary>Spans in flight, duplicates included.</summary>
    public long InFlightSpans { get; private set; }

    /// <summary>Traces that were handed out without a root and are waited for.</summary>
    public int OpenTraces => _open.Count;

    /// <summary>Earliest start of a span in flight, ns of event time; null if there is none.</summary>
    public long? EarliestSpanStartUnixNanos => _byStart.TryPeek(out _, out long start) ? start : null;

    /// <summary>Lowest inbox position with spans in flight: what lies before it is no longer needed here; null if nothing is in flight.</summary>
    public long? LowestPosition => _byPosition.TryPeek(out _, out long position) ? position : null;

    /// <summary>Takes spans in, of any traces in any order.</summary>
    /// <param name="spans">The spans.</param>
    /// <param name="position">Inbox position of the entry that they came in; entries may come out of order.</param>
    /// <param name="nowUnixNanos">Wall time; a time before one given earlier counts as that.</param>
    public void Add(IReadOnlyList<SpanRecord> spans, long position, long nowUnixNanos)
    {
        Advance(nowUnixNanos);
        for (int i = 0; i < spans.Count; i++)
        {
            TraceInFlight trace = Enter(spans[i].TraceId, position, _now);
            long earliest = trace.EarliestStart;
            trace.Add(spans[i]);
            trace.LastArrival = _now;
            if (trace.EarliestStart < earliest)
            {
                _byStart.Put(trace);
            }

            Schedule(trace);
            InFlightSpans++;
        }
    }

    /// <summary>Hands out what is due, and what goes early because a limit was passed.</summary>
    /// <param name="nowUnixNanos">Wall time.</param>
    public IReadOnlyList<ClosedTrace> Due(long nowUnixNanos)
    {
        Advance(nowUnixNanos);
        List<ClosedTrace> due = [];
        while (_byDue.TryPeek(out TraceInFlight trace, out long queued) && queued <= _now)
        {
            if (IsDue(trace))
            {
                due.Add(HandOut(trace, trace.HasRoot ? CloseReason.RootEnded : CloseReason.Idle));
            }
            else
            {
                trace.QueuedDue = DueOf(trace);
                _byDue.Put(trace);
            }
        }

        while (InFlightSpans > options.MaxInFlightSpans && _byPosition.TryPeek(out TraceInFlight oldest, out _))
        {
            oldest.SearchActingRoot();
            due.Add(HandOut(oldest, CloseReason.Overflow));
        }

        AddOpenThatEnd(due);
        return due;
    }

    /// <summary>Hands out everything in flight, in order of arrival. Open traces without new spans stay as they are stored.</summary>
    public IReadOnlyList<ClosedTrace> Flush()
    {
        List<ClosedTrace> all = [];
        while (_byPosition.TryPeek(out TraceInFlight trace, out _))
        {
            trace.SearchActingRoot();
            all.Add(HandOut(trace, CloseReason.Shutdown));
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
        if (trace.Spans.Count == 0)
        {
            RestoreOpen(trace.TraceId, untilUnixNanos - _rootGrace);
            return;
        }

        TraceInFlight taken = Enter(trace.TraceId, trace.FirstPosition, trace.FirstArrivalUnixNanos);
        taken.TakeBack(trace);
        taken.DeferredUntil = untilUnixNanos;
        InFlightSpans += trace.Spans.Count;
        _byStart.Put(taken);
        taken.QueuedDue = untilUnixNanos;
        _byDue.Put(taken);
    }

    private void Advance(long now) => _now = Math.Max(_now, now);

    private TraceInFlight Enter(TraceId traceId, long position, long arrival)
    {
        if (!_inFlight.TryGetValue(traceId, out TraceInFlight? trace))
        {
            trace = new TraceInFlight(traceId, position, arrival);
            _inFlight.Add(traceId, trace);
            _byPosition.Put(trace);
            _open.Remove(traceId);
        }
        else if (position < trace.FirstPosition)
        {
            trace.FirstPosition = position;
            _byPosition.Put(trace);
        }

        return trace;
    }

    /// <summary>Queues a trace that is due earlier than it was; one that is due later is found out when its turn comes.</summary>
    private void Schedule(TraceInFlight trace)
    {
        long due = DueOf(trace);
        if (trace.QueuedDue is not long queued || due < queued)
        {
            trace.QueuedDue = due;
            _byDue.Put(trace);
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

        trace.SearchActingRoot();
        return DueOf(trace) <= _now;
    }

    private ClosedTrace HandOut(TraceInFlight trace, CloseReason reason)
    {
        trace.IsGone = true;
        _inFlight.Remove(trace.TraceId);
        InFlightSpans -= trace.Spans.Count;
        if (!trace.HasRoot)
        {
            _open.Add(trace.TraceId, trace.LastArrival);
        }

        return new ClosedTrace(trace.TraceId, trace.Spans, reason, !trace.HasRoot, trace.FirstPosition, trace.FirstArrival, trace.LastArrival);
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
            due.Add(new ClosedTrace(traceId, [], isOver ? CloseReason.RootGrace : CloseReason.Overflow, false, -1, lastArrival, lastArrival));
        }
    }

    private static long Nanos(TimeSpan time) => time.Ticks * TimeSpan.NanosecondsPerTick;
}
