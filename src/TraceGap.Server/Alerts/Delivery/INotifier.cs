using TraceGap.Reporting.Alerts;

namespace TraceGap.Server.Alerts.Delivery;

/// <summary>Speaks to one receiver. Thread-safe.</summary>
internal interface INotifier
{
    /// <summary>Delivers a notification; never throws but for cancellation.</summary>
    ValueTask<DeliveryResult> NotifyAsync(AlertNotice notice, CancellationToken cancellationToken);

    /// <summary>Says again what fires, to a receiver that takes silence for the end of it; does nothing for others.</summary>
    ValueTask<DeliveryResult> RepeatAsync(IReadOnlyList<Alert> firing, CancellationToken cancellationToken);
}
