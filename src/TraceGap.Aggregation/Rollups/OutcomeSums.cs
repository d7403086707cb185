using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>
/// An outcome table: how often each record occurred. Where agents loop freely nearly every trace has a path of its own; then only the records of traces from a <see cref="PathLevel"/> on are
/// kept, a uniform sample, and all other traces are in <see cref="Rest"/>. What does not read paths takes both together and is exact.
/// </summary>
/// <remarks>
/// The table is a function of the traces in it and of its level, and the level that <see cref="Thin"/> chooses is one of the traces, as long as the table was not thinned further before. Tables
/// that are stored keep up to twice the records that a report reads of them (<see cref="PathBound"/>), so that taking traces out again does not leave a report with fewer than it would have
/// had: a report is the same in whatever order its traces came and were revised, unless more than half the distinct records of an hour went away again. One owner, no lock.
/// </remarks>
public sealed class OutcomeSums
{
    private readonly Dictionary<OutcomeRecord, LevelWeights> _records = [];

    /// <summary>Traces of lower levels are in <see cref="Rest"/>; 0 keeps the records of all.</summary>
    public int Level { get; private set; }

    /// <summary>Traces whose records are not kept.</summary>
    public OutcomeRest Rest { get; } = new();

    /// <summary>True if nothing was added.</summary>
    public bool IsEmpty => Level == 0 && _records.Count == 0 && Rest.IsEmpty;

    /// <summary>Distinct records.</summary>
    public int Count => _records.Count;

    /// <summary>The records that are kept, and their sums.</summary>
    public IEnumerable<KeyValuePair<OutcomeRecord, OutcomeWeight>> Records => _records.Select(static record => KeyValuePair.Create(record.Key, record.Value.Sum()));

    /// <summary>Traces, whatever their outcome.</summary>
    public long Traces => _records.Values.Sum(static weights => weights.Sum().Count) + Rest.Classes.Values.Sum(static weight => weight.Count);

    /// <summary>Sums over all traces that ended in a way.</summary>
    public OutcomeWeight SumOf(TraceOutcome outcome)
    {
        OutcomeWeight sum = default;
        foreach ((OutcomeRecord record, LevelWeights weights) in _records)
        {
            sum += record.Outcome == outcome ? weights.Sum() : default;
        }

        foreach ((OutcomeClass of, OutcomeWeight weight) in Rest.Classes)
        {
            sum += of.Outcome == outcome ? weight : default;
        }

        return sum;
    }

    /// <summary>The records and their sums by level.</summary>
    public IReadOnlyDictionary<OutcomeRecord, LevelWeights> ByLevel => _records;

    /// <summary>Adds equal traces of one level.</summary>
    public void Add(OutcomeRecord record, int level, OutcomeWeight weight)
    {
        if (level < Level)
        {
            Rest.Add(record, weight);
            return;
        }

        ref LevelWeights weights = ref CollectionsMarshal.GetValueRefOrAddDefault(_records, record, out _);
        weights.Add(level, weight);
        if (weights.Highest < 0)
        {
            _records.Remove(record);
        }
    }

    /// <summary>Adds equal traces of several levels.</summary>
    /// <param name="record">Their record.</param>
    /// <param name="weights">Sums by level, lowest first.</param>
    public void Add(OutcomeRecord record, ReadOnlySpan<(int Level, OutcomeWeight Weight)> weights)
    {
        int kept = 0;
        for (; kept < weights.Length && weights[kept].Level < Level; kept++)
        {
            Rest.Add(record, weights[kept].Weight);
        }

        if (kept == weights.Length)
        {
            return;
        }

        ref LevelWeights sum = ref CollectionsMarshal.GetValueRefOrAddDefault(_records, record, out _);
        sum.Add(weights[kept..]);
        if (sum.Highest < 0)
        {
            _records.Remove(record);
        }
    }

    /// <summary>Adds all of another table; the level is then the higher one.</summary>
    public void Merge(OutcomeSums other)
    {
        RaiseTo(other.Level);
        foreach ((OutcomeRecord record, LevelWeights weights) in other._records)
        {
            Add(record, weights.Entries);
        }

        Rest.Merge(other.Rest);
    }

    /// <summary>Adds all of another table without paths and steps of its records.</summary>
    public void MergeCounts(OutcomeSums other)
    {
        RaiseTo(other.Level);
        foreach ((OutcomeRecord record, LevelWeights weights) in other._records)
        {
            Add(record.WithoutPath(), weights.Entries);
        }

        Rest.Merge(other.Rest);
    }

    /// <summary>Adds the traces of unknown outcome of another table. The level rises only if there are any.</summary>
    public void MergeUnknown(OutcomeSums other)
    {
        KeyValuePair<OutcomeRecord, LevelWeights>[] unknown = [.. other._records.Where(static record => record.Key.Outcome == TraceOutcome.Unknown)];
        if (unknown.Length == 0 && !other.Rest.Classes.Keys.Any(static of => of.Outcome == TraceOutcome.Unknown))
        {
            return;
        }

        RaiseTo(other.Level);
        foreach ((OutcomeRecord record, LevelWeights weights) in unknown)
        {
            Add(record, weights.Entries);
        }

        Rest.Merge(other.Rest, unknown: true);
    }

    /// <summary>Keeps the records of traces from a level on.</summary>
    public void RaiseTo(int level)
    {
        if (level <= Level)
        {
            return;
        }

        Level = level;
        foreach (OutcomeRecord record in _records.Keys)
        {
            ref LevelWeights weights = ref CollectionsMarshal.GetValueRefOrNullRef(_records, record);
            if (weights.TakeBelow(level) is { Count: not 0 } taken)
            {
                Rest.Add(record, taken);
            }

            if (weights.Highest < 0)
            {
                // Removing does not disturb the enumeration.
                _records.Remove(record);
            }
        }
    }

    /// <summary>Raises the level as far as it must so that no more than so many distinct records are kept.</summary>
    public void Thin(int most)
    {
        if (Count <= most)
        {
            return;
        }

        Span<int> byHighest = stackalloc int[PathLevel.Highest + 1];
        byHighest.Clear();
        foreach (LevelWeights weights in _records.Values)
        {
            byHighest[weights.Highest]++;
        }

        int level = Level;
        for (int kept = Count; kept > most && level < PathLevel.Highest; level++)
        {
            kept -= byHighest[level];
        }

        RaiseTo(level);
    }
}
