namespace TraceGap.Reporting.Alerts;

/// <summary>What is true of a rule and a workflow.</summary>
public enum AlertStatus
{
    /// <summary>Nothing is wrong.</summary>
    Inactive,

    /// <summary>Wrong, but not yet for as long as the rule asks.</summary>
    Pending,

    /// <summary>Wrong.</summary>
    Firing,

    /// <summary>Was wrong; the traces since show that it no longer is.</summary>
    Resolved,

    /// <summary>Was wrong when the traces ended, a day ago; nobody knows how it is.</summary>
    Stale,
}

/// <summary>What an evaluation of a rule says.</summary>
public enum AlertVerdict
{
    /// <summary>No trace was added since the evaluation before.</summary>
    NoTraffic,

    /// <summary>No trace for a day.</summary>
    NoTrafficForADay,

    /// <summary>Too few traces to know how much their losses vary.</summary>
    TooFewTraces,

    /// <summary>No window fires.</summary>
    Quiet,

    /// <summary>A window fires.</summary>
    Fires,

    /// <summary>No window fires, and one that began after the alert did shows that it is over.</summary>
    Recovered,

    /// <summary>The rule no longer applies: the workflow is not watched, or has no objective any more.</summary>
    NotWatched,
}

/// <summary>Why a status is what it is after an evaluation.</summary>
public enum AlertReason
{
    /// <summary>Nothing speaks for a change.</summary>
    Unchanged,

    /// <summary>The condition holds, for the first time.</summary>
    ConditionBegan,

    /// <summary>The condition held as long as the rule asks.</summary>
    ConditionHeld,

    /// <summary>The condition ended before it held as long as the rule asks.</summary>
    ConditionPassed,

    /// <summary>Recovery is shown.</summary>
    RecoveryShown,

    /// <summary>The traces ended.</summary>
    TrafficEnded,

    /// <summary>The configuration no longer asks for the rule.</summary>
    NotWatched,
}
