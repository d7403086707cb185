using System.Threading.Channels;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts.Delivery;

/// <summary>
/// One receiver with a queue and a loop of its own, so that one that is slow or dead holds up nobody else. Notifications go out in order, each until the receiver takes or refuses it, or it is too
/// old to be of use. All of them are in the data folder until then: a full queue, or the end of the process, loses none that the next start would not send.
/// </summary>
internal sealed class Receiver : IAsyncDisposable
{
    /// <summary>A notification so old is no news.</summary>
    public static readonly TimeSpan MaxAge = TimeSpan.FromDays(1);

    /// <summary>Notifications in memory; beyond it the oldest gives way.</summary>
    private const int MostQueued = 1000;

    private readonly ReceiverOptions _options;
    private readonly INotifier _notifier;
    private readonly Action<AlertNotice> _tried;
    private readonly Action<AlertNotice> _done;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AlertMetrics _metrics;
    private readonly Channel<AlertNotice?> _queue;
    private readonly CancellationTokenSource _stop = new();
    private IReadOnlyList<Alert> _firing = [];
    private Task _run = Task.CompletedTask;
    private bool _fails;

    /// <summary>Makes a receiver; <see cref="Start"/> starts it.</summary>
    /// <param name="options">Who it is.</param>
    /// <param name="notifier">Speaks to it.</param>
    /// <param name="tried">Told of each attempt that failed and is followed by another.</param>
    /// <param name="done">Told how each notification ended.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where troubles are told.</param>
    public Receiver(ReceiverOptions options, INotifier notifier, Action<AlertNotice> tried, Action<AlertNotice> done, AlertMetrics metrics, TimeProvider time, ILogger logger)
    {
        _options = options;
        _notifier = notifier;
        _tried = tried;
        _done = done;
        _metrics = metrics;
        metrics.Show(options.Name);
        _time = time;
        _logger = logger;
        _queue = Channel.CreateBounded<AlertNotice?>(
            new BoundedChannelOptions(MostQueued) { FullMode = BoundedChannelFullMode.DropOldest, SingleReader = true },
            dropped =>
            {
                if (dropped is not null)
                {
                    GiveUp(dropped, "the queue is full");
                }
            });
    }

    /// <summary>Its name.</summary>
    public string Name => _options.Name;

    /// <summary>Starts to deliver.</summary>
    public void Start() => _run = Task.Run(RunAsync);

    /// <summary>Queues a notification.</summary>
    public void Send(AlertNotice notice) => _queue.Writer.TryWrite(notice);

    /// <summary>Says what fires, behind what is queued; what was to be said so before and was not is replaced.</summary>
    public void Repeat(IReadOnlyList<Alert> firing)
    {
        bool waits = Interlocked.Exchange(ref _firing, firing).Count > 0;
        if (firing.Count > 0 && !waits)
        {
            _queue.Writer.TryWrite(null);
        }
    }

    /// <summary>Delivers a test notification, once.</summary>
    public async Task<AlertTestResult> TestAsync(CancellationToken cancellationToken)
    {
        DateTime now = _time.GetUtcNow().UtcDateTime;
        Alert alert = new("tracegap/test", NoticeKinds.Test, AlertNames.Of(AlertStatus.Firing), now, now, NoticeKinds.Test, "Test of TraceGap's alerts: nothing is wrong.", null, now);
        DeliveryResult result = await _notifier.NotifyAsync(new AlertNotice(0, now, Name, NoticeKinds.Test, DeliveryStates.Pending, 1, null, alert), cancellationToken);
        bool delivered = result.Outcome == DeliveryOutcome.Delivered;
        return new AlertTestResult(Name, _options.Type.ToString().ToLowerInvariant(), delivered, delivered ? null : result.Problem);
    }

    /// <summary>Stops; what is not delivered is in the data folder.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            await foreach (AlertNotice? notice in _queue.Reader.ReadAllAsync(_stop.Token))
            {
                if (notice is not null)
                {
                    await DeliverAsync(notice);
                }
                else
                {
                    Tell(await _notifier.RepeatAsync(Interlocked.Exchange(ref _firing, []), _stop.Token));
                }
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private async Task DeliverAsync(AlertNotice notice)
    {
        for (int attempts = 1; ; attempts++)
        {
            DeliveryResult result = await _notifier.NotifyAsync(notice, _stop.Token);
            Tell(result);
            AlertNotice tried = notice with { Attempts = notice.Attempts + attempts, Problem = result.Problem };
            if (result.Outcome == DeliveryOutcome.Delivered)
            {
                _metrics.Sent(Name);
                _done(tried with { Delivery = DeliveryStates.Delivered, Problem = null });
                return;
            }

            if (result.Outcome == DeliveryOutcome.Refused || _time.GetUtcNow().UtcDateTime - notice.At > MaxAge)
            {
                GiveUp(tried, result.Problem);
                return;
            }

            _tried(tried);
            await Task.Delay(Backoff.After(attempts, Random.Shared.NextDouble()), _time, _stop.Token);
        }
    }

    private void GiveUp(AlertNotice notice, string problem)
    {
        AlertLog.GaveUp(_logger, Name, problem);
        _metrics.Failed(Name);
        _done(notice with { Delivery = DeliveryStates.Failed, Problem = problem });
    }

    // Changes are told, not every attempt.
    private void Tell(DeliveryResult result)
    {
        bool fails = result.Outcome != DeliveryOutcome.Delivered;
        if (fails)
        {
            _metrics.AttemptFailed(Name);
        }

        if (fails && !_fails)
        {
            AlertLog.ReceiverFails(_logger, Name, result.Problem);
        }
        else if (!fails && _fails)
        {
            AlertLog.ReceiverWorks(_logger, Name);
        }

        _fails = fails;
    }
}
