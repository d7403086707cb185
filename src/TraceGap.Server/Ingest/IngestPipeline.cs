using System.Threading.Channels;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Server.Otlp;
using TraceGap.Storage;

namespace TraceGap.Server.Ingest;

/// <summary>
/// The whole stream in one place: spans come decoded, are made durable, assembled into traces, analysed, rolled up and committed.
/// </summary>
/// <remarks>
/// <code>
/// AcceptAsync (any thread)   1 inbox append ─▶ acknowledged      2 queue
/// RunAsync (one at a time)   3 assemble ─▶ 4 join with what is stored ─▶ 5 analyse ─▶ 6 contribution ─▶ 7 commit traces, rollups and inbox position together
/// </code>
/// Everything after the append can be done again: a crash before the commit replays the inbox from the position of the last commit, and spans that are already stored
/// change nothing. So no acknowledged span is lost and none counts twice.
/// </remarks>
internal sealed partial class IngestPipeline : ISpanSink, IAsyncDisposable
{
    /// <summary>How often closed traces are looked for. Well below the second within which a report must show them.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>Spans that may wait for the assembler, beyond which senders are asked to come again: some seconds of analysis.</summary>
    private const int MaxQueuedSpans = 500_000;

    /// <summary>Traces a transaction books: enough to spread its cost, few enough to keep reports fresh.</summary>
    private const int MaxTracesPerCommit = 2_000;

    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(1);

    private readonly TraceStore _store;
    private readonly TraceAnalyzer _analyzer;
    private readonly TraceAssembler _assembler;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly PendingAppends _pending = new();
    private readonly Channel<Arrival> _queue = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly Queue<ClosedTrace> _closed = new();
    private Task _run = Task.CompletedTask;
    private long _queuedSpans;
    private long _earliestInFlight = long.MaxValue;
    private long _setAside = long.MaxValue;
    private volatile string? _problem;

    public IngestPipeline(TraceStore store, TraceAnalyzer analyzer, TraceAssembler assembler, TimeProvider time, ILogger logger)
    {
        _store = store;
        _analyzer = analyzer;
        _assembler = assembler;
        _time = time;
        _logger = logger;
    }

    /// <summary>Event time before which every span that came is analysed, ns; <see cref="long.MaxValue"/> if nothing is in flight.</summary>
    public long EarliestInFlightUnixNanos => Interlocked.Read(ref _earliestInFlight);

    /// <summary>Why traces cannot be committed at present, or null.</summary>
    public string? Problem => _problem;

    /// <summary>Takes up what a run before left unfinished, then starts.</summary>
    public void Start()
    {
        foreach (OpenTraceRef open in _store.OpenTraces())
        {
            _assembler.RestoreOpen(open.TraceId, open.LastArrivalUnixNanos);
        }

        long now = UnixNanos();
        _pending.Got(_store.AppliedPosition);
        foreach (InboxEntry entry in _store.ReadUnapplied())
        {
            _assembler.Add(entry.Spans, entry.Position, now);
            _pending.Got(entry.Position);
            if (_assembler.InFlightSpans > MaxQueuedSpans)
            {
                Close(_assembler.Due(now));
                CommitAll();
            }
        }

        TellWhatIsDamaged();
        _run = Task.Run(RunAsync);
    }

    /// <inheritdoc/>
    public async ValueTask<SinkResult> AcceptAsync(IReadOnlyList<SpanRecord> spans, CancellationToken cancellationToken)
    {
        if (_stop.IsCancellationRequested)
        {
            return SinkResult.Unavailable("the server is shutting down");
        }

        if (Interlocked.Read(ref _queuedSpans) > MaxQueuedSpans)
        {
            return SinkResult.Overloaded(ComeAgain);
        }

        // Once handed to the writer the spans stay, whatever the sender does; so the append itself cannot be cancelled.
        return await AppendAsync(spans).WaitAsync(cancellationToken);
    }

    /// <summary>Analyses and stores what is in flight, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        _queue.Writer.TryComplete();
        await _run;
        _stop.Dispose();
    }

    private async Task<SinkResult> AppendAsync(IReadOnlyList<SpanRecord> spans)
    {
        LinkedListNode<long> append = _pending.Begin();
        AppendResult result = await _store.AppendAsync(spans, UnixNanos(), CancellationToken.None);
        if (!result.IsDurable)
        {
            _pending.End(append);
            LogAppendFailed(result.Status, result.Detail);
            return result.Status == AppendStatus.QueueFull ? SinkResult.Overloaded(ComeAgain) : SinkResult.Unavailable(result.Detail ?? "spans cannot be kept");
        }

        _pending.Got(result.Position);
        Interlocked.Add(ref _queuedSpans, spans.Count);

        // When the server stops in between, the queue is closed: the spans are in the inbox, and the next start takes them up from there.
        _queue.Writer.TryWrite(new Arrival(spans, result.Position, append));
        return SinkResult.Accepted;
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(Tick, _time);
        try
        {
            while (await timer.WaitForNextTickAsync(_stop.Token))
            {
                Assemble();
                Close(_assembler.Due(UnixNanos()));
                CommitAll();
            }
        }
        catch (OperationCanceledException)
        {
            Assemble();
            Close(_assembler.Flush());
            CommitAll();
        }
    }

    private void TellWhatIsDamaged()
    {
        if (_store.TornInboxBytes > 0)
        {
            LogTornInbox(_store.TornInboxBytes);
        }

        foreach (StoreDamage damage in _store.Damages)
        {
            LogDamage(damage);
        }
    }

    private void Assemble()
    {
        while (_queue.Reader.TryRead(out Arrival arrival))
        {
            _assembler.Add(arrival.Spans, arrival.Position, UnixNanos());
            _pending.End(arrival.Append);
            Interlocked.Add(ref _queuedSpans, -arrival.Spans.Count);
        }
    }

    private void Close(IReadOnlyList<ClosedTrace> closed)
    {
        foreach (ClosedTrace trace in closed)
        {
            _closed.Enqueue(trace);
        }
    }

    /// <summary>Commits what is closed; what cannot be committed now stays queued, and its inbox entries with it.</summary>
    private void CommitAll()
    {
        try
        {
            while (_closed.Count > 0)
            {
                Commit();
            }

            if (_problem is not null)
            {
                LogCommitWorksAgain();
                _problem = null;
            }

            Interlocked.Exchange(ref _earliestInFlight, _assembler.EarliestSpanStartUnixNanos ?? long.MaxValue);
        }
        catch (StorageUnavailableException exception)
        {
            if (_problem is null)
            {
                LogCommitFailed(exception.Message);
            }

            _problem = exception.Message;
        }
        catch (Exception exception)
        {
            // A defect of ours must not end the loop: what is in the inbox stays there, and readiness says that something is wrong.
            if (_problem is null)
            {
                LogCommitDefect(exception);
            }

            _problem = $"traces cannot be stored: {exception.Message}";
        }
    }

    private void Commit()
    {
        int count = 0;
        List<TraceCommit> commits = [];
        HashSet<TraceId> seen = [];
        foreach (ClosedTrace trace in _closed)
        {
            // A trace that came twice is analysed the second time with what the first time stored.
            if (count == MaxTracesPerCommit || !seen.Add(trace.TraceId))
            {
                break;
            }

            count++;
            if (TryAnalyse(trace) is TraceCommit commit)
            {
                commits.Add(commit);
            }
        }

        _store.Commit(new StoreBatch { Traces = commits, AppliedPosition = LowestUnapplied(count) - 1 });
        for (int i = 0; i < count; i++)
        {
            _closed.Dequeue();
        }
    }

    /// <summary>The lowest position whose spans are not all stored once the first <paramref name="committed"/> closed traces are.</summary>
    private long LowestUnapplied(int committed)
    {
        long lowest = Math.Min(Math.Min(_pending.Lowest(), _assembler.LowestPosition ?? long.MaxValue), _setAside);
        foreach (ClosedTrace waiting in _closed.Skip(committed))
        {
            lowest = waiting.Spans.Count == 0 ? lowest : Math.Min(lowest, waiting.FirstPosition);
        }

        return lowest;
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
            _setAside = trace.Spans.Count == 0 ? _setAside : Math.Min(_setAside, trace.FirstPosition);
            LogSetAside(exception, trace.TraceId);
            return null;
        }
    }

    /// <returns>What to store; null if nothing new came, or if the trace shall wait for more.</returns>
    private TraceCommit? Analyse(ClosedTrace trace)
    {
        if (_store.TryGetStoredSpanCount(trace.TraceId, out int storedSpans) && MustWait(trace, storedSpans))
        {
            return null;
        }

        StoredTrace? stored = storedSpans > 0 ? _store.Find(trace.TraceId) : null;
        MergedTrace merged = TraceMerge.Join(stored?.Spans ?? [], trace.Spans);
        bool isGraceOver = trace.Reason == CloseReason.RootGrace || trace is { Reason: CloseReason.Overflow, Spans.Count: 0 };
        if (merged.Added.Count == 0 && !(isGraceOver && stored is { IsOpen: true }))
        {
            // Repeated spans may look like a whole trace by themselves; what is stored says whether a root is still awaited.
            TellAssembler(trace, stored is { IsOpen: true });
            return null;
        }

        TraceFindings findings = _analyzer.Analyze(merged.Spans, isGraceOver || stored is { IsOpen: false });
        bool isOpen = findings.Outcome == TraceOutcome.Open;
        TellAssembler(trace, isOpen);
        int revision = (stored?.Revision ?? 0) + 1;
        return new TraceCommit
        {
            TraceId = trace.TraceId,
            NewSpans = merged.Added,
            Contribution = ContributionBuilder.Build(findings, revision > 1),
            OutcomeSource = findings.OutcomeSource,
            StartUnixNanos = findings.StartUnixNanos,
            EndUnixNanos = findings.EndUnixNanos,
            IsOpen = isOpen,
            Revision = revision,
            FirstArrivalUnixNanos = Math.Min(stored?.FirstArrivalUnixNanos ?? long.MaxValue, trace.FirstArrivalUnixNanos),
            LastArrivalUnixNanos = Math.Max(stored?.LastArrivalUnixNanos ?? 0, trace.LastArrivalUnixNanos),
        };
    }

    /// <summary>A long trace that got a few late spans goes back to wait for more of them, unless its memory is needed or the server stops.</summary>
    private bool MustWait(ClosedTrace trace, int storedSpans)
    {
        if (trace.Spans.Count == 0 || trace.Reason is CloseReason.Shutdown or CloseReason.Overflow)
        {
            return false;
        }

        long readyAt = ReopenPolicy.ReadyAt(storedSpans, trace.Spans.Count, trace.FirstArrivalUnixNanos, trace.LastArrivalUnixNanos);
        if (readyAt <= UnixNanos())
        {
            return false;
        }

        _assembler.Defer(trace, readyAt);
        return true;
    }

    /// <summary>The assembler judges by the spans in flight; the whole trace may have a root where they have none, or the other way round.</summary>
    private void TellAssembler(ClosedTrace trace, bool isOpen)
    {
        if (isOpen && !trace.IsOpen)
        {
            _assembler.RestoreOpen(trace.TraceId, trace.LastArrivalUnixNanos);
        }
        else if (!isOpen && trace.IsOpen)
        {
            _assembler.Settle(trace.TraceId);
        }
    }

    private long UnixNanos() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    [LoggerMessage(1001, LogLevel.Warning, "Spans were refused, nothing of them was acknowledged: {Status} {Detail}")]
    private partial void LogAppendFailed(AppendStatus status, string? detail);

    [LoggerMessage(1002, LogLevel.Error, "Traces cannot be stored and wait in the inbox: {Reason}")]
    private partial void LogCommitFailed(string reason);

    [LoggerMessage(1003, LogLevel.Information, "Traces can be stored again")]
    private partial void LogCommitWorksAgain();

    [LoggerMessage(1004, LogLevel.Error, "Trace {TraceId} could not be analysed; its spans stay in the inbox")]
    private partial void LogSetAside(Exception exception, TraceId traceId);

    [LoggerMessage(1005, LogLevel.Critical, "Traces cannot be stored because of a defect and wait in the inbox")]
    private partial void LogCommitDefect(Exception exception);

    [LoggerMessage(1006, LogLevel.Information, "The end of the inbox, {Bytes} bytes of a write that was never acknowledged, was cut off")]
    private partial void LogTornInbox(long bytes);

    [LoggerMessage(1007, LogLevel.Error, "Stored bytes cannot be read and were set aside, the rest is served: {Damage}")]
    private partial void LogDamage(StoreDamage damage);

    private readonly record struct Arrival(IReadOnlyList<SpanRecord> Spans, long Position, LinkedListNode<long> Append);
}
