namespace TraceGap.Reporting;

/// <summary>Observed end-to-end reliability against what the steps' own reliabilities multiply to, and what explains the difference.</summary>
/// <param name="Observed">ok / (ok + failed).</param>
/// <param name="Theoretical">What the steps' own reliabilities multiply to over the paths that runs take.</param>
/// <param name="Divergence">Observed − theoretical.</param>
/// <param name="UpperBound">True if theoretical is only an upper bound: some paths were never seen to go on after a step that can succeed.</param>
/// <param name="PathSample">Ok and failed traces whose paths were used: all, or a uniform sample where these have very many distinct paths.</param>
/// <param name="PerStepMean">Own successes of all steps / all steps.</param>
/// <param name="CoordinationGap">Per-step mean − observed: 97 % parts, 83 % whole.</param>
/// <param name="TheoreticalPerAttempt">Theoretical with the reliabilities of first attempts.</param>
/// <param name="Decomposition">What observed differs from theoretical by.</param>
/// <param name="Advertised">Theoretical with reliabilities that the user declares; null if none are declared.</param>
/// <param name="LayerLosses">What leads from the per-step mean to theoretical, for the layers that lose anything, in order of the pipeline: theoretical = per-step mean − Σ (lost − per step).</param>
/// <param name="PassK">pass^k for k = 1, 2, 3 …; empty unless traces name tasks and some task was tried twice.</param>
public sealed record ReliabilityReport(
    ObservedReliability Observed,
    Estimate Theoretical,
    Divergence Divergence,
    bool UpperBound,
    long PathSample,
    double? PerStepMean,
    double? CoordinationGap,
    Estimate TheoreticalPerAttempt,
    Decomposition Decomposition,
    AdvertisedReliability? Advertised,
    IReadOnlyList<LayerLoss> LayerLosses,
    IReadOnlyList<PassK> PassK);

/// <summary>pass^k: the probability that k tries of the same task all end well, with its 95 % interval, as a mean over tasks.</summary>
/// <param name="K">Tries.</param>
/// <param name="Tasks">Tasks that were tried at least so often; beyond 4,096 a workflow a uniform sample of them.</param>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record PassK(int K, long Tasks, double? Value, double? Low, double? High);

/// <summary>What a layer costs requests, beside what it costs the mean of all steps.</summary>
/// <param name="Layer">The layer.</param>
/// <param name="Lost">Probability that a request whose steps fail independently fails in this layer first; Σ = 1 − theoretical.</param>
/// <param name="PerStep">Own failures of the layer / all steps; Σ = 1 − per-step mean.</param>
public sealed record LayerLoss(string Layer, double Lost, double PerStep);

/// <summary>A value with its 95 % interval; all null without data.</summary>
/// <param name="Value">The estimate.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
public sealed record Estimate(double? Value, double? Low, double? High)
{
    /// <summary>No data.</summary>
    public static Estimate None { get; } = new(null, null, null);
}

/// <summary>Observed reliability with its 95 % interval; all null without data.</summary>
/// <param name="Value">ok / (ok + failed).</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Worst">The value if every trace of unknown outcome failed.</param>
/// <param name="Best">The value if every trace of unknown outcome was ok.</param>
public sealed record ObservedReliability(double? Value, double? Low, double? High, double? Worst, double? Best);

/// <summary>Observed − theoretical, with its 95 % interval; null without data.</summary>
/// <param name="Value">The difference.</param>
/// <param name="Low">Lower end.</param>
/// <param name="High">Upper end.</param>
/// <param name="Worst">The value if every trace of unknown outcome failed.</param>
/// <param name="Best">The value if every trace of unknown outcome was ok.</param>
/// <param name="Significant">True if the interval excludes 0, there are at least 100 traces, and traces of unknown outcome cannot change that.</param>
public sealed record Divergence(double? Value, double? Low, double? High, double? Worst, double? Best, bool Significant);

/// <summary>
/// Signed terms: observed = theoretical per attempt + retries + dependence + recovered + silent, and divergence = dependence + recovered + silent. All null where theoretical is.
/// </summary>
/// <param name="Retries">Theoretical − theoretical per attempt: what repeating failed attempts gains.</param>
/// <param name="Dependence">P(no own failure) − theoretical: failures cluster (+) or exclude each other (−).</param>
/// <param name="Recovered">P(own failures, all survived by the run): fallback, redundancy, caught.</param>
/// <param name="Silent">−P(failed without an unrecovered own failure): lost at a seam.</param>
public sealed record Decomposition(double? Retries, double? Dependence, double? Recovered, double? Silent);

/// <summary>The product of declared reliabilities.</summary>
/// <param name="Theoretical">Theoretical with declared reliabilities in place of measured ones, where they are declared.</param>
/// <param name="Gap">Observed − that.</param>
public sealed record AdvertisedReliability(double? Theoretical, double? Gap);
