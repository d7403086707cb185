namespace TraceGap.Reporting;

/// <summary>
/// The prefix estimator: the end-to-end reliability that step reliabilities multiply to, over the paths that runs take, where runs cut short by a failure are completed by the
/// runs that went on. With n(s) traces whose path starts with prefix s, c(s) of them cut after s and e(s) ending there,
/// <code>V(s) = [ e(s) + Σ_x n(s·x)·p_x·V(s·x) ] / [ n(s) − c(s) ],   value = V(∅)</code>
/// where p of a parallel position is the product over its members. A prefix after which all were cut borrows the mean of V over the prefixes with the same last position,
/// weighted by n − c; without any, V is 1 and the value an upper bound.
/// </summary>
/// <remarks><para>
/// Paths may be those of a sample while p is of all traces; the value is a ratio of sums over paths, so it needs nothing else to be of all.
/// </para><para>
/// The value is differentiable in the weight of every trace, and <see cref="Influence"/> is that derivative, exact for the borrowed values too: a(s) = ∂V(∅)/∂V(s) is carried
/// from short prefixes to long ones, as V is from long ones to short ones.
/// </para></remarks>
internal sealed class PathProduct
{
    private readonly OutcomeTable _table;
    private readonly Tally _tally;
    private readonly double[] _reliabilities;
    private readonly double[] _positions;
    private readonly double[] _onward;
    private readonly BorrowedValues _borrowed;
    private readonly double[] _values;
    private double[] _adjoints = [];
    private double[] _passing = [];
    private double[] _perExecution = [];

    /// <summary>Computes the value.</summary>
    /// <param name="table">The table.</param>
    /// <param name="tally">Its sums.</param>
    /// <param name="reliabilities">p by key.</param>
    public PathProduct(OutcomeTable table, Tally tally, double[] reliabilities)
    {
        _table = table;
        _tally = tally;
        _reliabilities = reliabilities;
        _positions = Array.ConvertAll(table.Positions, members => ProductsFrom(members)[0]);
        _onward = Onward();
        _borrowed = new BorrowedValues(table.Trie, tally, _onward, table.Positions.Length);
        _values = Values(borrowed: []);
        if (_borrowed.Count > 0)
        {
            _values = Values(_borrowed.Solve(_values));
        }
    }

    /// <summary>The end-to-end reliability, 0..1.</summary>
    public double Value => _values[0];

    /// <summary>Prepares <see cref="Influence"/>. True if the value is only an upper bound: a prefix that counts in it has no value to borrow.</summary>
    public bool Differentiate()
    {
        _adjoints = Adjoints();
        _passing = Passing();
        _perExecution = PerExecution();
        for (int node = 0; node < _table.Trie.Count; node++)
        {
            if (IsDeadEnd(node) && _adjoints[node] > 0 && !_borrowed.Borrows(node))
            {
                return true;
            }
        }

        return false;
    }

    /// <summary>Derivative of the value by the weight of a trace; <paramref name="failures"/> selects the failures of a step that p counts.</summary>
    public double Influence(OutcomeRow row, bool isCut, Func<RowStep, double> failures) => AddRates(row, failures, row.PathScale * PathInfluence(row, isCut));

    /// <summary>Linearised variance of a sum of the value, or its negative, and something else.</summary>
    /// <param name="scenario">The traces.</param>
    /// <param name="failures">Selects the failures of a step that p counts.</param>
    /// <param name="other">Derivative of the other part by the weight of a trace of a row.</param>
    /// <param name="sign">1 or −1.</param>
    public double Variance(Scenario scenario, Func<RowStep, double> failures, Func<int, double> other, int sign)
    {
        double variance = 0;
        for (int i = 0; i < scenario.Rows.Count; i++)
        {
            OutcomeRow row = scenario.Rows[i];
            if (row.End < 0)
            {
                continue;
            }

            double influence = other(i) + (sign * Influence(row, scenario.IsCut[i], failures));
            variance += scenario.WeightsSquared[i] * influence * influence;
            if (scenario.UnsampledOf(i) is > 0 and double unsampled)
            {
                double ofRates = other(i) + (sign * AddRates(row, failures, 0));
                variance += unsampled * scenario.WeightsSquared[i] * ofRates * ofRates;
            }
        }

        return variance;
    }

    private double PathInfluence(OutcomeRow row, bool isCut)
    {
        double influence = row.End < 0 ? 0 : _passing[row.End];
        if (row.End >= 0 && !isCut && _tally.Passed[row.End] > 0)
        {
            influence += (_adjoints[row.End] / _tally.Passed[row.End] * (1 - _values[row.End])) + Lending(row.End);
        }

        return influence;
    }

    private double AddRates(OutcomeRow row, Func<RowStep, double> failures, double influence)
    {
        foreach (RowStep step in row.Steps)
        {
            influence += _perExecution[step.Key] * ((step.Executions * (1 - _reliabilities[step.Key])) - failures(step));
        }

        return influence;
    }

    /// <summary>
    /// Where requests are lost, by key, after <see cref="Differentiate"/>: the probability that a request whose steps fail independently fails there first. They add up to 1 − value. a(s) is how often
    /// such a request comes to prefix s; it goes on to x with n(s·x) / (n(s) − c(s)) and is lost there with 1 − p_x. What a parallel position loses is divided in proportion to −ln p, so that the
    /// order of its members means nothing.
    /// </summary>
    public double[] Losses()
    {
        double[] arrivals = new double[_positions.Length];
        for (int node = 1; node < _table.Trie.Count; node++)
        {
            int parent = _table.Trie.Parent(node);
            if (_tally.Reached[node] > 0 && _tally.Passed[parent] > 0)
            {
                arrivals[_table.Trie.Position(node)] += _adjoints[parent] * _tally.Reached[node] / _tally.Passed[parent];
            }
        }

        double[] losses = new double[_reliabilities.Length];
        for (int position = 0; position < arrivals.Length; position++)
        {
            Divide(arrivals[position] * (1 - _positions[position]), _table.Positions[position], losses);
        }

        DivideEndless(1 - Value - losses.Sum(), losses);
        return losses;
    }

    private void Divide(double loss, int[] members, double[] losses)
    {
        // One that always fails has all of it, or its part among its like.
        int hopeless = members.Count(key => _reliabilities[key] <= 0);
        double total = hopeless > 0 ? hopeless : members.Sum(key => -Math.Log(_reliabilities[key]));
        foreach (int key in members)
        {
            double part = hopeless > 0 ? (_reliabilities[key] <= 0 ? 1 : 0) : -Math.Log(_reliabilities[key]);
            losses[key] += total > 0 ? loss * part / total : 0;
        }
    }

    // A loop that no run ever left well is worth 0, even if its steps never fail: what goes round in it for ever is lost where its runs were cut. Else there is nothing left but rounding.
    private void DivideEndless(double loss, double[] losses)
    {
        int[] cut = [.. Enumerable.Range(1, _table.Trie.Count - 1).Where(node => _borrowed.Borrows(node) && _tally.Reached[node] > 0)];
        double visits = cut.Sum(node => _adjoints[node]);
        foreach (int node in cut.Where(_ => visits > 0))
        {
            int[] members = _table.Positions[_table.Trie.Position(node)];
            foreach (int key in members)
            {
                losses[key] += loss * _adjoints[node] / visits / members.Length;
            }
        }
    }

    // Nothing went on from here; of the empty prefix that is true too where no path is known at all.
    private bool IsDeadEnd(int node) => _tally.Passed[node] == 0 && (_tally.Reached[node] > 0 || node == 0);

    // Entry i is the product over the members of a position from the i-th on, so the first is that of all and the last is 1.
    private double[] ProductsFrom(int[] members)
    {
        double[] products = new double[members.Length + 1];
        products[^1] = 1;
        for (int i = members.Length - 1; i >= 0; i--)
        {
            products[i] = _reliabilities[members[i]] * products[i + 1];
        }

        return products;
    }

    // Part of V(parent) that is V(node): n(s·x)·p_x / (n(s) − c(s)).
    private double[] Onward()
    {
        double[] onward = new double[_table.Trie.Count];
        for (int node = 1; node < onward.Length; node++)
        {
            if (_tally.Reached[node] > 0)
            {
                onward[node] = _tally.Reached[node] * _positions[_table.Trie.Position(node)] / _tally.Passed[_table.Trie.Parent(node)];
            }
        }

        return onward;
    }

    private double[] Values(double[] borrowed)
    {
        double[] values = new double[_table.Trie.Count];
        for (int node = values.Length - 1; node >= 0; node--)
        {
            if (_tally.Passed[node] > 0)
            {
                values[node] = (_tally.Ended[node] + values[node]) / _tally.Passed[node];
            }
            else if (IsDeadEnd(node))
            {
                values[node] = !_borrowed.Borrows(node) ? 1 : borrowed.Length == 0 ? 0 : borrowed[_borrowed.Slot(node)];
            }

            if (node > 0)
            {
                values[_table.Trie.Parent(node)] += _tally.Reached[node] * _positions[_table.Trie.Position(node)] * values[node];
            }
        }

        return values;
    }

    private double[] Adjoints()
    {
        double[] adjoints = new double[_table.Trie.Count];
        adjoints[0] = 1;
        Carry(adjoints);
        if (_borrowed.Count > 0)
        {
            _borrowed.SolveAdjoint(adjoints);
            Carry(adjoints);
        }

        return adjoints;
    }

    // What lenders get on behalf of their borrowers comes on top of what their own parent gives them.
    private void Carry(double[] adjoints)
    {
        for (int node = 1; node < adjoints.Length; node++)
        {
            adjoints[node] = (adjoints[_table.Trie.Parent(node)] * _onward[node]) + _borrowed.LentAdjoint(node);
        }
    }

    // Derivative by the weight of a trace that goes on to a prefix, over all shorter prefixes.
    private double[] Passing()
    {
        double[] passing = new double[_table.Trie.Count];
        for (int node = 1; node < passing.Length; node++)
        {
            int parent = _table.Trie.Parent(node);
            if (_tally.Passed[parent] > 0)
            {
                double gain = (_positions[_table.Trie.Position(node)] * _values[node]) - _values[parent];
                passing[node] = passing[parent] + (_adjoints[parent] / _tally.Passed[parent] * gain) + Lending(parent);
            }
        }

        return passing;
    }

    private double Lending(int node) => _borrowed.LentAdjointPerWeight(node) * (_values[node] - _borrowed.Mean(node));

    // Derivative by p of each key, over its executions.
    private double[] PerExecution()
    {
        double[] byPosition = new double[_positions.Length];
        for (int node = 1; node < _table.Trie.Count; node++)
        {
            if (_tally.Reached[node] > 0)
            {
                int parent = _table.Trie.Parent(node);
                byPosition[_table.Trie.Position(node)] += _adjoints[parent] * _tally.Reached[node] / _tally.Passed[parent] * _values[node];
            }
        }

        double[] perExecution = new double[_reliabilities.Length];
        for (int position = 0; position < byPosition.Length; position++)
        {
            // A product by all but one member, without division, since a reliability may be 0.
            int[] members = _table.Positions[position];
            double[] after = ProductsFrom(members);
            double before = 1;
            for (int i = 0; i < members.Length; i++)
            {
                perExecution[members[i]] += byPosition[position] * before * after[i + 1];
                before *= _reliabilities[members[i]];
            }
        }

        for (int key = 0; key < perExecution.Length; key++)
        {
            perExecution[key] = _tally.Executions[key] > 0 ? perExecution[key] / _tally.Executions[key] : 0;
        }

        return perExecution;
    }
}
