using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Spans of one trace → <see cref="SpanTree"/>. A pure function of the set of distinct spans: whatever order they came in, the tree and its defects are the same.
/// </summary>
/// <remarks>
/// 1 duplicates, 2 canonical order, signals apart, 3 parent links (missing parents and self-parents end at the virtual root), 4 cycles, 5 root. All links that cannot stand are cut and
/// named; no span is lost.
/// </remarks>
internal static class TreeBuilder
{
    private const uint RemoteParent = SpanRecord.HasIsRemoteFlag | SpanRecord.IsRemoteFlag;

    private const SpanFacts Oddities = SpanFacts.TimeOutOfRange | SpanFacts.InvalidText;

    /// <summary>Builds a tree; an empty list gives an empty tree.</summary>
    public static SpanTree Build(IReadOnlyList<SpanRecord> spans)
    {
        SpanTree tree = new();
        Build(spans, tree);
        return tree;
    }

    /// <summary>Builds the tree into one that was used before, or is new.</summary>
    public static void Build(IReadOnlyList<SpanRecord> spans, SpanTree tree)
    {
        IReadOnlySet<SpanId> conflicting = FrozenSet<SpanId>.Empty;
        if (spans is not SpanRecord[] canonical || !DistinctSpans.AreCanonical(canonical, tree.Positions))
        {
            canonical = DistinctSpans.Of(spans, out conflicting);
            DistinctSpans.AreCanonical(canonical, tree.Positions);
        }

        SpanRecord[] signals = TakeSignals(ref canonical);
        if (signals.Length > 0)
        {
            DistinctSpans.AreCanonical(canonical, tree.Positions);
        }

        tree.Begin(canonical, signals);
        NameOddities(tree, conflicting);
        List<int>? orphans = LinkParents(tree);
        CutCycles(tree);
        FindRoot(tree);
        NameOrphans(tree, orphans);
    }

    /// <summary>Leaves the spans alone, and gives what is none.</summary>
    private static SpanRecord[] TakeSignals(ref SpanRecord[] canonical)
    {
        if (!Array.Exists(canonical, static span => span.Kind == SpanKind.Signal))
        {
            return [];
        }

        SpanRecord[] signals = Array.FindAll(canonical, static span => span.Kind == SpanKind.Signal);
        canonical = Array.FindAll(canonical, static span => span.Kind != SpanKind.Signal);
        return signals;
    }

    private static void NameOddities(SpanTree tree, IReadOnlySet<SpanId> conflicting)
    {
        foreach (SpanRecord span in tree.Spans)
        {
            if (span.EndUnixNanos < span.StartUnixNanos || (span.Facts & Oddities) != 0 || (conflicting.Count > 0 && conflicting.Contains(span.SpanId)))
            {
                NameOddities(tree, span, conflicting);
            }
        }
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

    /// <returns>Spans whose parent is not in the trace; null if there are none.</returns>
    private static List<int>? LinkParents(SpanTree tree)
    {
        List<int>? orphans = null;
        for (int i = 0; i < tree.Count; i++)
        {
            SpanRecord span = tree.Spans[i];
            if (span.ParentSpanId.IsNone)
            {
                continue;
            }

            if (span.ParentSpanId == span.SpanId)
            {
                Add(tree, DefectKind.Cycle, span, "names itself as its parent");
                continue;
            }

            tree.Parent[i] = tree.Positions.Find(span.ParentSpanId);
            if (tree.Parent[i] == SpanTree.NoParent)
            {
                (orphans ??= []).Add(i);
            }
        }

        return orphans;
    }

    /// <summary>Every span has one parent at most, so a walk upwards either ends at the virtual root, meets an earlier walk, or closes a cycle with itself.</summary>
    private static void CutCycles(SpanTree tree)
    {
        if (AllParentsStandBefore(tree))
        {
            return;
        }

        int[] walkOf = tree.Scratch();
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

    // Where every link goes back, none closes a circle.
    private static bool AllParentsStandBefore(SpanTree tree)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            if (tree.Parent[span] >= span)
            {
                return false;
            }
        }

        return true;
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

        if (tree.Root == SpanTree.NoParent && topmost == 1 && CanActAsRoot(tree.Spans[lastTopmost].Kind, tree.Spans[lastTopmost].Flags))
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
    internal static bool CanActAsRoot(SpanKind kind, uint flags) =>
        kind is SpanKind.Server or SpanKind.Consumer || (flags & RemoteParent) == RemoteParent;

    private static void NameOrphans(SpanTree tree, List<int>? orphans)
    {
        foreach (int orphan in orphans ?? [])
        {
            if (orphan != tree.Root)
            {
                Add(tree, DefectKind.Orphan, tree.Spans[orphan], $"its parent {tree.Spans[orphan].ParentSpanId} is not in the trace");
            }
        }
    }

    private static void Add(SpanTree tree, DefectKind kind, SpanRecord span, string detail) => tree.Defects.Add(new TraceDefect(kind, span.SpanId, detail));
}
