namespace TraceGap.Aggregation;

/// <summary>Answers "is a above b" on a tree at one moment, in constant time: entry and exit numbers of a depth-first walk.</summary>
internal sealed class Ancestry
{
    private readonly int[] _enter;
    private readonly int[] _last;

    public Ancestry(SpanTree tree)
    {
        _enter = new int[tree.Count];
        _last = new int[tree.Count];
        ReadOnlySpan<int> order = tree.ParentsFirst();
        int[] size = new int[tree.Count];
        for (int i = order.Length - 1; i >= 0; i--)
        {
            int span = order[i];
            size[span]++;
            if (tree.Parent[span] is int parent and not SpanTree.NoParent)
            {
                size[parent] += size[span];
            }
        }

        // Parents stand before their children, so each span takes the next free numbers of its parent's range.
        int[] free = new int[tree.Count];
        int topmostFree = 0;
        foreach (int span in order)
        {
            ref int next = ref tree.Parent[span] == SpanTree.NoParent ? ref topmostFree : ref free[tree.Parent[span]];
            _enter[span] = next;
            _last[span] = next + size[span] - 1;
            free[span] = next + 1;
            next += size[span];
        }
    }

    /// <summary>Whether <paramref name="above"/> is an ancestor of <paramref name="below"/> or the same span.</summary>
    public bool IsSelfOrAncestor(int above, int below) => _enter[above] <= _enter[below] && _enter[below] <= _last[above];
}
