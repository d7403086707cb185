using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Storage;

namespace TraceGap.Server.Ingest;

/// <summary>
/// The stream behind the assembler: traces that it handed out are joined with what is stored of them, analysed, and committed with their contribution, many in one transaction. A trace leaves
/// only when it is committed: what fails is done again. One owner.
/// </summary>
internal sealed partial class TraceCommitter(
    TraceStore store, Func<TraceAnalyzer> analyzer, TraceAssembler assembler, int spansPerTrace, TimeProvider time, ILogger logger, IngestMetrics metrics)
{
    /// <summary>Traces a transaction books: enough to spread its cost, few enough to keep reports fresh.</summary>
    private const int MaxTraces = 2_000;

    /// <summary>Spans a transaction books if it has more than one trace.</summary>
    private const int MaxSpans = 20_000;

    private readonly Queue<ClosedTrace> _waiting = new();
    private readonly List<ClosedTrace> _added = [];
    private CommitTally _tally = new();
    private long _waitingSpans;

    /// <summary>True if traces wait.</summary>
    public bool HasWaiting => _waiting.Count > 0;

    /// <summary>True if what waits fills a transaction.</summary>
    public bool IsFull => _waiting.Count >= MaxTraces || _waitingSpans > MaxSpans;

    /// <summary>Lowest inbox position of a trace that could not be analysed; <see cref="long.MaxValue"/> if there is none.</summary>
    public long LowestSetAside { get; private set; } = long.MaxValue;

    /// <summary>Arrival of the oldest span that waits, ns of wall time; null if none does.</summary>
    public long? OldestArrivalUnixNanos => _waiting.Count == 0 ? null : _waiting.Min(static trace => trace.FirstArrivalUnixNanos);

    /// <summary>Takes traces that the assembler handed out.</summary>
    public void Add(IReadOnlyList<ClosedTrace> closed)
    {
        foreach (ClosedTrace trace in closed.SelectMany(trace => trace.InParts(spansPerTrace)))
        {
            _waiting.Enqueue(trace);
            _waitingSpans += trace.SpanCount;
        }
    }

    /// <summary>Forgets all that waits and what was set aside.</summary>
    public void Clear()
    {
        _waiting.Clear();
        _waitingSpans = 0;
        LowestSetAside = long.MaxValue;
    }

    /// <summary>Commits some of the traces that wait.</summary>
    /// <param name="applied">Asked when none waits any more: the inbox position up to which all is stored then. What waits may be of any position, so it is not asked before.</param>
    /// <returns>Spans that left.</returns>
    /// <exception cref="StorageUnavailableException">They could not be read or written, and wait as before.</exception>
    public long CommitSome(Func<long> applied)
    {
        long before = _waitingSpans;
        try
        {
            using StoreTransaction transaction = store.Begin();
            while (_added.Count < MaxTraces && before - _waitingSpans <= MaxSpans && _waiting.TryPeek(out ClosedTrace? trace))
            {
                // A trace that came twice is analysed the second time with what the first time stored.
                if (transaction.Has(trace.TraceId))
                {
                    break;
                }

                if (TryAnalyse(trace) is TraceCommit commit)
                {
                    transaction.Add(commit);
                    _added.Add(trace);
                }

                _waiting.Dequeue();
                _waitingSpans -= trace.SpanCount;
            }

            Commit(transaction, _waiting.Count == 0 ? applied() : 0);
            return before - _waitingSpans;
        }
        catch
        {
            TakeBack();
            throw;
        }
    }

    private void Commit(StoreTransaction transaction, long applied)
    {
        long started = time.GetTimestamp();
        transaction.Commit(applied);
        metrics.Committed(_tally, time.GetElapsedTime(started), UnixNanos());
        _tally = new CommitTally();
        _added.Clear();
    }

    private void TakeBack()
    {
        ClosedTrace[] later = [.. _waiting];
        _waiting.Clear();
        foreach (ClosedTrace trace in _added.Concat(later))
        {
            _waiting.Enqueue(trace);
        }

        _waitingSpans += _added.Sum(static trace => trace.SpanCount);
        _added.Clear();
        _tally = new CommitTally();
    }

    /// <summary>A trace that the analysis cannot take is a defect of the analysis: its spans stay in the inbox, for a version that can, and the rest goes on.</summary>
    private TraceCommit? TryAnalyse(ClosedTrace trace)
    {
        try
        {
            return Analyse(trace);
        }
        catch (Exception exception) when (exception is not StorageUnavailableException)
        {
            LowestSetAside = trace.SpanCount == 0 ? LowestSetAside : Math.Min(LowestSetAside, trace.FirstPosition);
            metrics.SetAside();
            LogSetAside(exception, trace.TraceId);
            return null;
        }
    }

    /// <returns>What to store; null if nothing new came, or if the trace shall wait for more.</returns>
    private TraceCommit? Analyse(ClosedTrace trace)
    {
        bool isStored = store.TryGetStoredSpanCount(trace.TraceId, out int storedSpans);
        if (isStored && storedSpans + trace.SpanCount > spansPerTrace)
        {
            return Beyond(trace);
        }

        if (isStored && MustWait(trace, storedSpans))
        {
            return null;
        }

        StoredTrace? stored = storedSpans > 0 ? store.Find(trace.TraceId) : null;
        MergedTrace merged = TraceMerge.Join(stored?.AllSpans ?? [], trace.ReadSpans());
        _tally.Duplicate(trace.SpanCount - merged.Added.Count);
        bool isGraceOver = trace.Reason == CloseReason.RootGrace || trace is { Reason: CloseReason.Overflow, SpanCount: 0 };
        if (merged.Added.Count == 0 && !(isGraceOver && stored is { IsOpen: true }))
        {
            // Repeated spans may look like a whole trace by themselves; what is stored says whether a root is still awaited.
            TellAssembler(trace, stored is { IsOpen: true });
            return null;
        }

        if (stored is not null && merged.Added.Count > 0 && !store.MayReopen(stored, trace.FirstArrivalUnixNanos))
        {
            return Fragment(trace, TraceMerge.Join(stored.LateSpans, merged.Added).Spans, merged.Added);
        }

        int revision = (stored?.Revision ?? 0) + 1;
        BookedTrace booked = analyzer().Book(merged.Spans, isGraceOver || stored is { IsOpen: false }, revision > 1);
        bool isOpen = booked.Contribution.Outcome.Outcome == TraceOutcome.Open;
        TellAssembler(trace, isOpen);
        _tally.Trace(trace, merged.Added.Count, stored is { IsOpen: false }, stored?.Contribution, booked.Contribution);
        return new TraceCommit
        {
            TraceId = trace.TraceId,
            NewSpans = merged.Added,
            Contribution = booked.Contribution,
            DistinctSpans = merged.Spans.Count,
            OutcomeSource = booked.OutcomeSource,
            StartUnixNanos = booked.StartUnixNanos,
            EndUnixNanos = booked.EndUnixNanos,
            IsOpen = isOpen,
            Revision = revision,
            FirstArrivalUnixNanos = Math.Min(stored?.FirstArrivalUnixNanos ?? long.MaxValue, trace.FirstArrivalUnixNanos),
            LastArrivalUnixNanos = Math.Max(stored?.LastArrivalUnixNanos ?? 0, trace.LastArrivalUnixNanos),
        };
    }

    /// <summary>
    /// A trace with more spans than fit into memory at once is analysed by those that came first; the others are kept beside it like late ones, without a look at which are known.
    /// </summary>
    private TraceCommit? Beyond(ClosedTrace trace)
    {
        if (trace.SpanCount == 0)
        {
            TellAssembler(trace, isOpen: false);
            return null;
        }

        IReadOnlyList<SpanRecord> added = TraceMerge.Join([], trace.ReadSpans()).Added;
        return Fragment(trace, added, added);
    }

    /// <summary>Spans that came too late for their trace.</summary>
    /// <param name="trace">How they came.</param>
    /// <param name="late">They and those that did before.</param>
    /// <param name="added">They.</param>
    private TraceCommit Fragment(ClosedTrace trace, IReadOnlyList<SpanRecord> late, IReadOnlyList<SpanRecord> added)
    {
        BookedTrace booked = analyzer().Book(late, closed: true, revised: false);
        TellAssembler(trace, isOpen: false);
        _tally.Fragment(trace, added.Count);
        return new TraceCommit
        {
            TraceId = trace.TraceId,
            NewSpans = added,
            Contribution = booked.Contribution,
            DistinctSpans = late.Count,
            OutcomeSource = booked.OutcomeSource,
            StartUnixNanos = booked.StartUnixNanos,
            EndUnixNanos = booked.EndUnixNanos,
            IsLate = true,
            IsOpen = false,
            Revision = 1,
            FirstArrivalUnixNanos = trace.FirstArrivalUnixNanos,
            LastArrivalUnixNanos = trace.LastArrivalUnixNanos,
        };
    }

    /// <summary>A long trace that got a few late spans goes back to wait for more of them, unless its memory is needed or the server stops.</summary>
    private bool MustWait(ClosedTrace trace, int storedSpans)
    {
        if (trace.SpanCount == 0 || trace.Reason is CloseReason.Shutdown or CloseReason.Overflow)
        {
            return false;
        }

        long readyAt = ReopenPolicy.ReadyAt(storedSpans, trace.SpanCount, trace.FirstArrivalUnixNanos, trace.LastArrivalUnixNanos);
        if (readyAt <= UnixNanos())
        {
            return false;
        }

        assembler.Defer(trace, readyAt);
        return true;
    }

    /// <summary>The assembler judges by the spans in flight; the whole trace may have a root where they have none, or the other way round.</summary>
    private void TellAssembler(ClosedTrace trace, bool isOpen)
    {
        if (isOpen && !trace.IsOpen)
        {
            assembler.RestoreOpen(trace.TraceId, trace.LastArrivalUnixNanos);
        }
        else if (!isOpen && trace.IsOpen)
        {
            assembler.Settle(trace.TraceId);
        }
    }

    private long UnixNanos() => (time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    [LoggerMessage(1004, LogLevel.Error, "Trace {TraceId} could not be analysed; its spans stay in the inbox")]
    private partial void LogSetAside(Exception exception, TraceId traceId);
}
