using TraceGap.Reporting;
using TraceGap.Reporting.Alerts;
using TraceGap.Server.Alerts.Delivery;
using TraceGap.Server.Objectives;
using TraceGap.Server.Queries;
using TraceGap.Storage;

namespace TraceGap.Server.Alerts;

/// <summary>
/// Watches all workflows, and tells who wants to know.
/// <code>
/// every minute that is analysed   1 read its rollups ─▶ 2 evaluate all rules ─▶ 3 gather evidence of what fires ─▶ 4 decide who is told ─▶ 5 write both down ─▶ 6 hand to each receiver's queue
/// </code>
/// What was true and what was told survive the process, and 4 compares the two, so a restart neither repeats nor loses a notification.
/// </summary>
internal sealed class AlertService : IAsyncDisposable
{
    /// <summary>How often it is looked whether another minute is analysed.</summary>
    private static readonly TimeSpan Tick = TimeSpan.FromSeconds(5);

    /// <summary>Minutes that are read again each time: traces that came late are in them.</summary>
    private const long LateMinutes = 15;

    /// <summary>Minutes of the day before that are read again each time, in turn: the day is read anew every half hour, so that revisions of old traces come in.</summary>
    private const long SweepMinutes = 48;

    /// <summary>Minutes between two measurements of how losses vary.</summary>
    private const long MeasureMinutes = 10;

    /// <summary>Minutes between two measurements of the week before, which hardly changes.</summary>
    private const long CompareMinutes = 60;

    private static readonly TimeSpan FiredKept = TimeSpan.FromDays(8);

    private readonly AlertSource _source;
    private readonly ObjectiveLedger _objectives;
    private readonly AlertBook _book;
    private readonly AlertOptions _options;
    private readonly Func<long> _earliestInFlight;
    private readonly TimeProvider _time;
    private readonly ILogger _logger;
    private readonly AlertEngine _engine = new();
    private readonly HttpClient _http;
    private readonly Receiver[] _receivers;
    private readonly CancellationTokenSource _stop = new();
    private Task _run = Task.CompletedTask;
    private long _evaluated = -1;
    private long _measured = long.MinValue;
    private long _compared = long.MinValue;
    private long _swept;

    /// <summary>Opens what a run before left; <see cref="Start"/> begins to watch.</summary>
    /// <param name="store">Rollups, traces, and what is kept of alerts.</param>
    /// <param name="options">What the user set.</param>
    /// <param name="objectives">Where workflows stand against their objectives.</param>
    /// <param name="earliestInFlight">Event time before which every span that came is analysed, ns.</param>
    /// <param name="metrics">Counts.</param>
    /// <param name="time">The clock.</param>
    /// <param name="logger">Where changes are told.</param>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public AlertService(TraceStore store, AlertOptions options, ObjectiveLedger objectives, Func<long> earliestInFlight, AlertMetrics metrics, TimeProvider time, ILogger logger)
    {
        _source = new AlertSource(store);
        _options = options;
        _objectives = objectives;
        _earliestInFlight = earliestInFlight;
        _time = time;
        _logger = logger;
        _book = AlertBook.Open(store, options, logger);

        // Redirects would carry signed bodies to where nobody sent them.
        _http = new HttpClient(new SocketsHttpHandler { AllowAutoRedirect = false, PooledConnectionLifetime = TimeSpan.FromMinutes(5) }) { Timeout = Timeout.InfiniteTimeSpan };
        HttpDelivery delivery = new(_http, time);
        _receivers = [.. options.Receivers.Select(receiver => new Receiver(receiver, NotifierOf(receiver, delivery), _book.Update, _book.Update, metrics, time, logger))];
        metrics.Show(() => _book.Alerts);
        foreach (Alert alert in _book.Alerts)
        {
            Restore(alert);
        }
    }

    /// <summary>Begins to watch and to tell.</summary>
    public void Start()
    {
        foreach (Receiver receiver in _receivers)
        {
            receiver.Start();
        }

        _run = Task.Run(RunAsync);
    }

    /// <summary>States and history.</summary>
    public AlertList List() => _book.List(_objectives.Options, _time.GetUtcNow());

    /// <summary>Sends a test notification to every receiver, once.</summary>
    public async Task<AlertTest> TestAsync(CancellationToken cancellationToken) =>
        new(await Task.WhenAll(_receivers.Select(receiver => receiver.TestAsync(cancellationToken))));

    /// <summary>Stops watching and telling; what is not told is told after the next start.</summary>
    public async ValueTask DisposeAsync()
    {
        await _stop.CancelAsync();
        await _run;
        foreach (Receiver receiver in _receivers)
        {
            await receiver.DisposeAsync();
        }

        Flush();
        _http.Dispose();
        _stop.Dispose();
    }

    private async Task RunAsync()
    {
        try
        {
            while (true)
            {
                Step();
                await Task.Delay(Tick, _time, _stop.Token);
            }
        }
        catch (OperationCanceledException)
        {
            // The server ends.
        }
    }

    private void Step()
    {
        try
        {
            long lastMinute = (Math.Min(_earliestInFlight(), UnixNanos()) / EventWindow.MinuteNanos) - 1;
            if (_options.IsEnabled && lastMinute > _evaluated)
            {
                Evaluate(lastMinute);
            }

            Flush();
        }
        catch (Exception failure) when (failure is not OperationCanceledException)
        {
            // Neither an unreadable store nor a defect of ours may end the watch.
            AlertLog.EvaluationFailed(_logger, failure);
        }
    }

    private void Evaluate(long lastMinute)
    {
        Load(lastMinute);
        Dictionary<(string, string), Alert> known = _book.Alerts.ToDictionary(static alert => (alert.Workflow, alert.Rule));
        ILookup<string, ReportWindow> fired = known.Values.Where(IsAboutLosses).SelectMany(static alert => (alert.Fired ?? []).Select(window => (alert.Workflow, window)))
            .ToLookup(static entry => entry.Workflow, static entry => entry.window, StringComparer.Ordinal);
        Measure(lastMinute);
        Compare(lastMinute, fired);
        IReadOnlyDictionary<string, ObjectiveStanding> standings = _objectives.Standings(_stop.Token);
        IReadOnlyList<AlertChange> changes = _engine.Evaluate(lastMinute, _options.PolicyOf, standings);
        List<Alert> alerts = [];
        foreach (AlertChange change in changes)
        {
            ObjectiveReport? objective = standings.GetValueOrDefault(change.Workflow)?.ToReport();
            Alert alert = AlertOf(change, known.GetValueOrDefault((change.Workflow, AlertNames.Of(change.Rule))), objective, [.. fired[change.Workflow]]);
            alerts.Add(alert);
            Tell(alert);
        }

        _book.Apply(alerts, EndOf(lastMinute), _time.GetUtcNow());
        _evaluated = lastMinute;
        foreach (Receiver receiver in _receivers)
        {
            receiver.Repeat(_book.FiringAt(receiver.Name));
        }
    }

    private void Load(long lastMinute)
    {
        long day = lastMinute + 1 - ScanWindows.Longest;
        long from = Math.Max(Math.Max(0, day), _evaluated - LateMinutes);
        _source.Load(_engine, from, lastMinute + 1, _stop.Token);
        _swept = _swept < day || _swept >= from ? Math.Max(0, day) : _swept;
        long swept = Math.Min(from, _swept + SweepMinutes);
        if (swept > _swept)
        {
            _source.Load(_engine, _swept, swept, _stop.Token);
        }

        _swept = swept;
    }

    private void Measure(long lastMinute)
    {
        bool isDue = lastMinute - MeasureMinutes >= _measured;
        if (isDue)
        {
            _engine.Trim(lastMinute);
            _measured = lastMinute;
        }

        foreach (string workflow in _engine.Workflows.ToArray())
        {
            if ((isDue || _engine.LacksMeasure(workflow, lastMinute)) && _engine.FirstMinute(workflow, lastMinute) is long first)
            {
                _engine.Measure(workflow, _source.Baseline(workflow, lastMinute, first, _stop.Token));
            }
        }
    }

    private void Compare(long lastMinute, ILookup<string, ReportWindow> fired)
    {
        bool isDue = lastMinute - CompareMinutes >= _compared;
        bool isNew = false;
        foreach (string workflow in _engine.Workflows.Where(workflow => isDue || _engine.LacksWeek(workflow)).ToArray())
        {
            isNew |= _engine.Compare(workflow, _source.Week(workflow, lastMinute, [.. fired[workflow]], _stop.Token), _options.PolicyOf(workflow));
        }

        _compared = isDue ? lastMinute : _compared;
        if (isNew)
        {
            _source.Load(_engine, Math.Max(0, lastMinute + 1 - ScanWindows.Longest), lastMinute + 1, _stop.Token);
        }
    }

    private Alert AlertOf(AlertChange change, Alert? known, ObjectiveReport? objective, IReadOnlyList<ReportWindow> firedBefore)
    {
        DateTime since = EndOf(change.After.SinceMinute);
        string reason = char.ToLowerInvariant(change.Reason.ToString()[0]) + change.Reason.ToString()[1..];
        Alert alert = new(
            change.Workflow, AlertNames.Of(change.Rule), AlertNames.Of(change.After.Status), since, known?.FiredAt, reason, known?.Summary ?? "", known?.Evidence, EndOf(change.After.FromMinute - 1), AlertNames.SeverityOf(change.Rule),
            FiredOf(change, since, known?.Fired ?? []));
        if (change is not { After.Status: AlertStatus.Firing, Finding: not null, Calibration: not null })
        {
            return alert;
        }

        try
        {
            AlertEvidence evidence = _source.Evidence(change, _options.PolicyOf(change.Workflow), objective, firedBefore, _stop.Token);
            return alert with { FiredAt = since, Evidence = evidence, Summary = AlertSummary.Of(change.Workflow, change.Rule, evidence) };
        }
        catch (StorageUnavailableException failure)
        {
            // Whoever is to be woken is woken without it.
            AlertLog.EvaluationFailed(_logger, failure);
            return alert with { FiredAt = since, Evidence = null, Summary = $"{change.Workflow}: {alert.Rule} fires; what it rests on cannot be read at present." };
        }
    }

    /// <summary>When it fired, with what this change begins or ends.</summary>
    private static ReportWindow[] FiredOf(AlertChange change, DateTime since, IReadOnlyList<ReportWindow> known)
    {
        IEnumerable<ReportWindow> kept = known.Where(window => !(window.To < since - FiredKept));
        if (change.After.Status == AlertStatus.Firing)
        {
            return [.. kept, new ReportWindow(since - TimeSpan.FromMinutes(change.Finding?.Window.Minutes ?? 0), null)];
        }

        return [.. kept.Select(window => window.To is null && change.Before == AlertStatus.Firing ? window with { To = since } : window)];
    }

    // The week that losses are told from may have been slow, and spent its budget; both last longer than what made them so.
    private static bool IsAboutLosses(Alert alert) => alert.Rule == AlertNames.Of(AlertRule.Divergence) || alert.Rule == AlertNames.Of(AlertRule.Silent) || alert.Rule == AlertNames.Of(AlertRule.Shift);

    private void Tell(Alert alert)
    {
        if (alert.Status == AlertNames.Of(AlertStatus.Firing))
        {
            AlertLog.Fired(_logger, alert.Summary);
        }
        else
        {
            AlertLog.Changed(_logger, alert.Rule, alert.Workflow, alert.Status, alert.Reason);
        }
    }

    private void Flush()
    {
        ILookup<string, AlertNotice> toSend;
        try
        {
            toSend = _book.Flush(_time.GetUtcNow()).ToLookup(static notice => notice.Receiver, StringComparer.Ordinal);
        }
        catch (StorageUnavailableException failure)
        {
            AlertLog.EvaluationFailed(_logger, failure);
            return;
        }

        foreach (IGrouping<string, AlertNotice> notices in toSend)
        {
            Receiver? receiver = Array.Find(_receivers, receiver => receiver.Name == notices.Key);
            foreach (AlertNotice notice in notices)
            {
                if (receiver is null)
                {
                    _book.Update(notice with { Delivery = DeliveryStates.Failed, Problem = "the receiver is no longer configured" });
                }
                else
                {
                    receiver.Send(notice);
                }
            }
        }
    }

    private void Restore(Alert alert)
    {
        foreach (AlertRule rule in AlertNames.Rules.Where(rule => AlertNames.Of(rule) == alert.Rule))
        {
            long? fired = alert.FiredAt is DateTime at ? MinuteOf(at) - 1 : null;
            _engine.Restore(alert.Workflow, rule, new AlertPosition(AlertNames.Status(alert.Status), MinuteOf(alert.Since) - 1, fired, MinuteOf(alert.JudgedFrom)));
        }
    }

    private INotifier NotifierOf(ReceiverOptions receiver, HttpDelivery delivery) => receiver.Type switch
    {
        ReceiverType.Alertmanager => new AlertmanagerNotifier(delivery, receiver.Url, _options.ExternalUrl, _time),
        ReceiverType.Webhook => new WebhookNotifier(delivery, receiver.Url, receiver.Secret, _time),
        _ => new SlackNotifier(delivery, receiver.Url),
    };

    private long UnixNanos() => (_time.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static DateTime EndOf(long minute) => DateTime.UnixEpoch.AddMinutes(minute + 1);

    private static long MinuteOf(DateTime at) => (at - DateTime.UnixEpoch).Ticks / TimeSpan.TicksPerMinute;
}
