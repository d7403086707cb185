using System.Diagnostics.Metrics;
using TraceGap.Reporting.Alerts;
using Tag = System.Collections.Generic.KeyValuePair<string, object?>;

namespace TraceGap.Server.Alerts;

/// <summary>Instruments of alerts.</summary>
internal sealed class AlertMetrics
{
    private readonly Counter<long> _notifications;
    private readonly Counter<long> _attempts;
    private Func<IReadOnlyList<Alert>> _alerts = static () => [];

    /// <summary>Makes the instruments.</summary>
    public AlertMetrics(Meter meter)
    {
        _notifications = meter.CreateCounter<long>("tracegap.alerts.notifications", "{notification}", "Notifications by receiver and how they ended");
        _attempts = meter.CreateCounter<long>("tracegap.alerts.failed_attempts", "{attempt}", "Attempts to deliver that a receiver did not take");
        meter.CreateObservableGauge(
            "tracegap.alerts.firing",
            () => _alerts().Select(static alert => new Measurement<long>(
                alert.Status == AlertNames.Of(AlertStatus.Firing) ? 1 : 0, new Tag("workflow", alert.Workflow), new Tag("rule", alert.Rule))),
            "{alert}",
            "1 while a rule of a workflow fires, 0 once it no longer does");
    }

    /// <summary>Shows what is true.</summary>
    public void Show(Func<IReadOnlyList<Alert>> alerts) => _alerts = alerts;

    /// <summary>A notification was taken.</summary>
    public void Sent(string receiver) => _notifications.Add(1, new Tag("receiver", receiver), new Tag("outcome", "sent"));

    /// <summary>A notification was given up.</summary>
    public void Failed(string receiver) => _notifications.Add(1, new Tag("receiver", receiver), new Tag("outcome", "failed"));

    /// <summary>An attempt failed.</summary>
    public void AttemptFailed(string receiver) => _attempts.Add(1, new Tag("receiver", receiver));
}
