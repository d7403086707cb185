namespace TraceGap.Aggregation;

/// <summary>
/// Which spans are to start together. The steps that a change names are lifted to the spans that stand side by side below the span that they have in common: those are the branches of a
/// group. A branch has several spans where its step was tried several times; those stay one after the other.
/// </summary>
/// <remarks>Costs two passes over the spans for each change. Used again from trace to trace; one owner at a time.</remarks>
internal sealed class ParallelBranches
{
    /// <summary>In place of the number of a group or branch.</summary>
    public const int None = -1;

    private readonly List<(int Parent, int Branch, int Span)> _members = [];
    private readonly Dictionary<int, Extent> _branches = [];
    private readonly List<int> _spansOfGroup = [];
    private int[] _group = [];
    private int[] _branch = [];
    private int[] _wanted = [];
    private int[] _below = [];
    private int[] _common = [];
    private int[] _lifted = [];
    private int[] _claimed = [];
    private int[] _numbers = [];
    private int[] _spansOfBranch = [];
    private Extent[] _extents = [];

    /// <summary>For every span, by position, its group or <see cref="None"/>.</summary>
    public int[] GroupOf => _group;

    /// <summary>For every span in a group its branch: the number of the step that it was lifted for.</summary>
    public int[] BranchOf => _branch;

    /// <summary>For every group the number of its spans.</summary>
    public IReadOnlyList<int> SpansOfGroup => _spansOfGroup;

    /// <summary>For every branch the number of its spans.</summary>
    public int[] SpansOfBranch => _spansOfBranch;

    /// <summary>Begins with another trace, without groups.</summary>
    public void Begin(int spans, int steps)
    {
        Buffers.Cleared(ref _spansOfBranch, steps);
        Buffers.Filled(ref _group, spans, None);
        Buffers.Filled(ref _branch, spans, None);
        _spansOfGroup.Clear();
    }

    /// <summary>Adds the groups of a change, one for each step that has several of the named ones directly below it. Spans stay in the group that they came into first.</summary>
    /// <param name="spans">The spans on offer.</param>
    /// <param name="stepOf">For every one of them its step, or −1.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="isNamed">For every step whether it is one of those named, directly below one of the parents named.</param>
    /// <returns>True if there was anything that ran one after the other.</returns>
    public bool Add(ReadOnlySpan<PathSpan> spans, int[] stepOf, ReadOnlySpan<StepFinding> steps, bool[] isNamed)
    {
        FindCommonSpans(spans, stepOf, steps, isNamed);
        Lift(spans, stepOf, isNamed);
        FindExtents(spans, steps.Length);
        int before = _spansOfGroup.Count;
        Number(steps.Length);
        return _spansOfGroup.Count > before;
    }

    // Between a step and those directly below it are only spans of its own, so the lowest span with all of them below it is found by counting upwards through those.
    private void FindCommonSpans(ReadOnlySpan<PathSpan> spans, int[] stepOf, ReadOnlySpan<StepFinding> steps, bool[] isNamed)
    {
        Buffers.Cleared(ref _wanted, steps.Length);
        Buffers.Cleared(ref _below, spans.Length);
        Buffers.Filled(ref _common, steps.Length, None);
        for (int span = 1; span < spans.Length; span++)
        {
            if (OpensNamed(spans, stepOf, isNamed, span))
            {
                _wanted[steps[stepOf[span]].ParentIndex]++;
            }
        }

        for (int span = spans.Length - 1; span > 0; span--)
        {
            int parent = spans[span].Parent;
            int step = stepOf[parent];
            if (step < 0)
            {
                continue;
            }

            bool counts = OpensNamed(spans, stepOf, isNamed, span) && steps[stepOf[span]].ParentIndex == step;
            _below[parent] += counts ? 1 : stepOf[span] == step ? _below[span] : 0;
            if (_common[step] == None && _wanted[step] > 0 && _below[parent] == _wanted[step])
            {
                _common[step] = parent;
            }
        }
    }

    private void Lift(ReadOnlySpan<PathSpan> spans, int[] stepOf, bool[] isNamed)
    {
        _members.Clear();
        Buffers.Filled(ref _lifted, spans.Length, None);
        for (int span = 1; span < spans.Length; span++)
        {
            int parent = spans[span].Parent;
            int step = stepOf[parent];
            _lifted[span] = step >= 0 && _common[step] == parent ? span : Opens(spans, stepOf, parent) ? None : _lifted[parent];
            if (_lifted[span] != None && OpensNamed(spans, stepOf, isNamed, span))
            {
                _members.Add((step, stepOf[span], _lifted[span]));
            }
        }
    }

    private static bool Opens(ReadOnlySpan<PathSpan> spans, int[] stepOf, int span) => span == 0 || stepOf[span] != stepOf[spans[span].Parent];

    private static bool OpensNamed(ReadOnlySpan<PathSpan> spans, int[] stepOf, bool[] isNamed, int span) =>
        stepOf[span] >= 0 && isNamed[stepOf[span]] && Opens(spans, stepOf, span);

    private void FindExtents(ReadOnlySpan<PathSpan> spans, int steps)
    {
        _branches.Clear();
        Buffers.Filled(ref _extents, steps, new Extent(long.MinValue, long.MaxValue));
        Buffers.Filled(ref _claimed, spans.Length, None);
        foreach ((int parent, int branch, int span) in _members)
        {
            bool isTaken = _group[span] != None || (_claimed[span] != None && _claimed[span] != branch);
            _claimed[span] = branch;
            Extent extent = _branches.GetValueOrDefault(branch, new Extent(long.MaxValue, long.MinValue));
            _branches[branch] = new Extent(Math.Min(extent.Start, spans[span].Start), Math.Max(extent.End, spans[span].End));
            _extents[parent] = _extents[parent] with { IsTaken = _extents[parent].IsTaken || isTaken };
        }

        foreach ((int parent, int branch, _) in _members)
        {
            Extent group = _extents[parent];
            _extents[parent] = group with { Start = Math.Max(group.Start, _branches[branch].Start), End = Math.Min(group.End, _branches[branch].End) };
        }
    }

    // Nothing is gained where all branches overlap one another, and nothing can be said where two steps hang below one of the spans.
    private void Number(int steps)
    {
        Buffers.Filled(ref _numbers, steps, None);
        foreach ((int parent, int branch, int span) in _members)
        {
            if (_extents[parent] is { IsTaken: false } extent && extent.Start >= extent.End && _group[span] == None)
            {
                if (_numbers[parent] == None)
                {
                    _numbers[parent] = _spansOfGroup.Count;
                    _spansOfGroup.Add(0);
                }

                (_group[span], _branch[span]) = (_numbers[parent], branch);
                _spansOfGroup[_numbers[parent]]++;
                _spansOfBranch[branch]++;
            }
        }
    }

    /// <summary>Of a branch its first start and last end; of the branches of a group the last start and the first end.</summary>
    private readonly record struct Extent(long Start, long End)
    {
        /// <summary>Whether a span of the group is part of something else.</summary>
        public bool IsTaken { get; init; }
    }
}
