namespace TraceGap.Aggregation;

/// <summary>What one step of a trace adds to the latency figures of its key.</summary>
/// <param name="Key">The step key.</param>
/// <param name="DurationNanos">First attempt's start to last attempt's end, ns.</param>
public readonly record struct StepDuration(StepKey Key, long DurationNanos);

/// <summary>Own-segment time of a step key on the critical path of a trace.</summary>
/// <param name="Key">The step key.</param>
/// <param name="Nanos">Sums of the step's own segments.</param>
public readonly record struct StepCriticalTime(StepKey Key, KindNanos Nanos);

/// <summary>How often a step key failed of its own with one error type.</summary>
/// <param name="Key">The step key.</param>
/// <param name="ErrorType">The error type, or empty.</param>
/// <param name="Count">Own failures.</param>
public readonly record struct StepError(StepKey Key, string ErrorType, int Count);

/// <summary>What failed traces are grouped by; layer and step are null for a silent failure.</summary>
/// <param name="Layer">Layer of the failure of the trace, or null.</param>
/// <param name="Step">Its step key, or null.</param>
/// <param name="ErrorType">Its error type, or empty.</param>
public sealed record FailureKey(Layer? Layer, StepKey? Step, string ErrorType);

/// <summary>
/// All that one trace adds to the rollup of its key and minute. Stored with the trace, so that a later revision takes exactly this out again. Immutable.
/// </summary>
public sealed class TraceContribution
{
    /// <summary>Number of (layer, kind) sums: <see cref="LayerNames.Count"/> × <see cref="KindNanos.Count"/>.</summary>
    public const int PathTimeCount = LayerNames.Count * KindNanos.Count;

    /// <summary>Where it counts.</summary>
    public required RollupKey Key { get; init; }

    /// <summary>Minute of the trace's end, minutes since the Unix epoch.</summary>
    public required long Minute { get; init; }

    /// <summary>Path, counts and outcome.</summary>
    public required OutcomeRecord Outcome { get; init; }

    /// <summary>Sampling weight, fixed point 2^−16.</summary>
    public required long Weight { get; init; }

    /// <summary>Hash of the task that the trace tried, or null.</summary>
    public ulong? Task { get; init; }

    /// <summary>Distinct spans; 0 if nothing came but what is said about them (<see cref="OutcomeSource.SignalsAlone"/>).</summary>
    public required int Spans { get; init; }

    /// <summary>True if this is not the first revision of the trace.</summary>
    public required bool Revised { get; init; }

    /// <summary>End-to-end duration, ns; null without a root or if the outcome is neither ok nor failed (latency covers those two).</summary>
    public required long? DurationNanos { get; init; }

    /// <summary>Critical-path time by layer × kind: <c>[(int)layer * 4 + (int)kind]</c>, ns. Length <see cref="PathTimeCount"/>; all zero where <see cref="DurationNanos"/> is null.</summary>
    public required long[] PathTimes { get; init; }

    /// <summary>Path time inside steps without steps below them, ns.</summary>
    public required long CoveredNanos { get; init; }

    /// <summary>Duration of every execution, in order of start.</summary>
    public required StepDuration[] Durations { get; init; }

    /// <summary>Own path time per step key, sorted by key.</summary>
    public required StepCriticalTime[] CriticalTimes { get; init; }

    /// <summary>Own failures per step key and error type, sorted.</summary>
    public required StepError[] Errors { get; init; }

    /// <summary>Model calls by model and layer, sorted; the layers' tokens are their sums.</summary>
    public required ModelUsage[] Models { get; init; }

    /// <summary>Redundant work by step key and reason, sorted.</summary>
    public required StepWaste[] Waste { get; init; }

    /// <summary>Steps that ran one after the other and perhaps need not have, sorted; empty where <see cref="DurationNanos"/> is null.</summary>
    public required SerialSaving[] Serial { get; init; }

    /// <summary>Why the trace failed, or null if it did not.</summary>
    public required FailureKey? Failure { get; init; }
}
