namespace TraceGap.Server.Alerts;

/// <summary>Log messages of alerts; event ids 2300 to 2399, never reused. No message holds a secret or an address.</summary>
internal static partial class AlertLog
{
    [LoggerMessage(2300, LogLevel.Warning, "Alert: {Summary}")]
    public static partial void Fired(ILogger logger, string summary);

    [LoggerMessage(2301, LogLevel.Information, "Alert {Rule} of {Workflow} is {Status}: {Reason}.")]
    public static partial void Changed(ILogger logger, string rule, string workflow, string status, string reason);

    [LoggerMessage(2302, LogLevel.Warning, "Receiver {Receiver} does not take notifications: {Problem}. It is tried again.")]
    public static partial void ReceiverFails(ILogger logger, string receiver, string problem);

    [LoggerMessage(2303, LogLevel.Information, "Receiver {Receiver} takes notifications again.")]
    public static partial void ReceiverWorks(ILogger logger, string receiver);

    [LoggerMessage(2304, LogLevel.Error, "Receiver {Receiver} did not get a notification: {Problem}.")]
    public static partial void GaveUp(ILogger logger, string receiver, string problem);

    [LoggerMessage(2305, LogLevel.Error, "Alerts could not be evaluated; the next minute tries again.")]
    public static partial void EvaluationFailed(ILogger logger, Exception exception);

    [LoggerMessage(2306, LogLevel.Warning, "What is stored of {What} {Id} cannot be read and is passed over.")]
    public static partial void Unreadable(ILogger logger, string what, long id);
}
