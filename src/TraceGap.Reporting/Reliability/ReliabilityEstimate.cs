namespace TraceGap.Reporting;

/// <summary>
/// The reliability figures of one environment, workflow and version over a window, with the variances that intervals, alerts and means over several of them are made of. All
/// sums are in sampling weights.
/// </summary>
public sealed class ReliabilityEstimate
{
    /// <summary>Ok and failed traces.</summary>
    public required long Traces { get; init; }

    /// <summary>Σw of those.</summary>
    public required double Weight { get; init; }

    /// <summary>Ok and failed traces whose paths are known.</summary>
    public required long PathSample { get; init; }

    /// <summary>ok / (ok + failed).</summary>
    public required double Observed { get; init; }

    /// <summary>Independent trials that <see cref="Observed"/> is worth: by its linearised variance; ok + failed where that is 0; fewer where weights differ.</summary>
    public required double ObservedTrials { get; init; }

    /// <summary>What the steps' own reliabilities multiply to.</summary>
    public required double Theoretical { get; init; }

    /// <summary>Independent trials that <see cref="Theoretical"/> is worth.</summary>
    public required double TheoreticalTrials { get; init; }

    /// <summary>Whether <see cref="Theoretical"/> is only an upper bound.</summary>
    public required bool IsUpperBound { get; init; }

    /// <summary>Theoretical with the reliabilities of first attempts.</summary>
    public required double PerAttempt { get; init; }

    /// <summary>Independent trials that <see cref="PerAttempt"/> is worth.</summary>
    public required double PerAttemptTrials { get; init; }

    /// <summary>Own successes of all steps / all steps; null without steps.</summary>
    public required double? PerStepMean { get; init; }

    /// <summary>Where theory loses requests, by layer: the probability that one whose steps fail independently fails there first. They add up to 1 − <see cref="Theoretical"/>.</summary>
    public required IReadOnlyList<double> LayerLosses { get; init; }

    /// <summary>Own failures by layer / all steps. They add up to 1 − <see cref="PerStepMean"/>; all 0 without steps.</summary>
    public required IReadOnlyList<double> LayerShortfalls { get; init; }

    /// <summary>P(no own failure).</summary>
    public required double Flawless { get; init; }

    /// <summary>P(own failures, all survived by the run).</summary>
    public required double Recovered { get; init; }

    /// <summary>P(failed without an unrecovered own failure), not negated.</summary>
    public required double Silent { get; init; }

    /// <summary>Observed − theoretical, and its variance without ghosts.</summary>
    public required DivergenceEstimate Divergence { get; init; }

    /// <summary>The same with ghosts: what the interval is made of.</summary>
    public required DivergenceEstimate Ghosted { get; init; }

    /// <summary>If every trace of unknown outcome failed.</summary>
    public required UnknownBound Worst { get; init; }

    /// <summary>If every trace of unknown outcome was ok.</summary>
    public required UnknownBound Best { get; init; }

    /// <summary>Theoretical with declared reliabilities; null if none are declared.</summary>
    public required double? Advertised { get; init; }
}

/// <summary>A divergence with its variance.</summary>
/// <param name="Value">Observed − theoretical.</param>
/// <param name="Variance">Estimated variance.</param>
public readonly record struct DivergenceEstimate(double Value, double Variance);

/// <summary>What traces of unknown outcome could make of a workflow.</summary>
/// <param name="Observed">Observed reliability.</param>
/// <param name="Divergence">Observed − theoretical.</param>
/// <param name="Ghosted">The divergence with ghosts.</param>
public readonly record struct UnknownBound(double Observed, double Divergence, DivergenceEstimate Ghosted);
