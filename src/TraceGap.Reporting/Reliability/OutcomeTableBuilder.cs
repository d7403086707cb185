using System.Runtime.InteropServices;
using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Makes an <see cref="OutcomeTable"/>: numbers keys and positions in their order, writes each record as one sequence of integers that begins with its path, sorts the
/// sequences, adds up equal ones and threads their paths into the trie.
/// </summary>
/// <param name="granularity">What steps are told apart by.</param>
/// <param name="withRecovery">Whether rows are also told apart by what was recovered and degraded.</param>
internal sealed class OutcomeTableBuilder(Granularity granularity, bool withRecovery)
{
    // A weight is fixed point 2^−16, its square 2^−32.
    private const double WeightUnit = 1.0 / (1L << 16);
    private const double WeightSquaredUnit = 1.0 / (1L << 32);

    // Layout of a row: positions, this mark (below every position, so that a path sorts before its continuations), outcome, flags, then the numbers of each step.
    private const int EndOfPath = -1;
    private const int NumbersPerStep = 6;
    private const int Unrecovered = 1;
    private const int LastFailed = 2;

    private readonly StepKeyIndex _keys = new();
    private readonly StepKey[] _layerKeys =
        [.. Enumerable.Range(0, LayerNames.Count).Select(static layer => new StepKey(string.Empty, (Layer)layer, string.Empty))];
    private readonly Dictionary<int[], int> _positionNumbers = new(IntSequenceComparer.Instance);
    private readonly List<int[]> _positions = [];
    private readonly List<int> _single = [];
    private readonly List<int> _numbers = [];
    private readonly List<Range> _ranges = [];
    private readonly List<OutcomeWeight> _weights = [];

    /// <summary>The table of a sample; traces that are cancelled or open are left out.</summary>
    public static OutcomeTable Build(OutcomeSample sample, Granularity granularity, bool withRecovery = false)
    {
        OutcomeTableBuilder builder = new(granularity, withRecovery);
        foreach ((OutcomeRecord record, OutcomeWeight weight) in sample.Records)
        {
            if (record.Outcome is TraceOutcome.Ok or TraceOutcome.Failed or TraceOutcome.Unknown && weight.Count > 0)
            {
                builder.Add(record, weight);
            }
        }

        return builder.Finish(sample);
    }

    private void Add(OutcomeRecord record, OutcomeWeight weight)
    {
        int start = _numbers.Count;
        IReadOnlyList<IReadOnlyList<StepKey>> path = record.Path;
        for (int i = 0; i < path.Count; i++)
        {
            _numbers.Add(PositionNumber(path[i]));
        }

        _numbers.Add(EndOfPath);
        _numbers.Add((int)record.Outcome);
        _numbers.Add((record.HasUnrecovered ? Unrecovered : 0) | (record.LastFailed ? LastFailed : 0));
        AddSteps(record.Steps);
        _ranges.Add(start.._numbers.Count);
        _weights.Add(weight);
    }

    private void AddSteps(IReadOnlyList<StepCount> steps)
    {
        int first = _numbers.Count;
        for (int i = 0; i < steps.Count; i++)
        {
            StepCount step = steps[i];
            int key = KeyNumber(step.Key);
            int at = granularity == Granularity.Layer ? FindStep(first, key) : _numbers.Count;
            if (at == _numbers.Count)
            {
                CollectionsMarshal.SetCount(_numbers, at + NumbersPerStep);
                Span<int> added = CollectionsMarshal.AsSpan(_numbers)[at..];
                added.Clear();
                added[0] = key;
            }

            Span<int> numbers = CollectionsMarshal.AsSpan(_numbers)[at..];
            numbers[1] += step.Executions;
            numbers[2] += step.OwnFailures;
            numbers[3] += step.FailedFirstAttempts;
            numbers[4] += withRecovery ? step.Recovered : 0;
            numbers[5] += withRecovery ? step.Degraded : 0;
        }
    }

    private int FindStep(int first, int key)
    {
        int at = first;
        while (at < _numbers.Count && _numbers[at] != key)
        {
            at += NumbersPerStep;
        }

        return at;
    }

    private int KeyNumber(StepKey key) => _keys.Of(granularity == Granularity.Layer ? _layerKeys[(int)key.Layer] : key);

    private int PositionNumber(IReadOnlyList<StepKey> members)
    {
        if (members.Count != 1)
        {
            int[] keys = new int[members.Count];
            for (int i = 0; i < keys.Length; i++)
            {
                keys[i] = KeyNumber(members[i]);
            }

            Array.Sort(keys);
            return PositionNumber(keys);
        }

        int key = KeyNumber(members[0]);
        while (_single.Count <= key)
        {
            _single.Add(-1);
        }

        if (_single[key] < 0)
        {
            _single[key] = PositionNumber([key]);
        }

        return _single[key];
    }

    private int PositionNumber(int[] keys)
    {
        if (!_positionNumbers.TryGetValue(keys, out int number))
        {
            number = _positions.Count;
            _positionNumbers.Add(keys, number);
            _positions.Add(keys);
        }

        return number;
    }

    private OutcomeTable Finish(OutcomeSample sample)
    {
        NumberKeys(sample.Rest);
        NumberKeys(sample.UnknownRest);
        (int[] keyOrder, int[] keyRanks) = Ranked(_keys.Keys.Count, (a, b) => _keys.Keys[a].CompareTo(_keys.Keys[b]));
        foreach (int[] members in _positions)
        {
            for (int i = 0; i < members.Length; i++)
            {
                members[i] = keyRanks[members[i]];
            }

            Array.Sort(members);
        }

        (int[] positionOrder, int[] positionRanks) = Ranked(
            _positions.Count, (a, b) => _positions[a].AsSpan().SequenceCompareTo(_positions[b]));
        Renumber(positionRanks, keyRanks);
        PathTrie trie = new();
        int[] rowOfRecord = new int[_ranges.Count];
        List<OutcomeRow> rows = MakeRows(trie, rowOfRecord, Math.Pow(2, sample.UnknownLevel - sample.Level));
        rows.AddRange(RestRows(sample.Rest, static outcome => outcome is TraceOutcome.Ok or TraceOutcome.Failed));
        rows.AddRange(RestRows(sample.UnknownRest, static outcome => outcome == TraceOutcome.Unknown));
        return new OutcomeTable
        {
            Keys = Array.ConvertAll(keyOrder, key => _keys.Keys[key]),
            Positions = Array.ConvertAll(positionOrder, position => _positions[position]),
            Rows = rows,
            Rest = StepsOf(sample.Rest, isRated: true, keyRanks),
            UnknownRest = StepsOf(sample.UnknownRest, isRated: false, keyRanks),
            SampledShare = 1 / PathLevel.ScaleOf(sample.Level),
            Trie = trie,
            RowOfRecord = rowOfRecord,
        };
    }

    private void NumberKeys(OutcomeRest? rest)
    {
        foreach ((StepKey key, bool _) in rest?.Steps.Keys ?? [])
        {
            KeyNumber(key);
        }
    }

    private static IEnumerable<OutcomeRow> RestRows(OutcomeRest? rest, Func<TraceOutcome, bool> belongs) =>
        from of in rest?.Classes ?? new Dictionary<OutcomeClass, OutcomeWeight>()
        where belongs(of.Key.Outcome)
        orderby of.Key.Outcome, of.Key.Inferred, of.Key.HasUnrecovered, of.Key.HasOwnFailure
        select new OutcomeRow
        {
            Outcome = of.Key.Outcome,
            HasUnrecovered = of.Key.HasUnrecovered,
            LastFailed = false,
            HasOwnFailure = of.Key.HasOwnFailure,
            End = -1,
            Steps = [],
            Count = of.Value.Count,
            Weight = (double)of.Value.Weight * WeightUnit,
            WeightSquared = (double)of.Value.WeightSquared * WeightSquaredUnit,
        };

    // Integers are added up before they become doubles, so that the order of keys of one layer does not matter.
    private RestSteps? StepsOf(OutcomeRest? rest, bool isRated, int[] keyRanks)
    {
        if (rest is null)
        {
            return null;
        }

        Int128[] executions = new Int128[keyRanks.Length];
        Int128[] failures = new Int128[keyRanks.Length];
        Int128[] failedFirst = new Int128[keyRanks.Length];
        foreach (((StepKey key, bool _), StepSums sums) in rest.Steps.Where(step => step.Key.IsRated == isRated))
        {
            int number = keyRanks[KeyNumber(key)];
            executions[number] += sums.WeightedExecutions;
            failures[number] += sums.WeightedFailures;
            failedFirst[number] += sums.WeightedFailedFirst;
        }

        return new RestSteps(Array.ConvertAll(executions, Unscaled), Array.ConvertAll(failures, Unscaled), Array.ConvertAll(failedFirst, Unscaled));

        static double Unscaled(Int128 weight) => (double)weight * WeightUnit;
    }

    private static (int[] Order, int[] Ranks) Ranked(int count, Comparison<int> compare)
    {
        int[] order = [.. Enumerable.Range(0, count)];
        Array.Sort(order, compare);
        int[] ranks = new int[count];
        for (int i = 0; i < count; i++)
        {
            ranks[order[i]] = i;
        }

        return (order, ranks);
    }

    private void Renumber(int[] positionRanks, int[] keyRanks)
    {
        foreach (Range range in _ranges)
        {
            Span<int> row = CollectionsMarshal.AsSpan(_numbers)[range];
            int end = row.IndexOf(EndOfPath);
            for (int i = 0; i < end; i++)
            {
                row[i] = positionRanks[row[i]];
            }

            Span<RowStep> steps = MemoryMarshal.Cast<int, RowStep>(row[(end + 3)..]);
            for (int i = 0; i < steps.Length; i++)
            {
                steps[i] = steps[i] with { Key = keyRanks[steps[i].Key] };
            }

            steps.Sort(static (a, b) => a.Key.CompareTo(b.Key));
        }
    }

    private List<OutcomeRow> MakeRows(PathTrie trie, int[] rowOfRecord, double unknownScale)
    {
        int[] order = [.. Enumerable.Range(0, _ranges.Count)];
        Array.Sort(order, (a, b) => Row(a).SequenceCompareTo(Row(b)));
        List<OutcomeRow> rows = new(order.Length);
        for (int i = 0; i < order.Length;)
        {
            ReadOnlySpan<int> row = Row(order[i]);
            OutcomeWeight sum = default;
            for (; i < order.Length && row.SequenceEqual(Row(order[i])); i++)
            {
                sum += _weights[order[i]];
                rowOfRecord[order[i]] = rows.Count;
            }

            rows.Add(MakeRow(row, sum, trie, unknownScale));
        }

        return rows;
    }

    private ReadOnlySpan<int> Row(int record) => CollectionsMarshal.AsSpan(_numbers)[_ranges[record]];

    private static OutcomeRow MakeRow(ReadOnlySpan<int> row, OutcomeWeight sum, PathTrie trie, double unknownScale)
    {
        int end = row.IndexOf(EndOfPath);
        int flags = row[end + 2];
        RowStep[] steps = MemoryMarshal.Cast<int, RowStep>(row[(end + 3)..]).ToArray();
        TraceOutcome outcome = (TraceOutcome)row[end + 1];
        return new OutcomeRow
        {
            Outcome = outcome,
            HasUnrecovered = (flags & Unrecovered) != 0,
            LastFailed = (flags & LastFailed) != 0,
            HasOwnFailure = (flags & Unrecovered) != 0 || Array.Exists(steps, static step => step.OwnFailures > 0),
            End = trie.Add(row[..end]),
            Steps = steps,
            PathScale = outcome == TraceOutcome.Unknown ? unknownScale : 1,
            Count = sum.Count,
            Weight = (double)sum.Weight * WeightUnit,
            WeightSquared = (double)sum.WeightSquared * WeightSquaredUnit,
        };
    }

    private sealed class IntSequenceComparer : IEqualityComparer<int[]>
    {
        public static IntSequenceComparer Instance { get; } = new();

        public bool Equals(int[]? x, int[]? y) => x.AsSpan().SequenceEqual(y);

        public int GetHashCode(int[] obj)
        {
            HashCode hash = default;
            hash.AddBytes(MemoryMarshal.AsBytes(obj.AsSpan()));
            return hash.ToHashCode();
        }
    }
}
