using TraceGap.Reporting.Alerts;
using TraceGap.Server.Alerts.Delivery;
using TraceGap.Server.Objectives;
using TraceGap.Storage;

namespace TraceGap.Server.Alerts;

/// <summary>
/// What is true of every rule, and, apart from it, what every receiver was told. Both are in the data folder; a change of what is true is written together with what is to be told of it, before
/// anybody is told. What cannot be written waits, and nobody is told of it. Thread-safe.
/// </summary>
internal sealed class AlertBook
{
    private const int MostKept = 1000;
    private const int MostShown = 100;

    private static readonly TimeSpan KeptFor = TimeSpan.FromDays(30);

    private readonly TraceStore _store;
    private readonly AlertOptions _options;
    private readonly Lock _lock = new();
    private readonly SortedDictionary<(string Workflow, string Rule), (long Id, Alert Alert)> _alerts = [];
    private readonly SortedDictionary<long, AlertNotice> _notices = [];
    private readonly HashSet<(string Workflow, string Rule)> _changedAlerts = [];
    private readonly HashSet<long> _changedNotices = [];
    private readonly List<AlertNotice> _toSend = [];
    private DateTime? _evaluatedUntil;
    private long _nextAlert;
    private long _nextNotice;

    private AlertBook(TraceStore store, AlertOptions options)
    {
        _store = store;
        _options = options;
    }

    /// <summary>Reads what a run before left.</summary>
    /// <exception cref="StorageUnavailableException">The database could not be read.</exception>
    public static AlertBook Open(TraceStore store, AlertOptions options, ILogger logger)
    {
        AlertBook book = new(store, options);
        StoredAlerts stored = store.ReadAlerts(MostKept);
        foreach (StoredAlertState state in stored.States)
        {
            book._nextAlert = Math.Max(book._nextAlert, state.Id + 1);
            if (AlertJson.ReadAlert(state.State) is Alert alert)
            {
                book._alerts[(alert.Workflow, alert.Rule)] = (state.Id, alert);
            }
            else
            {
                AlertLog.Unreadable(logger, "alert", state.Id);
            }
        }

        foreach (StoredAlertNotice entry in stored.Notices)
        {
            book._nextNotice = Math.Max(book._nextNotice, entry.Id + 1);
            if (AlertJson.ReadNotice(entry.Notice) is AlertNotice notice)
            {
                book._notices[notice.Id] = notice;
            }
            else
            {
                AlertLog.Unreadable(logger, "notification", entry.Id);
            }
        }

        book._toSend.AddRange(book._notices.Values.Where(static notice => notice.Delivery == DeliveryStates.Pending));
        return book;
    }

    /// <summary>What is true.</summary>
    public IReadOnlyList<Alert> Alerts
    {
        get
        {
            lock (_lock)
            {
                return [.. _alerts.Values.Select(static entry => entry.Alert)];
            }
        }
    }

    /// <summary>Alerts that fire and that a receiver was told of.</summary>
    public IReadOnlyList<Alert> FiringAt(string receiver)
    {
        lock (_lock)
        {
            return
            [
                .. _alerts.Values.Select(static entry => entry.Alert)
                    .Where(alert => alert.Status == AlertNames.Of(AlertStatus.Firing) && LastTold(alert, receiver) is { Kind: NoticeKinds.Firing } told && told.Alert.FiredAt == alert.FiredAt),
            ];
        }
    }

    /// <summary>States, history and what is watched, for people.</summary>
    public AlertList List(ObjectiveOptions objectives, DateTimeOffset now)
    {
        lock (_lock)
        {
            return new AlertList(
                _evaluatedUntil,
                [
                    .. _alerts.Values.Select(static entry => entry.Alert)
                        .Where(static alert => alert.Status != AlertNames.Of(AlertStatus.Inactive))
                        .OrderBy(static alert => alert.Status != AlertNames.Of(AlertStatus.Firing))
                        .ThenByDescending(static alert => alert.Since)
                        .ThenBy(static alert => alert.Workflow, StringComparer.Ordinal)
                        .ThenBy(static alert => alert.Rule, StringComparer.Ordinal),
                ],
                [.. _notices.Values.Reverse().Take(MostShown)],
                WatchView.Of(_options, objectives, now));
        }
    }

    /// <summary>Takes in what an evaluation found, and decides who is told.</summary>
    /// <param name="changes">Alerts that changed.</param>
    /// <param name="evaluatedUntil">Event time up to which it judged.</param>
    /// <param name="now">Now.</param>
    public void Apply(IEnumerable<Alert> changes, DateTime evaluatedUntil, DateTimeOffset now)
    {
        lock (_lock)
        {
            foreach (Alert alert in changes)
            {
                (string, string) key = (alert.Workflow, alert.Rule);
                _alerts[key] = (_alerts.TryGetValue(key, out (long Id, Alert Alert) known) ? known.Id : _nextAlert++, alert);
                _changedAlerts.Add(key);
            }

            _evaluatedUntil = evaluatedUntil;
            foreach ((_, Alert alert) in _alerts.Values)
            {
                foreach (ReceiverOptions receiver in _options.Receivers)
                {
                    Tell(alert, receiver.Name, now);
                }
            }
        }
    }

    /// <summary>Writes down how a delivery went so far, or how it ended.</summary>
    public void Update(AlertNotice notice)
    {
        lock (_lock)
        {
            _notices[notice.Id] = notice;
            _changedNotices.Add(notice.Id);
        }
    }

    /// <summary>Makes all changes durable.</summary>
    /// <returns>What is to be sent from now on.</returns>
    /// <exception cref="StorageUnavailableException">They could not be written; they wait.</exception>
    public IReadOnlyList<AlertNotice> Flush(DateTimeOffset now)
    {
        lock (_lock)
        {
            if (_changedAlerts.Count + _changedNotices.Count > 0)
            {
                _store.SaveAlerts(new AlertCommit
                {
                    States = [.. _changedAlerts.Select(key => new StoredAlertState(_alerts[key].Id, AlertJson.WriteUtf8(_alerts[key].Alert)))],
                    Notices = [.. _changedNotices.Select(id => Stored(_notices[id]))],
                    ForgetBeforeUnixNanos = UnixNanos(now - KeptFor),
                });
                _changedAlerts.Clear();
                _changedNotices.Clear();
                Forget();
            }

            AlertNotice[] toSend = [.. _toSend];
            _toSend.Clear();
            return toSend;
        }
    }

    private void Tell(Alert alert, string receiver, DateTimeOffset now)
    {
        AlertRule rule = AlertNames.Rules.First(rule => AlertNames.Of(rule) == alert.Rule);
        bool isSilenced = _options.Silences.Any(silence => silence.Covers(alert.Workflow, rule, now));
        NotifyReason reason = NotifyDecision.Decide(alert, LastTold(alert, receiver), isSilenced);
        if (reason is NotifyReason.BeganToFire or NotifyReason.IsOver)
        {
            AlertNotice notice = new(_nextNotice++, now.UtcDateTime, receiver, alert.Status, DeliveryStates.Pending, 0, null, alert);
            _notices[notice.Id] = notice;
            _changedNotices.Add(notice.Id);
            _toSend.Add(notice);
        }
    }

    private AlertNotice? LastTold(Alert alert, string receiver) =>
        _notices.Values.LastOrDefault(notice => notice.Receiver == receiver && notice.Alert.Workflow == alert.Workflow && notice.Alert.Rule == alert.Rule);

    private void Forget()
    {
        int surplus = _notices.Count - MostKept;
        foreach (long id in _notices.Where(static notice => notice.Value.Delivery != DeliveryStates.Pending).Take(surplus).Select(static notice => notice.Key).ToArray())
        {
            _notices.Remove(id);
        }
    }

    private static StoredAlertNotice Stored(AlertNotice notice) => new(
        notice.Id, UnixNanos(new DateTimeOffset(notice.At)), notice.Delivery == DeliveryStates.Pending, AlertJson.WriteUtf8(notice));

    private static long UnixNanos(DateTimeOffset at) => Math.Max(0, (at - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick);
}
