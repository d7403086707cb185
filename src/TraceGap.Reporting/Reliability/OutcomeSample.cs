using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// What reliability is estimated of: the records of a uniform sample of traces, for the paths, and sums over all others, so that counts and rates are of all. Where the records of all traces
/// are kept the sample is all there is.
/// </summary>
/// <param name="Records">The records; cancelled and open traces among them are ignored.</param>
/// <param name="Rest">Ok and failed traces whose records are not kept; null if there are none.</param>
/// <param name="Level">The level from which records of ok and failed traces are kept.</param>
/// <param name="UnknownRest">The same of unknown traces.</param>
/// <param name="UnknownLevel">The level of unknown traces: these may come from other tables too.</param>
internal sealed record OutcomeSample(
    IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> Records, OutcomeRest? Rest, int Level, OutcomeRest? UnknownRest, int UnknownLevel)
{
    /// <summary>Of all traces.</summary>
    public static OutcomeSample Whole(IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> records) => new(records, Rest: null, 0, UnknownRest: null, 0);

    /// <summary>The ok and failed traces of a table, and the unknown ones of another if there is one.</summary>
    public static OutcomeSample Of(OutcomeSums outcomes, OutcomeSums? unknown)
    {
        IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> known = outcomes.Records.Where(static record => record.Key.Outcome != TraceOutcome.Unknown);
        (OutcomeRest? rest, int level) = RestOf(outcomes);
        (OutcomeRest? unknownRest, int unknownLevel) = RestOf(unknown);
        return new OutcomeSample(unknown is null ? known : known.Concat(unknown.Records), rest, level, unknownRest, unknownLevel);
    }

    private static (OutcomeRest? Unkept, int Level) RestOf(OutcomeSums? outcomes) =>
        outcomes is { Rest.IsEmpty: false } sampled ? (sampled.Rest, sampled.Level) : (null, 0);
}
