using System.Collections.Frozen;
using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Some instrumentations do not make their spans current, so that what a call did hangs beside the call instead of below it. This pass moves it there. Only spans move that hang
/// on an ancestor of their new parent (or on nothing, as orphans), of the same resource, without an inference, tool or retrieval span above them, and their subtrees with them.
/// </summary>
/// <remarks>
/// First siblings of instrumentations that lose the parents of their spans go below one another (<see cref="NestedSiblings"/>). Then, all decided on the tree as that leaves it: 1 duplicates of a call go
/// below it, 2 transport spans go below the call that made them, 3 what is left beside a tagged sibling is its shadow and stays off the path.
/// </remarks>
internal static class Adopter
{
    /// <summary>Changes <see cref="SpanTree.Parent"/> and <see cref="SpanTree.OffPath"/>, and names each span that it touched.</summary>
    /// <returns>The spans that tell again what the call above them tells, so that they are no steps of their own.</returns>
    public static IReadOnlySet<int> Adopt(SpanTree tree, SpanLayers layers)
    {
        NestedSiblings.Nest(tree, layers);
        layers.FindCallsAbove(tree);
        if (!MayApply(tree, layers))
        {
            return FrozenSet<int>.Empty;
        }

        AdoptionContext context = new(tree, layers);
        Dictionary<int, int> callOf = new DuplicateCalls(context).Find();
        int[] duplicates = [.. callOf.Keys];
        HashSet<int> guesses = [];
        List<int> left = [];
        FindTransport(context, callOf, guesses, left);
        MarkShadows(context, left);
        Move(tree, callOf);
        NameMoves(tree, callOf, guesses);
        return duplicates.Where(callOf.ContainsKey).ToHashSet();
    }

    // Most traces need none of this; the look costs less than the indexes.
    private static bool MayApply(SpanTree tree, SpanLayers layers)
    {
        for (int span = 0; span < tree.Count; span++)
        {
            if (tree.Kind[span] is SpanKind.Client or SpanKind.Producer && layers.IsFree(span) && !layers.IsBelowCall(span))
            {
                return true;
            }
        }

        return DuplicateCalls.MayExist(tree, layers);
    }

    private static void FindTransport(AdoptionContext context, Dictionary<int, int> callOf, HashSet<int> guesses, List<int> left)
    {
        TransportCalls transport = new(context);
        for (int span = 0; span < context.Tree.Count; span++)
        {
            if (!transport.IsCandidate(span))
            {
                continue;
            }

            int call = transport.CallOf(span, out bool isGuess);
            if (call < 0)
            {
                left.Add(span);
                continue;
            }

            callOf.Add(span, call);
            if (isGuess)
            {
                guesses.Add(span);
            }
        }
    }

    /// <summary>A transport span that began during a tagged sibling is very likely part of what the sibling tells: both on the path would count the time twice.</summary>
    private static void MarkShadows(AdoptionContext context, List<int> left)
    {
        if (left.Count == 0)
        {
            return;
        }

        SpanTree tree = context.Tree;
        Dictionary<(int, int), List<int>> tagged = [];
        for (int span = 0; span < tree.Count; span++)
        {
            if (context.Layers.IsTagged(span))
            {
                (int, int) key = (tree.Parent[span], context.Resources[span]);
                if (!tagged.TryGetValue(key, out List<int>? siblings))
                {
                    tagged.Add(key, siblings = []);
                }

                siblings.Add(span);
            }
        }

        Dictionary<(int, int), CallIndex> indexes = tagged.ToDictionary(static pair => pair.Key, pair => new CallIndex(tree, pair.Value));
        foreach (int span in left)
        {
            if (indexes.TryGetValue((tree.Parent[span], context.Resources[span]), out CallIndex? siblings) && siblings.AnyRunsAtStartOf(span))
            {
                tree.OffPath[span] = true;
                tree.Defects.Add(new TraceDefect(DefectKind.Shadow, tree.Spans[span].SpanId, "began during a sibling of the same resource that states its layer; kept off the path"));
            }
        }
    }

    /// <summary>
    /// Moves all at once. Each move alone is sound, but several can close a circle where services call each other back and forth; the moves on a circle are taken back, and all
    /// of them if that leaves another.
    /// </summary>
    private static void Move(SpanTree tree, Dictionary<int, int> callOf)
    {
        int[] before = tree.Parent[..tree.Count];
        foreach ((int span, int call) in callOf)
        {
            tree.Parent[span] = call;
        }

        List<int> circular = OnCircles(tree);
        foreach (int span in circular.Where(callOf.ContainsKey))
        {
            tree.Parent[span] = before[span];
            callOf.Remove(span);
        }

        if (circular.Count > 0 && OnCircles(tree).Count > 0)
        {
            before.CopyTo(tree.Parent, 0);
            callOf.Clear();
        }

        tree.ParentsChanged();
    }

    private static List<int> OnCircles(SpanTree tree)
    {
        List<int> found = [];
        int[] walkOf = new int[tree.Count];
        for (int first = 0; first < tree.Count; first++)
        {
            int span = first;
            while (span != SpanTree.NoParent && walkOf[span] == 0)
            {
                walkOf[span] = first + 1;
                span = tree.Parent[span];
            }

            if (span == SpanTree.NoParent || walkOf[span] != first + 1)
            {
                continue;
            }

            int start = span;
            do
            {
                found.Add(span);
                span = tree.Parent[span];
            }
            while (span != start);
        }

        return found;
    }

    private static void NameMoves(SpanTree tree, Dictionary<int, int> callOf, HashSet<int> guesses)
    {
        foreach ((int span, int call) in callOf)
        {
            string detail = "below " + tree.Spans[call].Name + (guesses.Contains(span) ? " (guessed)" : "");
            tree.Defects.Add(new TraceDefect(DefectKind.Adopted, tree.Spans[span].SpanId, detail));
        }
    }
}
