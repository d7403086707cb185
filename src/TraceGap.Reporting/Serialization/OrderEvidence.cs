using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>How sure it is that steps do not need each other. The order is by strength.</summary>
internal enum OrderConfidence
{
    /// <summary>Only ever seen one after the other, in one order.</summary>
    Possible,

    /// <summary>Seen in both orders.</summary>
    Likely,

    /// <summary>Seen at the same time.</summary>
    Proven,
}

/// <summary>
/// What the traces of a window tell about the order of steps that were seen one after the other: a happens-before edge between two stands until one trace contradicts it (CRISP, Zhang et al.,
/// USENIX ATC 2022). Steps that overlapped have none; steps that came in both orders need not.
/// </summary>
internal sealed class OrderEvidence
{
    private readonly HashSet<(StepKey First, StepKey Second)> _overlapped = [];
    private readonly HashSet<(StepKey Parent, StepKey Earlier, StepKey Later)> _inOrder = [];

    /// <summary>Learns from the groups and from the paths of the traces.</summary>
    public OrderEvidence(IReadOnlyCollection<SerialGroup> groups, IEnumerable<OutcomeRecord> records)
    {
        HashSet<StepKey> members = [];
        foreach (SerialGroup group in groups)
        {
            members.UnionWith(group.Children);
            AddOrder(group);
        }

        if (members.Count > 0)
        {
            foreach (OutcomeRecord record in records)
            {
                AddOverlaps(record, members);
            }
        }
    }

    /// <summary>The confidence of the pair that has least: all of a group can run together only if every two of it can.</summary>
    public OrderConfidence Of(SerialGroup group)
    {
        OrderConfidence weakest = OrderConfidence.Proven;
        for (int second = 1; second < group.Children.Count && weakest > OrderConfidence.Possible; second++)
        {
            for (int first = 0; first < second; first++)
            {
                OrderConfidence pair = Of(group.Parent, group.Children[first], group.Children[second]);
                weakest = pair < weakest ? pair : weakest;
            }
        }

        return weakest;
    }

    private OrderConfidence Of(StepKey parent, StepKey one, StepKey other) =>
        _overlapped.Contains(Sorted(one, other)) ? OrderConfidence.Proven
        : _inOrder.Contains((parent, one, other)) && _inOrder.Contains((parent, other, one)) && one != other ? OrderConfidence.Likely
        : OrderConfidence.Possible;

    // A key that comes again says nothing new: in search, fetch, search the fetch may well need a search before it.
    private void AddOrder(SerialGroup group)
    {
        List<StepKey> seen = [];
        foreach (StepKey child in group.Children)
        {
            if (!seen.Contains(child))
            {
                seen.ForEach(earlier => _inOrder.Add((group.Parent, earlier, child)));
                seen.Add(child);
            }
        }
    }

    private void AddOverlaps(OutcomeRecord record, HashSet<StepKey> members)
    {
        foreach (IReadOnlyList<StepKey> position in record.Path)
        {
            if (position.Count > 1)
            {
                AddOverlaps(position, members);
            }
        }
    }

    // The keys of a position are sorted, so equal ones stand together.
    private void AddOverlaps(IReadOnlyList<StepKey> position, HashSet<StepKey> members)
    {
        List<StepKey> distinct = [];
        foreach (StepKey key in position)
        {
            if (distinct.Count > 0 && distinct[^1].Equals(key))
            {
                _overlapped.Add((key, key));
            }
            else if (members.Contains(key))
            {
                distinct.ForEach(other => _overlapped.Add(Sorted(other, key)));
                distinct.Add(key);
            }
        }
    }

    private static (StepKey, StepKey) Sorted(StepKey one, StepKey other) => one.CompareTo(other) <= 0 ? (one, other) : (other, one);
}
