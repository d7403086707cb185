using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>What the traces of one row did with one step key.</summary>
/// <param name="Key">Number of the key.</param>
/// <param name="Executions">Steps that ran.</param>
/// <param name="OwnFailures">Of those, failed of their own.</param>
/// <param name="FailedFirstAttempts">Of those, whose first attempt failed of its own.</param>
/// <param name="Recovered">Of the own failures, survived by the run; 0 unless asked for.</param>
/// <param name="Degraded">Executions that were degraded; 0 unless asked for.</param>
internal readonly record struct RowStep(int Key, int Executions, int OwnFailures, int FailedFirstAttempts, int Recovered = 0, int Degraded = 0);

/// <summary>Equal traces, as far as the estimator tells them apart.</summary>
internal sealed class OutcomeRow
{
    /// <summary>Ok, failed or unknown.</summary>
    public required TraceOutcome Outcome { get; init; }

    /// <summary>Whether any own failure is unrecovered.</summary>
    public required bool HasUnrecovered { get; init; }

    /// <summary>Whether a step of the last position failed of its own, unrecovered.</summary>
    public required bool LastFailed { get; init; }

    /// <summary>Whether any step failed of its own.</summary>
    public required bool HasOwnFailure { get; init; }

    /// <summary>Node of the whole path; −1 for traces outside the sample, of which paths and steps are not kept.</summary>
    public required int End { get; init; }

    /// <summary>Counts per step key.</summary>
    public required RowStep[] Steps { get; init; }

    /// <summary>What the weight of a trace is multiplied with among paths: 1, but where rows of one table come from samples of unequal size.</summary>
    public double PathScale { get; init; } = 1;

    /// <summary>Traces.</summary>
    public required long Count { get; init; }

    /// <summary>Σw.</summary>
    public required double Weight { get; init; }

    /// <summary>Σw².</summary>
    public required double WeightSquared { get; init; }
}

/// <summary>What traces outside the sample add to the counts of each key, in Σw.</summary>
/// <param name="Executions">Executions by key.</param>
/// <param name="OwnFailures">Own failures by key.</param>
/// <param name="FailedFirstAttempts">Failed first attempts by key.</param>
internal sealed record RestSteps(double[] Executions, double[] OwnFailures, double[] FailedFirstAttempts);

/// <summary>
/// An outcome table in the shape that the estimator computes on. Keys, positions and rows are in an order of their content alone, so sums over them do not depend on the order
/// in which records were given. Immutable.
/// </summary>
internal sealed class OutcomeTable
{
    /// <summary>Step keys, sorted; with granularity layer, one per layer.</summary>
    public required IReadOnlyList<StepKey> Keys { get; init; }

    /// <summary>Members of each position, as numbers of keys, sorted; a key may occur several times.</summary>
    public required int[][] Positions { get; init; }

    /// <summary>All prefixes of the rows' paths.</summary>
    public required PathTrie Trie { get; init; }

    /// <summary>Rows of outcome ok, failed or unknown; behind those of the sample one for each class of traces outside it.</summary>
    public required IReadOnlyList<OutcomeRow> Rows { get; init; }

    /// <summary>Steps of ok and failed traces outside the sample; null if there are none.</summary>
    public required RestSteps? Rest { get; init; }

    /// <summary>Steps of unknown traces outside the sample; null if there are none.</summary>
    public required RestSteps? UnknownRest { get; init; }

    /// <summary>Share of the ok and failed traces that are in the sample, as it was drawn.</summary>
    public required double SampledShare { get; init; }

    /// <summary>Row by record, in the order in which records were given; those that are left out have none and are not counted.</summary>
    public required int[] RowOfRecord { get; init; }
}
