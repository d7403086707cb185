using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Observed reliability if failed runs are rescued. A run that a failure had cut after prefix s goes on, with the probability φ of its rescue, as those did that had come as far; one that failed
/// at its own end is ok with the probability that all its unrecovered failures are rescued. Over the prefixes of the outcome table, longest first, with n(s) − c(s) traces that were not cut:
/// <code>W(s) = ok(s) + φ of those that failed where others end + Σ_x [ W(s·x) + φ-weight of those cut at s·x · U(s·x) ],   U(s) = W(s) / (n(s) − c(s))</code>
/// Where all were cut, U is borrowed as <see cref="PathProduct"/> borrows. Without rescues W(∅) is the weight of the ok traces, exactly. Rescues never take away.
/// </summary>
internal sealed class RescuedRuns
{
    private readonly Scenario _scenario;
    private readonly Tally _tally;
    private readonly PathTrie _trie;
    private readonly double[] _rescued;
    private readonly double[] _cutRescued;
    private readonly double[] _successes;
    private readonly double[] _values;
    private readonly double _pathlessRescue;
    private readonly double _pathlessFailed;

    /// <summary>Computes the value.</summary>
    /// <param name="scenario">The table as read.</param>
    /// <param name="tally">Its sums.</param>
    /// <param name="rescue">Probability that a failed trace of a row is rescued.</param>
    public RescuedRuns(Scenario scenario, Tally tally, Func<OutcomeRow, double> rescue)
    {
        (_scenario, _tally, _trie) = (scenario, tally, scenario.Table.Trie);
        _rescued = new double[scenario.Rows.Count];
        _cutRescued = new double[_trie.Count];
        double[] ended = new double[_trie.Count];
        (double okWithPath, double failedWithPath) = (0, 0);
        for (int i = 0; i < _rescued.Length; i++)
        {
            OutcomeRow row = scenario.Rows[i];
            double weight = scenario.Weights[i];
            _rescued[i] = scenario.IsOk[i] ? 1 : weight > 0 ? rescue(row) : 0;
            if (row.End >= 0)
            {
                (scenario.IsCut[i] ? _cutRescued : ended)[row.End] += weight * _rescued[i];
                okWithPath += scenario.IsOk[i] ? weight : 0;
                failedWithPath += scenario.IsOk[i] ? 0 : weight;
            }
        }

        BorrowedValues borrowed = new(_trie, tally, Onward(), scenario.Table.Positions.Length);
        (_successes, _values) = Values(ended, borrowed, means: []);
        if (borrowed.Count > 0)
        {
            (_successes, _values) = Values(ended, borrowed, borrowed.Solve(_values));
        }

        // Of traces outside the sample it is not known how they would have gone on: they are taken to be like the others.
        double total = _successes[0] + (_cutRescued[0] * _values[0]);
        _pathlessRescue = failedWithPath > 0 ? (total - okWithPath) / failedWithPath : 0;
        double failedWithout = 0;
        for (int i = 0; i < _rescued.Length; i++)
        {
            bool isPathless = scenario.Rows[i].End < 0;
            total += isPathless ? scenario.Weights[i] * (scenario.IsOk[i] ? 1 : _pathlessRescue) : 0;
            failedWithout += isPathless && !scenario.IsOk[i] ? scenario.Weights[i] : 0;
        }

        _pathlessFailed = failedWithPath > 0 ? failedWithout / failedWithPath : 0;

        Value = total / tally.Total;
    }

    /// <summary>The reliability, 0..1.</summary>
    public double Value { get; }

    /// <summary>
    /// Linearised variance: the derivative of the value by the weight of a trace, squared and summed. Of the traces that were seen, that is; rescue probabilities and borrowed values are taken as
    /// known.
    /// </summary>
    public double Variance()
    {
        (double[] adjoints, double[] passing) = Derivatives();
        double variance = 0;
        for (int i = 0; i < _scenario.Rows.Count; i++)
        {
            double expected = ExpectedOf(i, adjoints, passing);

            // What is rescued in the sample is rescued outside it too.
            expected += _pathlessFailed * (_scenario.Rows[i].End < 0 ? 0 : expected - (_scenario.IsOk[i] ? 1 : _pathlessRescue));
            double influence = (expected - Value) / _tally.Total;
            variance += _scenario.WeightsSquared[i] * influence * influence;
        }

        return variance;
    }

    private double ExpectedOf(int index, double[] adjoints, double[] passing)
    {
        OutcomeRow row = _scenario.Rows[index];
        if (row.End < 0)
        {
            return _scenario.IsOk[index] ? 1 : _pathlessRescue;
        }

        if (!_scenario.IsCut[index])
        {
            return passing[row.End] + (adjoints[row.End] * _rescued[index]);
        }

        int parent = _trie.Parent(row.End);
        return parent < 0 ? _rescued[index] * _values[0] : passing[parent] + (adjoints[parent] * _rescued[index] * _values[row.End]);
    }

    // Of W(∅) by W of each prefix, and by the weight of a trace that passes it, which thins out what is handed to those that were cut there.
    private (double[] Adjoints, double[] Passing) Derivatives()
    {
        double[] adjoints = new double[_trie.Count];
        double[] passing = new double[_trie.Count];
        adjoints[0] = 1;
        for (int node = 1; node < adjoints.Length; node++)
        {
            int parent = _trie.Parent(node);
            double share = _tally.Passed[node] > 0 ? _cutRescued[node] / _tally.Passed[node] : 0;
            adjoints[node] = adjoints[parent] * (1 + share);
            passing[node] = passing[parent] - (adjoints[parent] * share * _values[node]);
        }

        return (adjoints, passing);
    }

    // Part of U(parent) that is U(node).
    private double[] Onward()
    {
        double[] onward = new double[_trie.Count];
        for (int node = 1; node < onward.Length; node++)
        {
            if (_tally.Reached[node] > 0)
            {
                onward[node] = (_tally.Passed[node] + _cutRescued[node]) / _tally.Passed[_trie.Parent(node)];
            }
        }

        return onward;
    }

    private (double[] Successes, double[] Values) Values(double[] ended, BorrowedValues borrowed, double[] means)
    {
        double[] successes = [.. ended];
        double[] values = new double[_trie.Count];
        for (int node = values.Length - 1; node >= 0; node--)
        {
            values[node] = _tally.Passed[node] > 0 ? successes[node] / _tally.Passed[node]
                : !borrowed.Borrows(node) ? 1
                : means.Length == 0 ? 0
                : means[borrowed.Slot(node)];
            if (node > 0)
            {
                successes[_trie.Parent(node)] += successes[node] + (_cutRescued[node] * values[node]);
            }
        }

        return (successes, values);
    }
}
