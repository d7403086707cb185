namespace TraceGap.Aggregation;

/// <summary>
/// What of a <see cref="RollupCell"/> is wanted. Always there are counts of traces, how each ended, and their weights; what is wanted is whole and exact, whatever else is. To leave out what nobody
/// looks at costs less to read.
/// </summary>
[Flags]
public enum RollupParts
{
    /// <summary>
    /// Traces by how they ended, and no more: <see cref="RollupCell.Outcomes"/> has records without path and steps. The other parts are empty.
    /// </summary>
    Counts = 0,

    /// <summary>Paths and steps of the records of <see cref="RollupCell.Outcomes"/>.</summary>
    Paths = 1,

    /// <summary><see cref="RollupCell.Durations"/>.</summary>
    Durations = 2,

    /// <summary>All other figures, by layer, step, failure, task and model, and the sums.</summary>
    Details = 4,

    /// <summary>Everything.</summary>
    All = Paths | Durations | Details,
}
