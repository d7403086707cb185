namespace TraceGap.Aggregation;

/// <summary>How a trace ended. Numbers are stored on disk; never reuse one.</summary>
public enum TraceOutcome : byte
{
    /// <summary>The user got what was asked for.</summary>
    Ok = 0,

    /// <summary>The user did not.</summary>
    Failed = 1,

    /// <summary>Its user gave up.</summary>
    Cancelled = 2,

    /// <summary>Closed without a root, and nothing else tells.</summary>
    Unknown = 3,

    /// <summary>Not closed yet.</summary>
    Open = 4,
}

/// <summary>What told the outcome.</summary>
public enum OutcomeSource : byte
{
    /// <summary>Nothing did (open, unknown).</summary>
    None = 0,

    /// <summary><c>tracegap.outcome</c>.</summary>
    Explicit = 1,

    /// <summary>An evaluation of the run or of the last of its work, by its label or by the user's threshold.</summary>
    Evaluation = 2,

    /// <summary>The root span's own verdict.</summary>
    Root = 3,

    /// <summary>The outermost orchestration step that ended last, below a transport root that says it is fine.</summary>
    RunStep = 4,

    /// <summary>Structure: an unrecovered own failure below a root whose instrumentation never marks it, or a closed trace without a root.</summary>
    Inferred = 5,

    /// <summary>Nothing did: log records and evaluations came for spans of the trace, and none of its spans. Such a trace is in no report.</summary>
    SignalsAlone = 6,
}
