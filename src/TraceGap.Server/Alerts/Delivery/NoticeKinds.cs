namespace TraceGap.Server.Alerts.Delivery;

/// <summary>What a notification says.</summary>
internal static class NoticeKinds
{
    /// <summary>The alert fires.</summary>
    public const string Firing = "firing";

    /// <summary>It is over.</summary>
    public const string Resolved = "resolved";

    /// <summary>Nobody knows: the traces ended.</summary>
    public const string Stale = "stale";

    /// <summary>Nothing happened; the receiver is tried.</summary>
    public const string Test = "test";
}

/// <summary>How far a notification is.</summary>
internal static class DeliveryStates
{
    /// <summary>It is to be delivered.</summary>
    public const string Pending = "pending";

    /// <summary>The receiver took it.</summary>
    public const string Delivered = "delivered";

    /// <summary>It will not be delivered.</summary>
    public const string Failed = "failed";
}
