namespace TraceGap.Aggregation;

/// <summary>The pauses between the attempts of steps, kept for the spans whose own time they are: those above the two attempts, up to where the two meet.</summary>
internal sealed class AttemptGaps
{
    // Attempts stand side by side or under a wrapper each. The bound keeps hostile depth from making the climb quadratic.
    private const int MaxClimb = 64;

    private readonly Dictionary<int, List<(long Start, long End)>> _bySpan = [];

    /// <summary>Finds the gaps of all steps; null if there are none.</summary>
    public static AttemptGaps? Of(SpanTree tree, ReadOnlySpan<StepFinding> steps)
    {
        AttemptGaps? found = null;
        int[]? depths = null;
        foreach (ref readonly StepFinding step in steps)
        {
            for (int later = 1; later < step.Attempts.Count; later++)
            {
                found ??= new AttemptGaps();
                found.AddGap(tree, step.Attempts[later - 1], step.Attempts[later], ref depths);
            }
        }

        foreach (List<(long Start, long End)> gaps in found?._bySpan.Values.AsEnumerable() ?? [])
        {
            MergeOverlapping(gaps);
        }

        return found;
    }

    /// <summary>Gaps that are the own time of a span: disjoint, in order of time.</summary>
    public IReadOnlyList<(long Start, long End)> Of(int span) => _bySpan.TryGetValue(span, out List<(long Start, long End)>? gaps) ? gaps : [];

    /// <summary>The first of some gaps, in order of time, that ends after a time; their number if none does.</summary>
    public static int FirstEndingAfter(IReadOnlyList<(long Start, long End)> gaps, long time)
    {
        int low = 0;
        int high = gaps.Count;
        while (low < high)
        {
            int middle = (low + high) / 2;
            (low, high) = gaps[middle].End > time ? (low, middle) : (middle + 1, high);
        }

        return low;
    }

    private void AddGap(SpanTree tree, AttemptFinding earlier, AttemptFinding later, ref int[]? depths)
    {
        if (earlier.EndUnixNanos >= later.StartUnixNanos || earlier.SpanIndex < 0 || later.SpanIndex < 0)
        {
            return;
        }

        depths ??= DepthsOf(tree);
        (long, long) gap = (earlier.EndUnixNanos, later.StartUnixNanos);
        int left = tree.Parent[earlier.SpanIndex];
        int right = tree.Parent[later.SpanIndex];
        for (int climbed = 0; left != right && climbed < MaxClimb; climbed++)
        {
            bool isLeftDeeper = right == SpanTree.NoParent || (left != SpanTree.NoParent && depths[left] >= depths[right]);
            ref int deeper = ref isLeftDeeper ? ref left : ref right;
            Add(deeper, gap);
            deeper = tree.Parent[deeper];
        }

        if (left == right && left != SpanTree.NoParent)
        {
            Add(left, gap);
        }
    }

    private void Add(int span, (long Start, long End) gap)
    {
        if (!_bySpan.TryGetValue(span, out List<(long Start, long End)>? gaps))
        {
            _bySpan.Add(span, gaps = []);
        }

        gaps.Add(gap);
    }

    private static int[] DepthsOf(SpanTree tree)
    {
        int[] depths = new int[tree.Count];
        foreach (int span in tree.ParentsFirst())
        {
            depths[span] = tree.Parent[span] == SpanTree.NoParent ? 0 : depths[tree.Parent[span]] + 1;
        }

        return depths;
    }

    private static void MergeOverlapping(List<(long Start, long End)> gaps)
    {
        gaps.Sort();
        int last = 0;
        for (int i = 1; i < gaps.Count; i++)
        {
            if (gaps[i].Start <= gaps[last].End)
            {
                gaps[last] = (gaps[last].Start, Math.Max(gaps[last].End, gaps[i].End));
            }
            else
            {
                gaps[++last] = gaps[i];
            }
        }

        gaps.RemoveRange(last + 1, gaps.Count - last - 1);
    }
}
