using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Spans of one trace → <see cref="SpanTree"/>. A pure function of the set of distinct spans: whatever order they came in, the tree and its defects are the same.
/// </summary>
/// <remarks>
/// 1 duplicates, 2 canonical order, 3 parent links (missing parents and self-parents end at the virtual root), 4 cycles, 5 root. All links that cannot stand are cut and
/// named; no span is lost.
/// </remarks>
internal static class TreeBuilder
{
    private const uint RemoteParent = SpanRecord.HasIsRemoteFlag | SpanRecord.IsRemoteFlag;

    /// <summary>Builds the tree; an empty list gives an empty tree.</summary>
    public static SpanTree Build(IReadOnlyList<SpanRecord> spans)
    {
        SpanRecord[] sorted = DistinctSpans.Of(spans, out IReadOnlySet<SpanId> conflicting);
        SpanTree tree = new()
        {
            Spans = sorted,
            Parent = new int[sorted.Length],
            Start = new long[sorted.Length],
            End = new long[sorted.Length],
            Shift = new long[sorted.Length],
            OffPath = new bool[sorted.Length],
        };

        for (int i = 0; i < sorted.Length; i++)
        {
            tree.Start[i] = sorted[i].StartUnixNanos;
            tree.End[i] = Math.Max(sorted[i].StartUnixNanos, sorted[i].EndUnixNanos);
            NameOddities(tree, sorted[i], conflicting);
        }

        List<int> orphans = LinkParents(tree);
        CutCycles(tree);
        FindRoot(tree);
        NameOrphans(tree, orphans);
        return tree;
    }

    private static void NameOddities(SpanTree tree, SpanRecord span, IReadOnlySet<SpanId> conflicting)
    {
        if (conflicting.Contains(span.SpanId))
        {
            Add(tree, DefectKind.ConflictingDuplicate, span, $"copies differ; the one that ends at {span.EndUnixNanos} stands");
        }

        if (span.EndUnixNanos < span.StartUnixNanos)
        {
            Add(tree, DefectKind.ReversedTime, span, $"ends {span.StartUnixNanos - span.EndUnixNanos} ns before it starts");
        }

        if (span.Facts.HasFlag(SpanFacts.TimeOutOfRange))
        {
            Add(tree, DefectKind.TimeOutOfRange, span, "a time beyond 2^63 − 1 ns was set to that");
        }

        if (span.Facts.HasFlag(SpanFacts.InvalidText))
        {
            Add(tree, DefectKind.InvalidText, span, "text that is not UTF-8 was replaced");
        }
    }

    /// <returns>Spans whose parent is not in the trace.</returns>
    private static List<int> LinkParents(SpanTree tree)
    {
        Dictionary<SpanId, int> positions = new(tree.Count);
        for (int i = 0; i < tree.Count; i++)
        {
            positions.Add(tree.Spans[i].SpanId, i);
        }

        List<int> orphans = [];
        for (int i = 0; i < tree.Count; i++)
        {
            SpanRecord span = tree.Spans[i];
            tree.Parent[i] = SpanTree.NoParent;
            if (span.ParentSpanId.IsNone)
            {
                continue;
            }

            if (span.ParentSpanId == span.SpanId)
            {
                Add(tree, DefectKind.Cycle, span, "names itself as its parent");
            }
            else if (positions.TryGetValue(span.ParentSpanId, out int parent))
            {
                tree.Parent[i] = parent;
            }
            else
            {
                orphans.Add(i);
            }
        }

        return orphans;
    }

    /// <summary>Every span has one parent at most, so a walk upwards either ends at the virtual root, meets an earlier walk, or closes a cycle with itself.</summary>
    private static void CutCycles(SpanTree tree)
    {
        int[] walkOf = new int[tree.Count];
        for (int start = 0; start < tree.Count; start++)
        {
            int walk = start + 1;
            int span = start;
            while (span != SpanTree.NoParent && walkOf[span] == 0)
            {
                walkOf[span] = walk;
                span = tree.Parent[span];
            }

            if (span != SpanTree.NoParent && walkOf[span] == walk)
            {
                CutCycle(tree, span);
            }
        }
    }

    private static void CutCycle(SpanTree tree, int onCycle)
    {
        int earliest = onCycle;
        int length = 1;
        for (int span = tree.Parent[onCycle]; span != onCycle; span = tree.Parent[span])
        {
            earliest = Math.Min(earliest, span);
            length++;
        }

        tree.Parent[earliest] = SpanTree.NoParent;
        Add(tree, DefectKind.Cycle, tree.Spans[earliest], $"is its own ancestor over {length} spans; its link to its parent was cut");
    }

    private static void FindRoot(SpanTree tree)
    {
        int withoutParentId = 0;
        int topmost = 0;
        int lastTopmost = SpanTree.NoParent;
        for (int i = 0; i < tree.Count; i++)
        {
            if (tree.Parent[i] != SpanTree.NoParent)
            {
                continue;
            }

            topmost++;
            lastTopmost = i;
            if (tree.Spans[i].ParentSpanId.IsNone)
            {
                withoutParentId++;
                tree.Root = tree.Root == SpanTree.NoParent || IsRootBefore(tree.Spans[i], tree.Spans[tree.Root]) ? i : tree.Root;
            }
        }

        if (withoutParentId > 1)
        {
            Add(tree, DefectKind.SeveralRoots, tree.Spans[tree.Root], $"{withoutParentId} spans have no parent; this one starts first");
        }

        if (tree.Root == SpanTree.NoParent && topmost == 1 && CanActAsRoot(tree.Spans[lastTopmost]))
        {
            tree.Root = lastTopmost;
        }

        if (tree.Root == SpanTree.NoParent && tree.Count > 0)
        {
            tree.Defects.Add(new TraceDefect(DefectKind.MissingRoot, SpanId.None, $"none of {topmost} topmost spans is the root"));
        }
    }

    // Canonical order looks at the end before the id; the root's definition does not.
    private static bool IsRootBefore(SpanRecord candidate, SpanRecord root) =>
        candidate.StartUnixNanos == root.StartUnixNanos && candidate.SpanId.CompareTo(root.SpanId) < 0;

    /// <summary>True for spans that enter the traced part of a system from outside: their parent is elsewhere, not missing.</summary>
    internal static bool CanActAsRoot(SpanRecord span) =>
        span.Kind is SpanKind.Server or SpanKind.Consumer || (span.Flags & RemoteParent) == RemoteParent;

    private static void NameOrphans(SpanTree tree, List<int> orphans)
    {
        foreach (int orphan in orphans)
        {
            if (orphan != tree.Root)
            {
                Add(tree, DefectKind.Orphan, tree.Spans[orphan], $"its parent {tree.Spans[orphan].ParentSpanId} is not in the trace");
            }
        }
    }

    private static void Add(SpanTree tree, DefectKind kind, SpanRecord span, string detail) => tree.Defects.Add(new TraceDefect(kind, span.SpanId, detail));
}
