using TraceGap.Aggregation;

namespace TraceGap.Reporting.Alerts;

/// <summary>
/// The divergence of many windows over one set of records. Keys, positions and prefixes are worked out once; a window is then a weight for each record, and its divergence is that of its own
/// outcome table, to the last bit: rows without weight have no part in it.
/// </summary>
internal sealed class RecordTable
{
    private readonly OutcomeTable _table;

    /// <summary>Works out the table.</summary>
    /// <param name="records">Distinct records of outcome ok or failed.</param>
    public RecordTable(IEnumerable<OutcomeRecord> records)
    {
        OutcomeWeight one = new(1, 1, 1);
        _table = OutcomeTableBuilder.Build(records.Select(record => KeyValuePair.Create(record, one)), Granularity.Step);
    }

    /// <summary>Observed − theoretical of a window.</summary>
    /// <param name="weights">Σw by record, in the order of the records; some are positive.</param>
    public double Divergence(ReadOnlySpan<double> weights)
    {
        double[] byRow = new double[_table.Rows.Count];
        for (int i = 0; i < weights.Length; i++)
        {
            byRow[_table.RowOfRecord[i]] += weights[i];
        }

        Tally tally = new(Scenario.Weighted(_table, byRow));
        return (tally.Ok / tally.Total) - new PathProduct(_table, tally, tally.Reliabilities(tally.OwnFailures)).Value;
    }
}
