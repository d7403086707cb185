namespace TraceGap.Reporting;

/// <summary>What an estimate takes into account beside the outcome table of its workflow.</summary>
public sealed class EstimatorOptions
{
    /// <summary>Steps are told apart by key, nothing is declared, no trace is unknown but those of the table.</summary>
    public static EstimatorOptions Default { get; } = new();

    /// <summary>What steps are told apart by.</summary>
    public Granularity Granularity { get; init; }

    /// <summary>How much of the weight of unknown traces is counted here, 0..1: several versions of a service share those that may be of any.</summary>
    public double UnknownShare { get; init; } = 1;

    /// <summary>Declared reliabilities by step key text or layer name; the step key wins.</summary>
    public IReadOnlyDictionary<string, double>? AdvertisedReliabilities { get; init; }
}
