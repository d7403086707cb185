namespace TraceGap.Reporting.Alerts;

/// <summary>Where a rule stands for a workflow.</summary>
/// <param name="Status">What is true.</param>
/// <param name="SinceMinute">The minute after whose evaluation it became so, minutes since the Unix epoch.</param>
/// <param name="FiredMinute">The minute after whose evaluation it fired last; null before it ever did.</param>
/// <param name="FromMinute">The first minute that may be held against it: where the window begins that showed recovery last. What came before has been told.</param>
public readonly record struct AlertPosition(AlertStatus Status, long SinceMinute, long? FiredMinute, long FromMinute)
{
    /// <summary>Before the first evaluation.</summary>
    public static AlertPosition Start { get; } = new(AlertStatus.Inactive, 0, null, 0);
}

/// <summary>
/// Moves a rule of a workflow from one status to the next.
/// <code>
///                          Fires                        Recovered   Quiet       TooFewTraces  NoTraffic  NoTrafficForADay  NotWatched
/// Inactive, Resolved   →   Pending; Firing without for  ·           ·           ·             ·          ·                 ·
/// Pending              →   Firing once for is over      Inactive    Inactive    ·             ·          Inactive          Inactive
/// Firing               →   ·                            Resolved    ·           ·             ·          Stale             Resolved
/// Stale                →   Pending; Firing without for  Resolved    ·           ·             ·          ·                 Resolved
/// </code>
/// </summary>
public static class AlertMachine
{
    /// <summary>The position after an evaluation.</summary>
    /// <param name="position">The position before.</param>
    /// <param name="verdict">What the evaluation says.</param>
    /// <param name="minute">The last minute that was evaluated.</param>
    /// <param name="forMinutes">How long the condition must hold; 0 for at once.</param>
    /// <param name="recoveryMinutes">Length of the window that shows recovery, if the verdict is that.</param>
    public static (AlertPosition Position, AlertReason Reason) Next(AlertPosition position, AlertVerdict verdict, long minute, long forMinutes, int recoveryMinutes = 0) =>
        (position.Status, verdict) switch
        {
            (AlertStatus.Inactive or AlertStatus.Resolved or AlertStatus.Stale, AlertVerdict.Fires) when forMinutes > 0 => (position with { Status = AlertStatus.Pending, SinceMinute = minute }, AlertReason.ConditionBegan),
            (AlertStatus.Inactive or AlertStatus.Resolved or AlertStatus.Stale, AlertVerdict.Fires) => (Fired(position, minute), AlertReason.ConditionBegan),
            (AlertStatus.Pending, AlertVerdict.Fires) when minute - position.SinceMinute >= forMinutes => (Fired(position, minute), AlertReason.ConditionHeld),
            (AlertStatus.Pending, AlertVerdict.Recovered or AlertVerdict.Quiet) => (position with { Status = AlertStatus.Inactive, SinceMinute = minute }, AlertReason.ConditionPassed),
            (AlertStatus.Pending, AlertVerdict.NoTrafficForADay) => (position with { Status = AlertStatus.Inactive, SinceMinute = minute }, AlertReason.TrafficEnded),
            (AlertStatus.Pending, AlertVerdict.NotWatched) => (position with { Status = AlertStatus.Inactive, SinceMinute = minute }, AlertReason.NotWatched),
            (AlertStatus.Firing or AlertStatus.Stale, AlertVerdict.NotWatched) => (Resolved(position, minute, 0), AlertReason.NotWatched),
            (AlertStatus.Firing or AlertStatus.Stale, AlertVerdict.Recovered) => (Resolved(position, minute, recoveryMinutes), AlertReason.RecoveryShown),
            (AlertStatus.Firing, AlertVerdict.NoTrafficForADay) => (position with { Status = AlertStatus.Stale, SinceMinute = minute }, AlertReason.TrafficEnded),
            _ => (position, AlertReason.Unchanged),
        };

    private static AlertPosition Fired(AlertPosition position, long minute) => position with { Status = AlertStatus.Firing, SinceMinute = minute, FiredMinute = minute };

    private static AlertPosition Resolved(AlertPosition position, long minute, int recoveryMinutes) =>
        position with { Status = AlertStatus.Resolved, SinceMinute = minute, FromMinute = minute + 1 - recoveryMinutes };
}
