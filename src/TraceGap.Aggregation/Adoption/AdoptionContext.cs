using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The tree as it was before adoption, with what all of its rules ask: everything is decided on it, nothing on the moves of another rule.</summary>
internal sealed class AdoptionContext
{
    private readonly HashSet<SpanId> _orphans = [];
    private readonly Ancestry _ancestry;

    public AdoptionContext(SpanTree tree, SpanLayers layers)
    {
        Tree = tree;
        Layers = layers;
        Resources = ResourceNumbers.Of(tree);
        Calls = new TaggedCalls(tree, layers, Resources);
        _ancestry = new Ancestry(tree);
        foreach (TraceDefect defect in tree.Defects)
        {
            if (defect.Kind == DefectKind.Orphan)
            {
                _orphans.Add(defect.SpanId);
            }
        }
    }

    public SpanTree Tree { get; }

    public SpanLayers Layers { get; }

    public int[] Resources { get; }

    public TaggedCalls Calls { get; }

    /// <summary>Whether the span may be moved at all: it hangs somewhere above the calls, and no call claims it already.</summary>
    public bool IsCandidate(int span) => span != Tree.Root && !Layers.IsBelowCall(span) && (Tree.Parent[span] != SpanTree.NoParent || IsOrphan(span));

    /// <summary>Whether the span could hang below the call: what it hangs on now is above the call (for an orphan that may be anything), and the call is not below it.</summary>
    public bool CanHangBelow(int span, int call)
    {
        int parent = Tree.Parent[span];
        return span != call
            && (parent == SpanTree.NoParent || (parent != call && _ancestry.IsSelfOrAncestor(parent, call)))
            && !_ancestry.IsSelfOrAncestor(span, call);
    }

    /// <summary>How far two spans are apart: the differences of their starts and of their ends, ns.</summary>
    public long Distance(int left, int right) => Math.Abs(Tree.Start[left] - Tree.Start[right]) + Math.Abs(Tree.End[left] - Tree.End[right]);

    /// <summary>How long two spans run at the same time, ns; negative if they do not touch.</summary>
    public long Overlap(int left, int right) => Math.Min(Tree.End[left], Tree.End[right]) - Math.Max(Tree.Start[left], Tree.Start[right]);

    public long Duration(int span) => Tree.End[span] - Tree.Start[span];

    private bool IsOrphan(int span) => _orphans.Contains(Tree.Spans[span].SpanId);
}
