using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Some instrumentations know which run a run is part of and lose it: the graph, its nodes, their model and tool calls and all that these call hang side by side below whatever was current when the graph
/// was asked. Then the graph and the node fail beside the call that failed in them, and their time hides its. Such siblings go below the one that they lie in.
/// </summary>
/// <remarks>
/// Only spans of the known scopes take others in, and only those that can contain work: agents, graphs and tools, which are steps, and plumbing such as a chain, which is none. What lies in several steps
/// that do not lie in one another, as parallel branches do, goes below what these have in common: below one of them it would be a guess that counts. Between pieces of plumbing the nearest may be guessed,
/// for no step depends on it. Spans of other scopes never go below a tool here: which call made a request is the question of <see cref="TransportCalls"/>.
/// </remarks>
internal sealed class NestedSiblings
{
    /// <summary>Scopes whose spans have no parents but what was current.</summary>
    private static readonly string[] Scopes = ["@traceloop/instrumentation-langchain"];

    /// <summary>Most spans that are looked into at the same time. Real fan-outs stay below; what begins while so many run may lie in them and takes nothing in.</summary>
    private const int MaxOpen = 128;

    private const int None = -1;

    private readonly SpanTree _tree;
    private readonly SpanLayers _layers;
    private readonly List<int> _open = [];
    private readonly List<int> _around = [];
    private readonly Dictionary<int, Place> _places = [];

    /// <param name="Step">The agent, graph or tool that a span lies in, or <see cref="None"/>.</param>
    /// <param name="Parent">That, or the plumbing between.</param>
    /// <param name="IsGuess">Whether the plumbing could be another.</param>
    private readonly record struct Place(int Step, int Parent, bool IsGuess);

    private NestedSiblings(SpanTree tree, SpanLayers layers)
    {
        _tree = tree;
        _layers = layers;
    }

    /// <summary>Changes <see cref="SpanTree.Parent"/> and names each span that it moved.</summary>
    public static void Nest(SpanTree tree, SpanLayers layers)
    {
        if (!LosesParents(tree))
        {
            return;
        }

        NestedSiblings nested = new(tree, layers);
        foreach (List<int> siblings in SiblingsOf(tree))
        {
            nested.Sweep(siblings);
        }

        nested.Move();
    }

    /// <summary>Whether there are spans of the scopes, and none hangs below another: a version that knows parents is left alone.</summary>
    private static bool LosesParents(SpanTree tree)
    {
        bool any = false;
        for (int span = 0; span < tree.Count; span++)
        {
            if (IsOfScopes(tree.Spans[span]))
            {
                any = true;
                if (tree.Parent[span] is int parent and not SpanTree.NoParent && IsOfScopes(tree.Spans[parent]))
                {
                    return false;
                }
            }
        }

        return any;
    }

    private static bool IsOfScopes(SpanRecord span) => Array.IndexOf(Scopes, span.Scope.Name) >= 0;

    /// <returns>The spans of one resource below one parent, be it known or missing; who serves a request is not part of what its siblings do.</returns>
    private static IEnumerable<List<int>> SiblingsOf(SpanTree tree)
    {
        int[] resources = ResourceNumbers.Of(tree);
        Dictionary<(int, SpanId, int), List<int>> groups = [];
        for (int span = 0; span < tree.Count; span++)
        {
            SpanRecord record = tree.Spans[span];
            if (span == tree.Root || record.ParentSpanId.IsNone || record.Kind is SpanKind.Server or SpanKind.Consumer)
            {
                continue;
            }

            (int, SpanId, int) key = (tree.Parent[span], record.ParentSpanId, resources[span]);
            if (!groups.TryGetValue(key, out List<int>? group))
            {
                groups.Add(key, group = []);
            }

            group.Add(span);
        }

        return groups.Values.Where(group => group.Count > 1);
    }

    private void Sweep(List<int> siblings)
    {
        siblings.Sort(ByStart);
        _open.Clear();
        foreach (int span in siblings)
        {
            _open.RemoveAll(open => LatestEnd(open) < _tree.Start[span]);
            _around.Clear();
            foreach (int open in _open)
            {
                if (LiesIn(span, open) && (IsOfScopes(_tree.Spans[span]) || !IsTool(open)))
                {
                    _around.Add(open);
                }
            }

            Place place = PlaceOf(span);
            if (place.Parent != None)
            {
                _places.Add(span, place);
            }

            if (_open.Count < MaxOpen && IsOfScopes(_tree.Spans[span]) && (IsStep(span) || IsPlumbing(span)))
            {
                _open.Add(span);
            }
        }
    }

    // Where starts are floored several begin together: what contains comes first.
    private int ByStart(int left, int right)
    {
        int order = _tree.Start[left].CompareTo(_tree.Start[right]);
        order = order != 0 ? order : Rank(left).CompareTo(Rank(right));
        order = order != 0 ? order : _tree.End[right].CompareTo(_tree.End[left]);
        return order != 0 ? order : left.CompareTo(right);
    }

    private int Rank(int span) => IsTool(span) ? 1 : IsStep(span) || IsPlumbing(span) ? 0 : 2;

    private bool IsStep(int span) => _layers.Layers[span] is { IsOwn: true, Layer: Layer.Orchestration or Layer.ToolCall };

    private bool IsTool(int span) => _layers.Layers[span] is { IsOwn: true, Layer: Layer.ToolCall };

    private bool IsPlumbing(int span) => _layers.Effects[span] == LayerEffect.Inherit;

    // A floored start takes the end with it.
    private long LatestEnd(int span) => _tree.End[span] + FlooredStart.MostMoved(_tree.Spans[span]);

    private bool LiesIn(int span, int open)
    {
        long end = _tree.End[open];
        bool mayFollow = _tree.End[span] > end && end - _tree.Start[span] <= FlooredStart.MostMoved(_tree.Spans[span]);
        return _tree.End[span] <= LatestEnd(open) && !mayFollow && !AreTwins(span, open);
    }

    // Branches that run side by side are begun together and are called alike.
    private bool AreTwins(int left, int right) =>
        Math.Abs(_tree.Start[left] - _tree.Start[right]) < FlooredStart.Granularity && _tree.Spans[left].Name == _tree.Spans[right].Name;

    private Place PlaceOf(int span)
    {
        int step = StepAround();
        while (step != None && _around.Exists(around => IsPlumbing(around) && Crosses(around, step)))
        {
            step = StepOf(step);
        }

        (int plumbing, bool isGuess) = PlumbingAround(span, step);
        return plumbing != None ? new Place(step, plumbing, isGuess) : new Place(step, step, IsGuess: false);
    }

    /// <summary>The innermost of the steps around a span, as long as each lies in the one before.</summary>
    private int StepAround()
    {
        int innermost = None;
        foreach (int step in _around)
        {
            if (IsStep(step))
            {
                if (StepOf(step) != innermost)
                {
                    return InCommon(innermost, step);
                }

                innermost = step;
            }
        }

        return innermost;
    }

    private int StepOf(int span) => _places.TryGetValue(span, out Place place) ? place.Step : None;

    private int InCommon(int left, int right)
    {
        HashSet<int> above = [];
        for (int step = left; step != None; step = StepOf(step))
        {
            above.Add(step);
        }

        int common = right;
        while (common != None && !above.Contains(common))
        {
            common = StepOf(common);
        }

        return common;
    }

    /// <summary>Whether plumbing neither contains a step nor began inside it, and so is of another branch.</summary>
    private bool Crosses(int plumbing, int step)
    {
        bool contains = _tree.Start[plumbing] <= _tree.Start[step] && _tree.End[step] <= LatestEnd(plumbing);
        bool isInside = _tree.Start[plumbing] - _tree.Start[step] >= FlooredStart.Granularity && _tree.End[plumbing] <= LatestEnd(step);
        return !contains && !isInside;
    }

    private (int Plumbing, bool IsGuess) PlumbingAround(int span, int step)
    {
        int nearest = None;
        int last = None;
        bool isGuess = false;
        foreach (int plumbing in _around)
        {
            if (!IsPlumbing(plumbing) || StepOf(plumbing) != step)
            {
                continue;
            }

            isGuess |= last != None && _places[plumbing].Parent != last;
            last = plumbing;
            nearest = nearest == None || Distance(span, plumbing) < Distance(span, nearest) ? plumbing : nearest;
        }

        return (nearest, isGuess);
    }

    private long Distance(int left, int right) => Math.Abs(_tree.Start[left] - _tree.Start[right]) + Math.Abs(_tree.End[left] - _tree.End[right]);

    private void Move()
    {
        foreach ((int span, Place place) in _places)
        {
            _tree.Parent[span] = place.Parent;
            string detail = $"below {_tree.Spans[place.Parent].Name}, in which it lies{(place.IsGuess ? " (guessed)" : "")}";
            _tree.Defects.Add(new TraceDefect(DefectKind.Adopted, _tree.Spans[span].SpanId, detail));
        }

        _tree.ParentsChanged();
    }
}
