using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Moves subtrees of other resources back into the parents that they lie outside of, parents first, so that nested shifts add up. Durations stay; times as emitted stay on the spans.
/// </summary>
/// <remarks>
/// The rule of Jaeger's clock skew adjuster: a child that would fit is put in the middle of its parent (the network took as long there as back); one that lasted longer than
/// its parent was not waited for to the end, so that all that is known is that it did not start before it. Only a different resource has a different clock: a child of the
/// same resource outside its parent is fire and forget. Messages may lie in a queue for any time, so producers and consumers say nothing about clocks. What hangs below the
/// virtual root, remote roots included, has nothing to be measured against and keeps its times. A start that was floored to the millisecond has moved its span by less than
/// that, which is no difference of clocks: such a child is clipped by whoever wants it inside its parent.
/// </remarks>
internal static class SkewAdjuster
{
    /// <summary>Changes <see cref="SpanTree.Start"/>, <see cref="SpanTree.End"/> and <see cref="SpanTree.Shift"/>, and names each subtree that it moved.</summary>
    public static void Adjust(SpanTree tree)
    {
        foreach (int span in tree.ParentsFirst())
        {
            int parent = tree.Parent[span];
            if (parent == SpanTree.NoParent)
            {
                continue;
            }

            if (tree.Shift[parent] != 0)
            {
                Move(tree, span, tree.Shift[parent]);
            }

            long skew = SkewOf(tree, parent, span);
            if (skew != 0)
            {
                Move(tree, span, skew);
                tree.Defects.Add(new TraceDefect(DefectKind.ClockSkew, tree.Spans[span].SpanId, $"lay outside its parent on another resource; shifted by {skew} ns"));
            }
        }
    }

    /// <summary>Times stay within 0 to 2^63 − 1, so that no later subtraction can overflow.</summary>
    private static void Move(SpanTree tree, int span, long shift)
    {
        long possible = Math.Clamp(shift, -tree.Start[span], long.MaxValue - tree.End[span]);
        tree.Start[span] += possible;
        tree.End[span] += possible;
        tree.Shift[span] += possible;
    }

    private static long SkewOf(SpanTree tree, int parent, int child)
    {
        if (tree.Start[parent] <= tree.Start[child] && tree.End[child] <= tree.End[parent])
        {
            return 0;
        }

        bool fits = tree.Start[parent] - tree.Start[child] <= FlooredStart.MostMoved(tree.Spans[child])
            && tree.End[child] - tree.End[parent] <= FlooredStart.MostMoved(tree.Spans[parent]);
        if (fits || !HasAnotherClock(tree.Spans[parent], tree.Spans[child]))
        {
            return 0;
        }

        long room = tree.End[parent] - tree.Start[parent] - (tree.End[child] - tree.Start[child]);
        return room < 0
            ? Math.Max(0, tree.Start[parent] - tree.Start[child])
            : tree.Start[parent] + (room / 2) - tree.Start[child];
    }

    private static bool HasAnotherClock(SpanRecord parent, SpanRecord child) =>
        parent.Kind != SpanKind.Producer && child.Kind != SpanKind.Consumer
        && !string.Equals(parent.Resource.Identity, child.Resource.Identity, StringComparison.Ordinal);
}
