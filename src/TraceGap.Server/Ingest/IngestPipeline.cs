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
/// AcceptAsync (any thread)   1 inbox append ─▶ 2 queue ─▶ acknowledged, at the speed of what follows
/// RunAsync (one at a time)   0 take up what a run before left in the inbox
///                            3 assemble ─▶ TraceCommitter: 4 join with what is stored ─▶ 5 analyse ─▶ 6 encode ─▶ 7 commit traces, rollups and inbox position together
/// </code>
/// Everything after the append can be done again: a crash before the commit replays the inbox from the position of the last commit, and spans that are already stored
/// change nothing. So no acknowledged span is lost and none counts twice. Where traces cannot be committed they wait, bounded, with their spans in the inbox; then senders are asked to come again.
/// </remarks>
internal sealed partial class IngestPipeline : ISpanSink, IAsyncDisposable
{
    /// <summary>How often closed traces are looked for. Well below the second within which a report must show them.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromMilliseconds(200);

    /// <summary>Shorter waits are left out; what they would have been is added to those that follow.</summary>
    private static readonly TimeSpan ShortestWait = TimeSpan.FromMilliseconds(1);

    private static readonly TimeSpan ComeAgain = TimeSpan.FromSeconds(1);

    /// <summary>Time between two attempts at what the disk or the database refused.</summary>
    private static readonly TimeSpan TryAgainAfter = TimeSpan.FromSeconds(1);

    /// <summary>Time for storing what is in flight when the server stops; what is left then is in the inbox for the next start.</summary>
    private static readonly TimeSpan DrainTime = TimeSpan.FromSeconds(20);

    private readonly TraceStore _store;
    private readonly TraceAssembler _assembler;
    private readonly TraceCommitter _committer;
    private readonly IngestLimits _limits;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly IngestMetrics _metrics;
    private readonly IngestHealth _health;
    private readonly IntakePace _pace;
    private readonly PendingAppends _pending = new();
    private readonly Channel<Arrival> _queue = Channel.CreateUnbounded<Arrival>(new UnboundedChannelOptions { SingleReader = true });
    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource<long> _takenUp = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private Task _run = Task.CompletedTask;
    private long _queuedBytes;
    private long _revision;
    private long _earliestInFlight;
    private volatile IngestLevels _levels = IngestLevels.Empty;
    private long _takenUpTo;
    private long _spansTakenUp;
    private bool _mustTakeUp = true;
    private string? _damage;
    private bool _hasReplacedDatabase;
    private long _triedAt;
    private int _toldDamages;

    /// <param name="store">Where spans and traces are kept.</param>
    /// <param name="analyzer">Gives what analyses closed traces; used by one thread.</param>
    /// <param name="assembler">Gathers spans.</param>
    /// <param name="limits">What may be held in memory.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where troubles are told.</param>
    /// <param name="metrics">Counts what happens.</param>
    public IngestPipeline(
        TraceStore store, Func<TraceAnalyzer> analyzer, TraceAssembler assembler, IngestLimits limits, TimeProvider time, ILogger logger, IngestMetrics metrics)
    {
        _limits = limits;
        _metrics = metrics;
        _store = store;
        _assembler = assembler;
        _time = time;
        _logger = logger;
        _health = new IngestHealth(time, logger);
        _pace = new IntakePace(time);
        _committer = new TraceCommitter(store, analyzer, assembler, limits.SpansPerTrace, time, logger, metrics);
    }

    /// <summary>Event time before which every span that came is analysed, ns; <see cref="long.MaxValue"/> if nothing is in flight, 0 while it is not known what is.</summary>
    public long EarliestInFlightUnixNanos => Math.Min(_pending.EarliestStart(), Interlocked.Read(ref _earliestInFlight));

    /// <summary>Grows whenever something was stored that reports or traces may show.</summary>
    public long Revision => Interlocked.Read(ref _revision);

    /// <summary>Why spans cannot be taken or traces not be stored at present, or null.</summary>
    public string? Problem => _health.Problem;

    /// <summary>What was found damaged in the data folder since the start.</summary>
    public IReadOnlyList<StoreDamage> Damages => _store.Damages;

    /// <summary>Encoded spans that are durable and wait for the assembler, bytes.</summary>
    public long QueuedBytes => Interlocked.Read(ref _queuedBytes);

    /// <summary>How much is on its way behind the queue, as of the last tick.</summary>
    public IngestLevels Levels => _levels;

    /// <summary>Starts. Spans are taken at once; what a run before left unfinished is taken up beside them, and told as a problem until that is done.</summary>
    /// <returns>Spans that were taken up, once they are.</returns>
    public Task<long> Start()
    {
        if (_store.TornInboxBytes > 0)
        {
            LogTornInbox(_store.TornInboxBytes);
        }

        _pending.Got(_store.AppliedPosition);
        _health.Recovering("recovering: taking up what is unfinished");
        _run = Task.Run(RunAsync);
        return _takenUp.Task;
    }

    /// <summary>Takes no more spans; those that are on their way are still made durable. <see cref="DisposeAsync"/> then stores what is in flight.</summary>
    public void StopTaking() => _health.Stopping();

    /// <inheritdoc/>
    public async ValueTask<SinkResult> AcceptAsync(SpanBatch spans, CancellationToken cancellationToken)
    {
        if (_health.IsStopping)
        {
            _metrics.Refused(spans.Count, RefuseReason.ShuttingDown);
            return SinkResult.Unavailable("the server is shutting down");
        }

        if (Interlocked.Read(ref _queuedBytes) > _limits.QueuedBytes)
        {
            _metrics.Refused(spans.Count, RefuseReason.QueueFull);
            return SinkResult.Overloaded(ComeAgain);
        }

        if (_pace.Take(spans.Count) is not TimeSpan wait)
        {
            _metrics.Refused(spans.Count, RefuseReason.Behind);
            return SinkResult.Overloaded(ComeAgain);
        }

        // Once handed to the writer the spans stay, whatever the sender does; so the append itself cannot be cancelled.
        SinkResult result = await AppendAsync(spans).WaitAsync(cancellationToken);
        if (wait >= ShortestWait && result.Outcome == SinkOutcome.Accepted)
        {
            _metrics.Paced(spans.Count);
            await Task.Delay(wait, _time, cancellationToken);
        }

        return result;
    }

    /// <summary>Analyses and stores what is in flight, as far as the time for it goes, then stops.</summary>
    public async ValueTask DisposeAsync()
    {
        StopTaking();
        await _stop.CancelAsync();
        _queue.Writer.TryComplete();
        await _run;
        _stop.Dispose();
    }

    private async Task<SinkResult> AppendAsync(SpanBatch spans)
    {
        long started = _time.GetTimestamp();
        long arrival = UnixNanos();
        LinkedListNode<PendingAppends.PendingAppend> append = _pending.Begin(spans.EarliestStartUnixNanos());
        bool isHandedOver = false;
        try
        {
            AppendResult result = await _store.AppendAsync(spans, arrival, CancellationToken.None);
            if (!result.IsDurable)
            {
                _metrics.Refused(spans.Count, result.Status);
                _health.AppendFailed(result);
                return result.Status == AppendStatus.QueueFull ? SinkResult.Overloaded(ComeAgain) : SinkResult.Unavailable(result.Detail ?? "spans cannot be kept");
            }

            // When the server stops in between, the queue is closed: the spans are in the inbox, and the next start takes them up from there.
            isHandedOver = true;
            _pending.Got(result.Position);
            _health.AppendWorked();
            _metrics.Accepted(spans.Count, _time.GetElapsedTime(started));
            Interlocked.Add(ref _queuedBytes, spans.Bytes.Length);
            _queue.Writer.TryWrite(new Arrival(spans, result.Position, arrival, append));
            return SinkResult.Accepted;
        }
        finally
        {
            if (!isHandedOver)
            {
                _pending.End(append);
            }
        }
    }

    private async Task RunAsync()
    {
        using PeriodicTimer timer = new(Tick, _time);
        try
        {
            do
            {
                await StepAsync(timer);
            }
            while (await timer.WaitForNextTickAsync(_stop.Token));
        }
        catch (OperationCanceledException)
        {
            Drain();
        }
    }

    private async Task StepAsync(PeriodicTimer timer)
    {
        try
        {
            TellWhatIsDamaged();
            if (_mustTakeUp)
            {
                await TakeUpAsync(timer);
            }

            // While nothing can be committed nothing more is taken up: the queue fills, and senders are asked to come again.
            if (!_committer.HasWaiting)
            {
                Assemble();
                _committer.Add(_assembler.Due(UnixNanos()));
            }

            await CommitAndProbeAsync();
        }
        catch (Exception defect) when (defect is not OperationCanceledException)
        {
            // A defect of ours must not end the loop: what is in the inbox stays there, and readiness says that something is wrong.
            _health.CommitFailed(defect);
        }
    }

    /// <summary>Takes up what the inbox holds and the database does not, as if it arrived again at the times at which it did.</summary>
    private async Task TakeUpAsync(PeriodicTimer timer)
    {
        if (!TryReplaceDatabase() || !TryRestoreOpen())
        {
            return;
        }

        _takenUpTo = _store.AppliedPosition;
        foreach (InboxEntry entry in _store.ReadUnapplied())
        {
            _stop.Token.ThrowIfCancellationRequested();
            long arrival = Math.Min(entry.ArrivalUnixNanos, UnixNanos());
            _committer.Add(_assembler.Due(arrival));
            _assembler.Add(entry.Spans, entry.Position, arrival);
            _pending.Got(entry.Position);
            _takenUpTo = entry.Position;
            _spansTakenUp += entry.Spans.Count;
            if (_committer.IsFull)
            {
                await UntilCommittedAsync(timer);
            }

            if (_damage is not null)
            {
                return;
            }
        }

        _mustTakeUp = false;
        _takenUp.TrySetResult(_spansTakenUp);
        _health.Recovered();
    }

    private async Task UntilCommittedAsync(PeriodicTimer timer)
    {
        while (_committer.HasWaiting && _damage is null)
        {
            if (MayWork())
            {
                CommitAll();
            }

            if (_health.IsCommitBroken)
            {
                await timer.WaitForNextTickAsync(_stop.Token);
            }
        }
    }

    private bool TryRestoreOpen()
    {
        try
        {
            foreach (OpenTraceRef open in _store.OpenTraces())
            {
                _assembler.RestoreOpen(open.TraceId, open.LastArrivalUnixNanos);
            }

            return true;
        }
        catch (StorageUnavailableException failure)
        {
            StoreFailed(failure);
            return false;
        }
    }

    private void Drain()
    {
        try
        {
            Assemble();
            _committer.Add(_assembler.Flush());
            CommitAll(until: _time.GetTimestamp() + (long)(DrainTime.TotalSeconds * _time.TimestampFrequency));
        }
        catch (Exception defect)
        {
            _health.CommitFailed(defect);
        }

        _takenUp.TrySetResult(_spansTakenUp);
    }

    private void TellWhatIsDamaged()
    {
        IReadOnlyList<StoreDamage> damages = _store.Damages;
        for (; _toldDamages < damages.Count; _toldDamages++)
        {
            LogDamage(damages[_toldDamages]);
        }
    }

    /// <summary>Commits; and while appends fail, tries one: a server that is not ready may get no spans by which to find out that the disk works again.</summary>
    private async Task CommitAndProbeAsync()
    {
        if (!MayWork())
        {
            return;
        }

        CommitAll();
        Maintain();
        if (_health.IsAppendBroken)
        {
            AppendResult result = await _store.AppendAsync(SpanBatch.Empty, UnixNanos(), CancellationToken.None);
            if (result.IsDurable)
            {
                _pending.Got(result.Position);
                _health.AppendWorked();
            }
        }
    }

    // A step a tick is more than arrives in the meantime.
    private void Maintain()
    {
        if (_health.IsCommitBroken || _mustTakeUp)
        {
            return;
        }

        try
        {
            _store.Maintain(UnixNanos());
        }
        catch (StorageUnavailableException failure)
        {
            StoreFailed(failure);
        }
    }

    /// <summary>False for a while after the disk or the database refused something.</summary>
    private bool MayWork()
    {
        long now = _time.GetTimestamp();
        if ((_health.IsCommitBroken || _health.IsAppendBroken) && _time.GetElapsedTime(_triedAt, now) < TryAgainAfter)
        {
            return false;
        }

        _triedAt = now;
        return true;
    }

    private void Assemble()
    {
        while (_queue.Reader.TryRead(out Arrival arrival))
        {
            // What was in the inbox when it was taken up came from there.
            if (arrival.Position > _takenUpTo)
            {
                _assembler.Add(arrival.Spans, arrival.Position, arrival.UnixNanos);
                Interlocked.Exchange(ref _earliestInFlight, Math.Min(_earliestInFlight, arrival.Append.Value.EarliestStart));
            }

            _pending.End(arrival.Append);
            Interlocked.Add(ref _queuedBytes, -arrival.Spans.Bytes.Length);
        }
    }

    private void PublishLevels()
    {
        long oldest = Math.Min(_assembler.OldestArrivalUnixNanos ?? long.MaxValue, _committer.OldestArrivalUnixNanos ?? long.MaxValue);
        _levels = new IngestLevels(_assembler.InFlightSpans, _assembler.InFlightTraces, _assembler.OpenTraces, oldest == long.MaxValue ? null : oldest);
    }

    /// <summary>Commits what is closed; what cannot be committed now waits, and its inbox entries with it.</summary>
    /// <param name="until">Time stamp after which no further batch is begun.</param>
    private void CommitAll(long until = long.MaxValue)
    {
        long started = _time.GetTimestamp();
        long spans = 0;
        PublishLevels();
        try
        {
            while (_committer.HasWaiting && _time.GetTimestamp() < until)
            {
                spans += _committer.CommitSome(() => LowestUnapplied() - 1);
            }

            _pace.Analysed(spans, _time.GetElapsedTime(started));
            _health.CommitWorked();
            if (!_mustTakeUp)
            {
                Interlocked.Exchange(ref _earliestInFlight, _assembler.EarliestSpanStartUnixNanos ?? long.MaxValue);
            }

            if (spans > 0)
            {
                Interlocked.Increment(ref _revision);
            }
        }
        catch (StorageUnavailableException failure)
        {
            StoreFailed(failure);
        }

        PublishLevels();
    }

    private void StoreFailed(StorageUnavailableException failure)
    {
        _health.CommitFailed(failure.Message);

        // Once only: damage that a new database has as well is not on the disk.
        if (failure.IsDamage && !_hasReplacedDatabase)
        {
            _damage = failure.Message;
            _mustTakeUp = true;
            _takenUpTo = 0;
            Interlocked.Exchange(ref _earliestInFlight, 0);
            _health.Recovering("recovering: the database is damaged and being replaced");
        }
    }

    /// <summary>Leaves a damaged database for a new one. All that is in memory is dropped with it: what is not stored is in the inbox, from where it is taken up again.</summary>
    private bool TryReplaceDatabase()
    {
        if (_damage is null)
        {
            return true;
        }

        try
        {
            _store.ReplaceDatabase(_damage);
        }
        catch (StorageUnavailableException failure)
        {
            _health.CommitFailed(failure.Message);
            return false;
        }

        _assembler.Flush();
        _committer.Clear();
        _damage = null;
        _hasReplacedDatabase = true;
        return true;
    }

    /// <summary>The lowest position of a record whose spans are not all stored, if all closed traces are.</summary>
    private long LowestUnapplied()
    {
        long lowest = Math.Min(Math.Min(_pending.Lowest(), _assembler.LowestPosition ?? long.MaxValue), _committer.LowestSetAside);
        return _mustTakeUp ? Math.Min(lowest, _takenUpTo + 1) : lowest;
    }

    private long UnixNanos() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    [LoggerMessage(1006, LogLevel.Information, "The end of the inbox, {Bytes} bytes of a write that was never acknowledged, was cut off")]
    private partial void LogTornInbox(long bytes);

    [LoggerMessage(1007, LogLevel.Error, "Stored bytes cannot be read and were set aside, the rest is served: {Damage}")]
    private partial void LogDamage(StoreDamage damage);

    private readonly record struct Arrival(SpanBatch Spans, long Position, long UnixNanos, LinkedListNode<PendingAppends.PendingAppend> Append);
}
