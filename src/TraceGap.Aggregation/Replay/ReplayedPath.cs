using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>The critical path of a replayed trace: the spans where they lie now, walked as those of any trace. Used again from trace to trace; one owner at a time.</summary>
internal sealed class ReplayedPath
{
    private readonly List<PathSpan> _spans = [];
    private readonly List<int> _positions = [];
    private readonly LastFinisherWalk _walk = new();

    /// <summary>The path in order of time, from 0 on; it tiles the root's interval. Holds until the next call.</summary>
    /// <param name="spans">The spans as recorded.</param>
    /// <param name="starts">When each starts after its parent, ns.</param>
    /// <param name="lengths">How long each takes, ns; those that take no time are on no path.</param>
    public ReadOnlySpan<SelfTime> Find(ReadOnlySpan<PathSpan> spans, long[] starts, long[] lengths)
    {
        _spans.Clear();
        _positions.Clear();
        if (!spans.IsEmpty && lengths[0] > 0)
        {
            Add(spans[0], 0, parent: -1, 0, lengths[0]);
        }

        for (int parent = 0; parent < _spans.Count; parent++)
        {
            int firstChild = _spans.Count;
            ref readonly PathSpan recorded = ref spans[_positions[parent]];
            for (int child = recorded.FirstChild; child < recorded.FirstChild + recorded.Children; child++)
            {
                if (lengths[child] > 0)
                {
                    Add(spans[child], child, parent, ReplayedTimes.Sum(_spans[parent].Start, starts[child]), lengths[child]);
                }
            }

            int children = _spans.Count - firstChild;
            _spans[parent] = _spans[parent] with { FirstChild = firstChild, Children = children };
            if (children > 1)
            {
                CollectionsMarshal.AsSpan(_spans)[firstChild..].Sort(CollectionsMarshal.AsSpan(_positions)[firstChild..], PathSpan.CompareByEnd);
            }
        }

        return CollectionsMarshal.AsSpan(_walk.Walk(CollectionsMarshal.AsSpan(_spans)));
    }

    private void Add(in PathSpan recorded, int position, int parent, long start, long length)
    {
        _spans.Add(new PathSpan(recorded.Index, parent, start, ReplayedTimes.Sum(start, length), recorded.Id));
        _positions.Add(position);
    }
}
