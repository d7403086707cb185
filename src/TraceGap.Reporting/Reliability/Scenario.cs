using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// A reading of an outcome table: which rows count, how much, which are ok, and which are cut, that is ended early by a failure. A trace is cut if it failed and its last step
/// failed unrecovered, or if it failed, no unrecovered own failure explains it, and no ok trace ends with its last position.
/// </summary>
internal sealed class Scenario
{
    private double _unsampled;
    private double _unknownUnsampled;

    private Scenario(OutcomeTable table, IReadOnlyList<OutcomeRow> rows, double[] weights)
    {
        Table = table;
        Rows = rows;
        Weights = weights;
        PathWeights = weights;
        WeightsSquared = new double[rows.Count];
        IsOk = new bool[rows.Count];
        IsCut = new bool[rows.Count];
    }

    /// <summary>The table.</summary>
    public OutcomeTable Table { get; }

    /// <summary>Its rows, and the ghosts if there are any.</summary>
    public IReadOnlyList<OutcomeRow> Rows { get; }

    /// <summary>Σw by row; 0 for rows that do not count.</summary>
    public double[] Weights { get; }

    /// <summary>Σw by row as it counts among paths, which may be those of a sample; the same array where they are those of all traces.</summary>
    public double[] PathWeights { get; private set; }

    /// <summary>Σw² by row.</summary>
    public double[] WeightsSquared { get; }

    /// <summary>How much of an unknown trace is counted, 0..1.</summary>
    public double UnknownShare { get; private set; }


    /// <summary>Whether the traces of a row are ok.</summary>
    public bool[] IsOk { get; }

    /// <summary>Whether the traces of a row are cut.</summary>
    public bool[] IsCut { get; }

    /// <summary>Reads a table.</summary>
    /// <param name="table">The table.</param>
    /// <param name="unknownAs">What rows of unknown outcome are counted as.</param>
    /// <param name="unknownShare">How much of the weight of such rows is counted here, 0..1.</param>
    /// <param name="withGhosts">Whether <see cref="GhostTraces"/> are added.</param>
    public static Scenario Of(OutcomeTable table, UnknownAs unknownAs = UnknownAs.Nothing, double unknownShare = 1, bool withGhosts = false)
    {
        Scenario scenario = Of(table, withGhosts ? [.. table.Rows, .. GhostTraces.Of(table)] : table.Rows);
        bool[] endsOk = scenario.Weigh(unknownAs, unknownShare);
        scenario.Cut(endsOk, unknownAs);
        scenario.Sample();
        return scenario;
    }

    private static Scenario Of(OutcomeTable table, IReadOnlyList<OutcomeRow> rows) => new(table, rows, new double[rows.Count]);

    /// <summary>Reads a table with other weights than its rows have; squares of weights are not read.</summary>
    /// <param name="table">A table without rows of unknown outcome and without a rest.</param>
    /// <param name="weights">Σw by row; the scenario keeps the array.</param>
    /// <param name="pathWeights">The same as it counts among paths.</param>
    public static Scenario Weighted(OutcomeTable table, double[] weights, double[] pathWeights)
    {
        Scenario scenario = new(table, table.Rows, weights) { PathWeights = pathWeights };
        bool[] endsOk = new bool[table.Positions.Length + 1];
        for (int i = 0; i < weights.Length; i++)
        {
            OutcomeRow row = table.Rows[i];
            scenario.IsOk[i] = row.Outcome == TraceOutcome.Ok;
            if (scenario.IsOk[i] && weights[i] > 0 && row.End >= 0)
            {
                endsOk[table.Trie.Position(row.End) + 1] = true;
            }
        }

        scenario.Cut(endsOk, UnknownAs.Nothing);
        return scenario;
    }

    private bool[] Weigh(UnknownAs unknownAs, double unknownShare)
    {
        // One more than there are positions, for ok traces without any.
        bool[] endsOk = new bool[Table.Positions.Length + 1];
        UnknownShare = unknownAs == UnknownAs.Nothing ? 0 : unknownShare;
        for (int i = 0; i < Rows.Count; i++)
        {
            OutcomeRow row = Rows[i];
            bool unknown = row.Outcome == TraceOutcome.Unknown;
            double share = unknown ? UnknownShare : 1;
            Weights[i] = row.Weight * share;
            WeightsSquared[i] = row.WeightSquared * share;
            IsOk[i] = row.Outcome == TraceOutcome.Ok || (unknown && unknownAs == UnknownAs.Ok);
            if (IsOk[i] && Weights[i] > 0 && row.End >= 0)
            {
                endsOk[Table.Trie.Position(row.End) + 1] = true;
            }
        }

        return endsOk;
    }

    /// <summary>Σw² of the traces outside the sample that those of a row stand for, over its own. Ghosts stand for none.</summary>
    public double UnsampledOf(int row) =>
        row >= Table.Rows.Count ? 0 : Rows[row].Outcome == TraceOutcome.Unknown ? _unknownUnsampled : _unsampled;

    private void Sample()
    {
        if (Table is { Rest: null, UnknownRest: null })
        {
            return;
        }

        PathWeights = new double[Rows.Count];
        for (int i = 0; i < Rows.Count; i++)
        {
            PathWeights[i] = Rows[i].End < 0 ? 0 : Weights[i] * Rows[i].PathScale;
        }

        _unsampled = UnsampledOf(static row => row.Outcome != TraceOutcome.Unknown);
        _unknownUnsampled = UnsampledOf(static row => row.Outcome == TraceOutcome.Unknown);
    }

    private double UnsampledOf(Func<OutcomeRow, bool> belongs)
    {
        (double inside, double outside) = (0, 0);
        foreach (OutcomeRow row in Table.Rows.Where(belongs))
        {
            inside += row.End >= 0 ? row.WeightSquared : 0;
            outside += row.End < 0 ? row.WeightSquared : 0;
        }

        return inside > 0 ? outside / inside : 0;
    }

    private void Cut(bool[] endsOk, UnknownAs unknownAs)
    {
        for (int i = 0; i < Rows.Count; i++)
        {
            OutcomeRow row = Rows[i];
            if (row.End < 0 || IsOk[i])
            {
                continue;
            }

            bool unknown = row.Outcome == TraceOutcome.Unknown && unknownAs == UnknownAs.Failed;

            // A branch that failed does not keep the branches beside it from going on, so what ended a run need not be what began last.
            IsCut[i] = unknown || row.LastFailed || !endsOk[Table.Trie.Position(row.End) + 1];
        }
    }
}
