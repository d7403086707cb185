using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>
/// The critical path: from the root's end back through the child that finished last, recursively. The stretches tile the root's interval exactly.
/// </summary>
/// <remarks>
/// The algorithm of Jaeger's trace view and of CRISP (Zhang et al., USENIX ATC 2022). A cursor starts at a span's end. The next child is the last one to end at or before the
/// cursor; what lies between its end and the cursor is the span's own time; the cursor goes to the child's start. At the end the rest down to the span's start is its own.
/// Of children that end together the one that starts last is taken, then the one with the greatest span id. The cursor only goes back, so a child that was passed over is
/// never looked at again: sorting costs n log n, the walk n. No recursion: chains are as deep as their sender likes.
/// </remarks>
internal static class LastFinisherWalk
{
    /// <summary>Walks spans that stand parents first, each inside its parent's interval, the root first.</summary>
    /// <returns>Stretches in order of time; empty for no spans.</returns>
    public static List<SelfTime> Walk(List<PathSpan> spans)
    {
        List<SelfTime> backwards = [];
        if (spans.Count == 0)
        {
            return backwards;
        }

        ReadOnlySpan<PathSpan> all = CollectionsMarshal.AsSpan(spans);
        int[] order = OrderByParentAndEnd(spans);
        int[] childrenLeft = CountChildren(all);
        int[] firstChild = FirstChildren(childrenLeft);
        long[] cursor = new long[spans.Count];
        Stack<int> open = new();
        Enter(0, all, cursor, open);
        while (open.TryPeek(out int span))
        {
            int child = TakeLastFinisher(span, all, order, firstChild, childrenLeft, cursor[span]);
            long ownStart = child < 0 ? all[span].Start : all[child].End;
            if (ownStart < cursor[span])
            {
                backwards.Add(new SelfTime(all[span].Index, ownStart, cursor[span]));
            }

            if (child < 0)
            {
                open.Pop();
                continue;
            }

            cursor[span] = all[child].Start;
            Enter(child, all, cursor, open);
        }

        backwards.Reverse();
        return backwards;
    }

    private static void Enter(int span, ReadOnlySpan<PathSpan> spans, long[] cursor, Stack<int> open)
    {
        cursor[span] = spans[span].End;
        open.Push(span);
    }

    private static int TakeLastFinisher(int span, ReadOnlySpan<PathSpan> spans, int[] order, int[] firstChild, int[] childrenLeft, long cursor)
    {
        while (childrenLeft[span] > 0)
        {
            childrenLeft[span]--;
            int child = order[firstChild[span] + childrenLeft[span]];
            if (spans[child].End <= cursor)
            {
                return child;
            }
        }

        return -1;
    }

    private static int[] OrderByParentAndEnd(List<PathSpan> spans)
    {
        int[] order = new int[spans.Count];
        for (int i = 0; i < order.Length; i++)
        {
            order[i] = i;
        }

        Array.Sort(order, (left, right) => Compare(spans[left], spans[right]));
        return order;
    }

    private static int Compare(PathSpan left, PathSpan right)
    {
        int by = left.Parent.CompareTo(right.Parent);
        by = by != 0 ? by : left.End.CompareTo(right.End);
        by = by != 0 ? by : left.Start.CompareTo(right.Start);
        return by != 0 ? by : left.Id.CompareTo(right.Id);
    }

    private static int[] CountChildren(ReadOnlySpan<PathSpan> spans)
    {
        int[] counts = new int[spans.Length];
        foreach (PathSpan span in spans[1..])
        {
            counts[span.Parent]++;
        }

        return counts;
    }

    /// <summary>The root has parent −1 and stands first in the order; the children of span 0 follow, then those of span 1, and so on.</summary>
    private static int[] FirstChildren(int[] counts)
    {
        int[] first = new int[counts.Length];
        int next = 1;
        for (int i = 0; i < counts.Length; i++)
        {
            first[i] = next;
            next += counts[i];
        }

        return first;
    }
}
