using System.Collections.Concurrent;
using System.Diagnostics.Metrics;
using System.Runtime.CompilerServices;
using TraceGap.Reporting.Alerts;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace TraceGap.Server.Alerts;

/// <summary>Instruments of alerts. Thread-safe.</summary>
internal sealed class AlertMetrics
{
    private readonly ConcurrentDictionary<string, StrongBox<long>> _sent = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StrongBox<long>> _failed = new(StringComparer.Ordinal);
    private readonly ConcurrentDictionary<string, StrongBox<long>> _attempts = new(StringComparer.Ordinal);
    private Func<IReadOnlyList<Alert>> _alerts = static () => [];

    /// <summary>Makes the instruments.</summary>
    public AlertMetrics(Meter meter)
    {
        meter.CreateObservableCounter(
            "tracegap.alerts.notifications",
            () => Read(_sent, new Tag("outcome", "sent")).Concat(Read(_failed, new Tag("outcome", "failed"))),
            "{notification}",
            "Notifications by receiver and how they ended");
        meter.CreateObservableCounter("tracegap.alerts.failed_attempts", () => Read(_attempts), "{attempt}", "Attempts to deliver that a receiver did not take");
        meter.CreateObservableGauge(
            "tracegap.alerts.firing",
            () => _alerts().Select(static alert => new Measurement<long>(
                alert.Status == AlertNames.Of(AlertStatus.Firing) ? 1 : 0, new Tag("workflow", alert.Workflow), new Tag("rule", alert.Rule))),
            "{alert}",
            "1 while a rule of a workflow fires, 0 once it no longer does");
    }

    /// <summary>Shows what is true.</summary>
    public void Show(Func<IReadOnlyList<Alert>> alerts) => _alerts = alerts;

    /// <summary>Shows a receiver from the start: the first count of a series that is new is no increase to whoever scrapes.</summary>
    public void Show(string receiver)
    {
        foreach (ConcurrentDictionary<string, StrongBox<long>> counts in new[] { _sent, _failed, _attempts })
        {
            counts.TryAdd(receiver, new StrongBox<long>());
        }
    }

    /// <summary>A notification was taken.</summary>
    public void Sent(string receiver) => Count(_sent, receiver);

    /// <summary>A notification was given up.</summary>
    public void Failed(string receiver) => Count(_failed, receiver);

    /// <summary>An attempt failed.</summary>
    public void AttemptFailed(string receiver) => Count(_attempts, receiver);

    private static void Count(ConcurrentDictionary<string, StrongBox<long>> counts, string receiver) =>
        Interlocked.Increment(ref counts.GetOrAdd(receiver, static _ => new StrongBox<long>()).Value);

    private static IEnumerable<Measurement<long>> Read(ConcurrentDictionary<string, StrongBox<long>> counts, params Tag[] tags) =>
        counts.Select(count => new Measurement<long>(Interlocked.Read(ref count.Value.Value), [new Tag("receiver", count.Key), .. tags]));
}
