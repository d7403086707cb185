namespace TraceGap.Aggregation;

/// <summary>The computing of some spans takes another time.</summary>
/// <param name="Target">Which.</param>
/// <param name="Factor">What times are multiplied by, above 0.</param>
public sealed record ScaleChange(ReplayTarget Target, decimal Factor);

/// <summary>Steps below one step that ran one after the other start together.</summary>
/// <param name="Parent">Pattern of the step that they are directly below.</param>
/// <param name="Children">Patterns of the steps.</param>
public sealed record ParallelizeChange(string Parent, IReadOnlyList<string> Children);

/// <summary>Steps are left out, with all below them.</summary>
/// <param name="Step">Pattern of the steps.</param>
public sealed record RemoveChange(string Step);

/// <summary>Failed executions are tried again.</summary>
/// <param name="Target">Of which steps.</param>
/// <param name="Attempts">Tries in all, the first included.</param>
public sealed record RetryChange(ReplayTarget Target, int Attempts);

/// <summary>Results are checked, and what does not pass is done again.</summary>
/// <param name="Target">Of which steps.</param>
/// <param name="Catch">Share of bad results that the check notices, 0..1.</param>
public sealed record GateChange(ReplayTarget Target, double Catch);

/// <summary>Where an execution failed, something else does its work.</summary>
/// <param name="Target">Of which steps.</param>
/// <param name="Reliability">Its own reliability, 0..1; null for that of the step's first attempts.</param>
public sealed record FallbackChange(ReplayTarget Target, double? Reliability);

/// <summary>What is to be different. All of it holds at once; where several scales meet, their factors multiply.</summary>
public sealed record ReplayChanges
{
    /// <summary>Faster and slower.</summary>
    public IReadOnlyList<ScaleChange> Scale { get; init; } = [];

    /// <summary>In parallel.</summary>
    public IReadOnlyList<ParallelizeChange> Parallelize { get; init; } = [];

    /// <summary>Left out.</summary>
    public IReadOnlyList<RemoveChange> Remove { get; init; } = [];

    /// <summary>Tried again.</summary>
    public IReadOnlyList<RetryChange> Retry { get; init; } = [];

    /// <summary>Checked.</summary>
    public IReadOnlyList<GateChange> Gate { get; init; } = [];

    /// <summary>Replaced where they fail.</summary>
    public IReadOnlyList<FallbackChange> Fallback { get; init; } = [];

    /// <summary>Whether failed executions are done again in any way.</summary>
    public bool HasRedo => Retry.Count + Gate.Count + Fallback.Count > 0;
}

/// <summary>How reliable a step is when it is done again. All 0..1.</summary>
/// <param name="FirstAttempt">Success rate of first attempts.</param>
/// <param name="FailsAgain">Probability that a try after a failed one fails.</param>
/// <param name="Reliability">Own successes of executions.</param>
public readonly record struct RedoRates(double FirstAttempt, double FailsAgain, double Reliability);
