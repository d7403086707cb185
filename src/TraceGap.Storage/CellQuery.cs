using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage;

/// <summary>Which rollups are asked for. A filter that is null lets everything pass.</summary>
public sealed record CellQuery
{
    /// <summary>First minute, minutes since the Unix epoch.</summary>
    public required long FromMinute { get; init; }

    /// <summary>The minute behind the last one.</summary>
    public required long ToMinute { get; init; }

    /// <summary>The workflow.</summary>
    public string? Workflow { get; init; }

    /// <summary>The environment.</summary>
    public string? Environment { get; init; }

    /// <summary>The version.</summary>
    public string? Version { get; init; }

    /// <summary>The service.</summary>
    public string? Service { get; init; }

    /// <summary>What of the rollups is read. Without <see cref="RollupParts.Details"/> there are no failures, and no examples of them.</summary>
    public RollupParts Parts { get; init; } = RollupParts.All;
}

/// <summary>What the rollups of a window say.</summary>
public sealed class RollupWindow
{
    /// <summary>First minute of the answer, minutes since the Unix epoch. Where minutes are no longer kept the window is widened to whole hours.</summary>
    public required long FromMinute { get; init; }

    /// <summary>The minute behind the last one of the answer.</summary>
    public required long ToMinute { get; init; }

    /// <summary>What the rollups of the window were.</summary>
    public required RollupState State { get; init; }

    /// <summary>
    /// The rollups of every key that passes the filters and has data in the window, in order of key. Where a workflow is asked for, also those of the workflow <c>service/(no root)</c>
    /// of the same services and environments: unknown outcomes may be its.
    /// </summary>
    public required IReadOnlyList<KeyCell> Cells { get; init; }

    /// <summary>True if some traces of the window count under <see cref="RollupKey.Other"/> because their days had too many keys; they may be of any of the keys that were asked for.</summary>
    public required bool Overflow { get; init; }

    /// <summary>The smallest trace id per failure, over the keys that pass the filters; the trace itself may be gone.</summary>
    public required IReadOnlyDictionary<FailureKey, TraceId> FailureExamples { get; init; }
}

/// <summary>What the rollups of a stretch of minutes were at some moment, as long as the store is open: of the same minutes and the same state, the same question has the same answer.</summary>
/// <param name="Change">When they last changed.</param>
/// <param name="Damages">Damages that were known.</param>
public readonly record struct RollupState(long Change, long Damages);

/// <summary>A step of a series that is about to be read.</summary>
/// <param name="FromMinute">First minute, minutes since the Unix epoch.</param>
/// <param name="ToMinute">The minute behind the last one.</param>
/// <param name="State">What its rollups are.</param>
public readonly record struct RollupStep(long FromMinute, long ToMinute, RollupState State);

/// <summary>The rollup of one key over the window.</summary>
/// <param name="Key">The key.</param>
/// <param name="Cell">The sum of its minutes and hours; the caller owns it.</param>
public sealed record KeyCell(RollupKey Key, RollupCell Cell);
