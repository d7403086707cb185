namespace TraceGap.Server.Alerts.Delivery;

/// <summary>How an attempt to deliver ended.</summary>
internal enum DeliveryOutcome
{
    /// <summary>The receiver took it.</summary>
    Delivered,

    /// <summary>It did not, and may later: not reached, too slow, overloaded, in trouble.</summary>
    TryAgain,

    /// <summary>It did not, and never will: the request itself is refused.</summary>
    Refused,
}

/// <summary>How an attempt to deliver ended, and why.</summary>
/// <param name="Outcome">How.</param>
/// <param name="Problem">What went wrong, without address and secrets; empty for nothing.</param>
internal readonly record struct DeliveryResult(DeliveryOutcome Outcome, string Problem)
{
    /// <summary>The receiver took it.</summary>
    public static DeliveryResult Delivered { get; } = new(DeliveryOutcome.Delivered, "");
}
