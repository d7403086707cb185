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
        _table = OutcomeTableBuilder.Build(OutcomeSample.Whole(records.Select(record => KeyValuePair.Create(record, one))), Granularity.Step);
    }

    /// <summary>Observed − theoretical of a window.</summary>
    /// <param name="weights">Σw by record, in the order of the records; some are positive.</param>
    /// <param name="pathWeights">The same as it counts among paths.</param>
    /// <param name="rest">Traces without records; null if there are none.</param>
    public double Divergence(ReadOnlySpan<double> weights, ReadOnlySpan<double> pathWeights, RestOfMinutes? rest)
    {
        double[] byRow = new double[_table.Rows.Count];
        double[] pathsByRow = new double[_table.Rows.Count];
        for (int i = 0; i < weights.Length; i++)
        {
            byRow[_table.RowOfRecord[i]] += weights[i];
            pathsByRow[_table.RowOfRecord[i]] += pathWeights[i];
        }

        Tally tally = new(Scenario.Weighted(_table, byRow, pathsByRow));
        if (rest is not null)
        {
            tally.Add(rest.Sums.Weight, rest.Sums.Weight - rest.Sums.Failed, StepsOf(rest));
        }

        return (tally.Ok / tally.Total) - new PathProduct(_table, tally, tally.Reliabilities(tally.OwnFailures)).Value;
    }

    // Keys that no record has matter to no path.
    private RestSteps StepsOf(RestOfMinutes rest)
    {
        double[] executions = new double[_table.Keys.Count];
        double[] failures = new double[_table.Keys.Count];
        for (int key = 0; key < executions.Length; key++)
        {
            (executions[key], failures[key]) = rest.Steps.GetValueOrDefault(_table.Keys[key]);
        }

        return new RestSteps(executions, failures, failures);
    }
}
