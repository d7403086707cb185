using System.Runtime.InteropServices;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// What the walk may visit: the spans below the root that somebody waited for, clipped into their parents. Everything that needs a decision about odd input is decided here,
/// so that the walk has no special cases.
/// </summary>
/// <remarks>
/// Off the path, with all below them: shadows and excluded spans; spans wholly outside their parent (fire and forget); spans without length, which have no time to give and
/// could be visited for ever; consumers that end after their producer, for then the producer did not wait for them.
/// <para>
/// Where a sibling starts on a whole millisecond (<see cref="FlooredStart"/>), an earlier one that overlaps it by less than a millisecond is clipped to that start: they touch. Larger overlaps are
/// concurrency, and a tolerance for starts that are not whole would tear microsecond traces apart.
/// </para>
/// </remarks>
internal sealed class PathSpans
{
    private readonly List<PathSpan> _spans = [];
    private readonly List<long> _flooredStarts = [];

    /// <summary>What was found last.</summary>
    public ReadOnlySpan<PathSpan> Found => CollectionsMarshal.AsSpan(_spans);

    /// <summary>The spans on offer, parents before children, the root first, siblings together in order of end; empty without a root or if the root has no length.</summary>
    /// <remarks>Marks consumers nobody waits for in <see cref="SpanTree.OffPath"/> and names clipped overlaps in <see cref="SpanTree.Defects"/>. What is returned holds until the next call.</remarks>
    public ReadOnlySpan<PathSpan> Of(SpanTree tree, SpanLayer[] layers)
    {
        _spans.Clear();
        if (tree.Root == SpanTree.NoParent || tree.Start[tree.Root] == tree.End[tree.Root])
        {
            return [];
        }

        (int[] offsets, int[] items) = tree.Children();
        _spans.Add(new PathSpan(tree.Root, -1, tree.Start[tree.Root], tree.End[tree.Root], tree.Spans[tree.Root].SpanId));
        for (int parent = 0; parent < _spans.Count; parent++)
        {
            int firstChild = _spans.Count;
            int index = _spans[parent].Index;
            for (int i = offsets[index]; i < offsets[index + 1]; i++)
            {
                AddIfWaitedFor(tree, layers, parent, items[i]);
            }

            Span<PathSpan> children = CollectionsMarshal.AsSpan(_spans)[firstChild..];
            if (children.Length > 0)
            {
                _spans[parent] = _spans[parent] with { FirstChild = firstChild, Children = children.Length };
            }

            if (children.Length > 1)
            {
                ClipFlooredOverlaps(tree, children);
                SortByEnd(children);
            }
        }

        return CollectionsMarshal.AsSpan(_spans);
    }

    private void AddIfWaitedFor(SpanTree tree, SpanLayer[] layers, int parent, int child)
    {
        tree.OffPath[child] |= IsUnawaitedConsumer(tree, _spans[parent].Index, child);
        long start = Math.Max(tree.Start[child], _spans[parent].Start);
        long end = Math.Min(tree.End[child], _spans[parent].End);
        if (start < end && !tree.OffPath[child] && !layers[child].IsExcluded)
        {
            _spans.Add(new PathSpan(child, parent, start, end, tree.Positions.IdAt(child)));
        }
    }

    private static bool IsUnawaitedConsumer(SpanTree tree, int parent, int child) =>
        tree.Kind[child] == SpanKind.Consumer && tree.Kind[parent] == SpanKind.Producer && tree.End[child] > tree.End[parent];

    private void ClipFlooredOverlaps(SpanTree tree, Span<PathSpan> siblings)
    {
        _flooredStarts.Clear();
        foreach (ref readonly PathSpan sibling in siblings)
        {
            if (FlooredStart.Is(tree.Start[sibling.Index] - tree.Shift[sibling.Index]))
            {
                _flooredStarts.Add(sibling.Start);
            }
        }

        if (_flooredStarts.Count == 0)
        {
            return;
        }

        _flooredStarts.Sort();
        foreach (ref PathSpan earlier in siblings)
        {
            long touching = FirstAfter(_flooredStarts, Math.Max(earlier.Start, earlier.End - FlooredStart.Granularity));
            if (touching < earlier.End)
            {
                long clipped = earlier.End - touching;
                earlier = earlier with { End = touching };
                tree.Defects.Add(new TraceDefect(DefectKind.Overlap, earlier.Id, $"clipped by {clipped} ns to the start of its next sibling, which was floored to the millisecond"));
            }
        }
    }

    // Siblings stand in order of start, and those that run one after the other end in that order.
    private static void SortByEnd(Span<PathSpan> siblings)
    {
        for (int i = 1; i < siblings.Length; i++)
        {
            if (PathSpan.CompareByEnd(siblings[i - 1], siblings[i]) > 0)
            {
                siblings.Sort(PathSpan.CompareByEnd);
                return;
            }
        }
    }

    private static long FirstAfter(List<long> sorted, long value)
    {
        int low = 0;
        int high = sorted.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            if (sorted[middle] > value)
            {
                high = middle;
            }
            else
            {
                low = middle + 1;
            }
        }

        return low < sorted.Count ? sorted[low] : long.MaxValue;
    }
}
