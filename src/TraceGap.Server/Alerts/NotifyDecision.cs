using TraceGap.Reporting.Alerts;
using TraceGap.Server.Alerts.Delivery;

namespace TraceGap.Server.Alerts;

/// <summary>Why a receiver is told something, or is not.</summary>
internal enum NotifyReason
{
    /// <summary>It fires, and the receiver does not know yet.</summary>
    BeganToFire,

    /// <summary>It is over, and the receiver knows it as firing.</summary>
    IsOver,

    /// <summary>The receiver knows.</summary>
    AlreadyTold,

    /// <summary>It fires, and a silence holds.</summary>
    Silenced,

    /// <summary>It does not fire, and the receiver never heard of it.</summary>
    NothingToTell,
}

/// <summary>
/// Compares what is true of an alert with what a receiver was told last. Both survive a restart, so this is decided anew every minute: what a silence kept back is told when it ends, a receiver
/// that is new hears of what fires, and nothing is told twice.
/// </summary>
internal static class NotifyDecision
{
    /// <summary>Decides.</summary>
    /// <param name="alert">What is true.</param>
    /// <param name="lastTold">What the receiver was told last of this rule of this workflow, or is being told; null for nothing.</param>
    /// <param name="isSilenced">Whether a silence holds.</param>
    public static NotifyReason Decide(Alert alert, AlertNotice? lastTold, bool isSilenced)
    {
        // What could not be delivered is not tried for ever: it counts as told, and a receiver that never got it need not hear that it is over.
        bool wasTold = lastTold?.Kind == NoticeKinds.Firing && lastTold.Alert.FiredAt == alert.FiredAt;
        return AlertNames.Status(alert.Status) switch
        {
            AlertStatus.Firing when wasTold => NotifyReason.AlreadyTold,
            AlertStatus.Firing => isSilenced ? NotifyReason.Silenced : NotifyReason.BeganToFire,
            AlertStatus.Resolved or AlertStatus.Stale => wasTold && lastTold!.Delivery != DeliveryStates.Failed ? NotifyReason.IsOver : NotifyReason.NothingToTell,
            _ => NotifyReason.NothingToTell,
        };
    }
}
