namespace TraceGap.Reporting;

/// <summary>
/// Values of the prefixes after which all traces were cut. Such a prefix, a borrower, takes the mean U of V over the other prefixes with the same last position, the lenders,
/// weighted by n − c. A lender may continue to a borrower (a loop whose longest runs were all cut), so the means depend on each other: U = b + M·U. From a lender some trace
/// reaches its end, so M takes less than all and the sum b + M·b + M²·b + … converges, in a few terms where little is borrowed.
/// </summary>
internal sealed class BorrowedValues
{
    // Far more than real tables need; where next to nothing ever ends the sum stays a little short.
    private const int MaxTerms = 2000;
    private const double Negligible = 1e-16;

    private readonly record struct Coefficient(int Row, int Column, double Value);

    private readonly PathTrie _trie;
    private readonly Tally _tally;
    private readonly int[] _slots;
    private readonly List<int> _borrowers = [];
    private readonly List<Coefficient> _matrix = [];
    private readonly double[] _lenders;
    private double[] _means = [];
    private double[] _adjoints = [];

    /// <summary>Finds borrowers and lenders.</summary>
    /// <param name="trie">The prefixes.</param>
    /// <param name="tally">Their sums.</param>
    /// <param name="onward">Part of V(parent) that is V(node).</param>
    /// <param name="positions">Number of positions.</param>
    public BorrowedValues(PathTrie trie, Tally tally, double[] onward, int positions)
    {
        _trie = trie;
        _tally = tally;
        double[] lent = new double[positions];
        for (int node = 1; node < trie.Count; node++)
        {
            lent[trie.Position(node)] += tally.Passed[node];
        }

        _slots = new int[positions];
        Array.Fill(_slots, -1);
        List<double> lenders = [];
        for (int node = 1; node < trie.Count; node++)
        {
            int position = trie.Position(node);
            if (tally.Reached[node] > 0 && tally.Passed[node] == 0 && lent[position] > 0)
            {
                _borrowers.Add(node);
                if (_slots[position] < 0)
                {
                    _slots[position] = lenders.Count;
                    lenders.Add(lent[position]);
                }
            }
        }

        _lenders = [.. lenders];
        FillMatrix(onward);
    }

    /// <summary>Number of means that are borrowed.</summary>
    public int Count => _lenders.Length;

    /// <summary>Whether a prefix borrows its value.</summary>
    public bool Borrows(int node) => node > 0 && _tally.Passed[node] == 0 && Slot(node) >= 0;

    /// <summary>Number of the mean that belongs to the last position of a prefix; −1 if none is borrowed.</summary>
    public int Slot(int node) => node > 0 ? _slots[_trie.Position(node)] : -1;

    /// <summary>The mean of the lenders with the same last position as a prefix; 0 if none is borrowed.</summary>
    public double Mean(int node) => Slot(node) is int slot and >= 0 ? _means[slot] : 0;

    /// <summary>The means, from the values that prefixes have when borrowers have none.</summary>
    public double[] Solve(double[] values)
    {
        double[] own = new double[Count];
        for (int node = 1; node < _trie.Count; node++)
        {
            if (Slot(node) is int slot and >= 0)
            {
                own[slot] += _tally.Passed[node] * values[node] / _lenders[slot];
            }
        }

        _means = Sum(own, transposed: false);
        return _means;
    }

    /// <summary>Takes the derivatives of the borrowers without what lenders pass on, and works out what lenders get.</summary>
    public void SolveAdjoint(double[] adjoints)
    {
        double[] own = new double[Count];
        foreach (int borrower in _borrowers)
        {
            own[Slot(borrower)] += adjoints[borrower];
        }

        _adjoints = Sum(own, transposed: true);
    }

    /// <summary>Derivative by the value of a lender that its borrowers cause; 0 before <see cref="SolveAdjoint"/>.</summary>
    public double LentAdjoint(int node) => LentAdjointPerWeight(node) * _tally.Passed[node];

    /// <summary>The same, by weight that passes the lender.</summary>
    public double LentAdjointPerWeight(int node) =>
        _adjoints.Length > 0 && Slot(node) is int slot and >= 0 ? _adjoints[slot] / _lenders[slot] : 0;

    // M[x][y]: the part of the mean of x that is the mean of y, through the lenders of x that continue to borrowers of y.
    private void FillMatrix(double[] onward)
    {
        foreach (int borrower in _borrowers)
        {
            double flow = onward[borrower];
            for (int node = _trie.Parent(borrower); node > 0 && flow > 0; node = _trie.Parent(node))
            {
                if (Slot(node) is int slot and >= 0)
                {
                    _matrix.Add(new Coefficient(slot, Slot(borrower), _tally.Passed[node] * flow / _lenders[slot]));
                }

                flow *= onward[node];
            }
        }
    }

    private double[] Sum(double[] first, bool transposed)
    {
        double[] sum = [.. first];
        double[] term = first;
        for (int i = 0; i < MaxTerms && term.Max() > Negligible; i++)
        {
            double[] next = new double[Count];
            foreach (Coefficient entry in _matrix)
            {
                (int to, int from) = transposed ? (entry.Column, entry.Row) : (entry.Row, entry.Column);
                next[to] += entry.Value * term[from];
            }

            for (int slot = 0; slot < Count; slot++)
            {
                sum[slot] += next[slot];
            }

            term = next;
        }

        return sum;
    }
}
