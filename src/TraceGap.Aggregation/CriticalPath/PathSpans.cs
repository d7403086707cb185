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
internal static class PathSpans
{
    /// <summary>The spans on offer, parents before children, the root first; empty without a root or if the root has no length.</summary>
    /// <remarks>Marks consumers nobody waits for in <see cref="SpanTree.OffPath"/> and names clipped overlaps in <see cref="SpanTree.Defects"/>.</remarks>
    public static List<PathSpan> Of(SpanTree tree, ReadOnlySpan<SpanLayer> layers)
    {
        List<PathSpan> spans = [];
        if (tree.Root == SpanTree.NoParent || tree.Start[tree.Root] == tree.End[tree.Root])
        {
            return spans;
        }

        (int[] offsets, int[] items) = tree.Children();
        List<long> flooredStarts = [];
        spans.Add(new PathSpan(tree.Root, -1, tree.Start[tree.Root], tree.End[tree.Root], tree.Spans[tree.Root].SpanId));
        for (int parent = 0; parent < spans.Count; parent++)
        {
            int firstChild = spans.Count;
            int index = spans[parent].Index;
            foreach (int child in items.AsSpan(offsets[index]..offsets[index + 1]))
            {
                AddIfWaitedFor(tree, layers, spans, parent, child);
            }

            ClipFlooredOverlaps(tree, spans, firstChild, flooredStarts);
        }

        return spans;
    }

    private static void AddIfWaitedFor(SpanTree tree, ReadOnlySpan<SpanLayer> layers, List<PathSpan> spans, int parent, int child)
    {
        tree.OffPath[child] |= IsUnawaitedConsumer(tree, spans[parent].Index, child);
        long start = Math.Max(tree.Start[child], spans[parent].Start);
        long end = Math.Min(tree.End[child], spans[parent].End);
        if (start < end && !tree.OffPath[child] && !layers[child].IsExcluded)
        {
            spans.Add(new PathSpan(child, parent, start, end, tree.Spans[child].SpanId));
        }
    }

    private static bool IsUnawaitedConsumer(SpanTree tree, int parent, int child) =>
        tree.Spans[child].Kind == SpanKind.Consumer && tree.Spans[parent].Kind == SpanKind.Producer && tree.End[child] > tree.End[parent];

    private static void ClipFlooredOverlaps(SpanTree tree, List<PathSpan> spans, int firstChild, List<long> flooredStarts)
    {
        flooredStarts.Clear();
        for (int i = firstChild; i < spans.Count; i++)
        {
            if (FlooredStart.Is(tree.Spans[spans[i].Index]))
            {
                flooredStarts.Add(spans[i].Start);
            }
        }

        flooredStarts.Sort();
        for (int i = firstChild; i < spans.Count && flooredStarts.Count > 0; i++)
        {
            PathSpan earlier = spans[i];
            long touching = FirstAfter(flooredStarts, Math.Max(earlier.Start, earlier.End - FlooredStart.Granularity));
            if (touching < earlier.End)
            {
                spans[i] = earlier with { End = touching };
                tree.Defects.Add(new TraceDefect(DefectKind.Overlap, earlier.Id, $"clipped by {earlier.End - touching} ns to the start of its next sibling, which was floored to the millisecond"));
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
