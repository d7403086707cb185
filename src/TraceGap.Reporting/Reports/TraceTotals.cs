using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>Counts of traces by outcome, raw and weighted. All sums are integers.</summary>
internal sealed class TraceTotals
{
    private const int Outcomes = 5;
    private const int WeightBits = 16;

    private readonly long[] _counts = new long[Outcomes];
    private readonly Int128[] _weights = new Int128[Outcomes];
    private Int128 _knownSquared;
    private long _inferred;
    private bool _isWeighted;

    /// <summary>Adds the traces of a table.</summary>
    public void Add(OutcomeSums outcomes)
    {
        foreach ((OutcomeRecord record, OutcomeWeight weight) in outcomes.Records)
        {
            Add(record.Outcome, record.Inferred, weight);
        }

        foreach ((OutcomeClass of, OutcomeWeight weight) in outcomes.Rest.Classes)
        {
            Add(of.Outcome, of.Inferred, weight);
        }
    }

    /// <summary>Raw counts.</summary>
    public TraceCounts ToCounts(long revised) => new(
        _counts.Sum(),
        _counts[(int)TraceOutcome.Ok],
        _counts[(int)TraceOutcome.Failed],
        _counts[(int)TraceOutcome.Cancelled],
        _counts[(int)TraceOutcome.Unknown],
        _counts[(int)TraceOutcome.Open],
        _inferred,
        revised);

    /// <summary>Weighted counts; null if every weight is 1.</summary>
    public WeightedCounts? ToWeighted()
    {
        if (!_isWeighted)
        {
            return null;
        }

        double known = (double)(_weights[(int)TraceOutcome.Ok] + _weights[(int)TraceOutcome.Failed]);
        return new WeightedCounts(
            Unscaled(_weights.Aggregate(static (sum, weight) => sum + weight)),
            Unscaled(_weights[(int)TraceOutcome.Ok]),
            Unscaled(_weights[(int)TraceOutcome.Failed]),
            _knownSquared > 0 ? known * known / (double)_knownSquared : null);
    }

    private void Add(TraceOutcome outcome, bool inferred, OutcomeWeight weight)
    {
        bool known = outcome is TraceOutcome.Ok or TraceOutcome.Failed;
        _counts[(int)outcome] += weight.Count;
        _weights[(int)outcome] += weight.Weight;
        _knownSquared += known ? weight.WeightSquared : 0;
        _inferred += known && inferred ? weight.Count : 0;

        // Σw alone may equal the count by chance; Σw² then does not.
        _isWeighted |= weight.Weight != (Int128)weight.Count << WeightBits || weight.WeightSquared != (Int128)weight.Count << (2 * WeightBits);
    }

    private static double Unscaled(Int128 weight) => (double)weight / (1 << WeightBits);
}
