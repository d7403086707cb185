using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The distinct spans of one trace as a forest of indexes; the working structure that the passes of the analysis read and refine.</summary>
/// <remarks>
/// Spans stand in canonical order (start, end, span id as emitted), so nothing that is derived from positions depends on the order of arrival.
/// <see cref="Parent"/> has no cycle. Passes change <see cref="Parent"/> (adoption), <see cref="Start"/> and <see cref="End"/> (skew) and say so in <see cref="Defects"/>.
/// A tree may be used again for another trace; its arrays are then longer than <see cref="Count"/>.
/// </remarks>
internal sealed class SpanTree
{
    /// <summary>Parent of the spans that hang below the virtual root.</summary>
    public const int NoParent = -1;

    private int[] _parent = [];
    private long[] _start = [];
    private long[] _end = [];
    private long[] _shift = [];
    private bool[] _offPath = [];
    private SpanKind[] _kind = [];
    private int[] _childOffsets = [];
    private int[] _children = [];
    private int[] _parentsFirst = [];
    private int[] _scratch = [];
    private bool _isLinked;

    /// <summary>Distinct spans, canonical order.</summary>
    public SpanRecord[] Spans { get; private set; } = [];

    /// <summary>What was said about spans of the trace elsewhere than on them (<see cref="SpanKind.Signal"/>), canonical order. None of it is a span of the tree.</summary>
    public SpanRecord[] Signals { get; private set; } = [];

    /// <summary>Number of spans.</summary>
    public int Count => Spans.Length;

    /// <summary>Where each span stands.</summary>
    public SpanPositions Positions { get; } = new();

    /// <summary>Index of each span's parent, or <see cref="NoParent"/>. Who changes it once children were asked for says so to <see cref="ParentsChanged"/>.</summary>
    public int[] Parent => _parent;

    /// <summary>Start of each span after skew adjustment, ns.</summary>
    public long[] Start => _start;

    /// <summary>End of each span after skew adjustment, ns, never before its start (a reversed span has both at its start).</summary>
    public long[] End => _end;

    /// <summary>How far each span was moved by skew adjustment, ns; adjusted = emitted + shift.</summary>
    public long[] Shift => _shift;

    /// <summary>Kind of each span.</summary>
    public SpanKind[] Kind => _kind;

    /// <summary>Index of the root: the span without a parent id, else the only topmost span whose parent is remote; or <see cref="NoParent"/> if the trace has none.</summary>
    public int Root { get; set; } = NoParent;

    /// <summary>True for spans that never lie on the critical path: shadows and consumers nobody waits for.</summary>
    public bool[] OffPath => _offPath;

    /// <summary>What is odd about the trace.</summary>
    public List<TraceDefect> Defects { get; } = [];

    /// <summary>Begins with the spans of another trace: no parents, times as emitted, nothing odd yet.</summary>
    /// <param name="spans">Distinct spans, canonical order; kept, not copied.</param>
    /// <param name="signals">What is said about them, likewise.</param>
    public void Begin(SpanRecord[] spans, SpanRecord[] signals)
    {
        Spans = spans;
        Signals = signals;
        Root = NoParent;
        Defects.Clear();
        Buffers.Filled(ref _parent, Count, NoParent);
        Buffers.Reserve(ref _start, Count);
        Buffers.Reserve(ref _end, Count);
        Buffers.Reserve(ref _kind, Count);
        Buffers.Cleared(ref _shift, Count);
        Buffers.Cleared(ref _offPath, Count);
        for (int i = 0; i < spans.Length; i++)
        {
            _start[i] = spans[i].StartUnixNanos;
            _end[i] = Math.Max(spans[i].StartUnixNanos, spans[i].EndUnixNanos);
            _kind[i] = spans[i].Kind;
        }

        _isLinked = false;
    }

    /// <summary>Children and order are worked out anew when they are next asked for.</summary>
    public void ParentsChanged() => _isLinked = false;

    /// <summary>The children of every span in canonical order, and last those of the virtual root.</summary>
    /// <returns><c>Items[Offsets[i] .. Offsets[i+1]]</c> are the children of span i; i = <see cref="Count"/> is the virtual root.</returns>
    public (int[] Offsets, int[] Items) Children()
    {
        Link();
        return (_childOffsets, _children);
    }

    /// <summary>Every span once, parents before their children, siblings in canonical order.</summary>
    public ArraySegment<int> ParentsFirst()
    {
        Link();
        return new ArraySegment<int>(_parentsFirst, 0, Count);
    }

    /// <summary>A number for every span, all zero, for one use: the next who asks gets the same array.</summary>
    public int[] Scratch() => Buffers.Cleared(ref _scratch, Count);

    private void Link()
    {
        if (!_isLinked)
        {
            LinkChildren();
            LinkParentsFirst();
            _isLinked = true;
        }
    }

    private void LinkChildren()
    {
        int[] offsets = Buffers.Cleared(ref _childOffsets, Count + 3);
        int[] items = Buffers.Reserve(ref _children, Count);

        // Counted two places further on, so that handing out the places leaves each offset where it belongs.
        for (int i = 0; i < Count; i++)
        {
            offsets[SlotOf(i) + 2]++;
        }

        for (int i = 2; i < Count + 3; i++)
        {
            offsets[i] += offsets[i - 1];
        }

        for (int i = 0; i < Count; i++)
        {
            items[offsets[SlotOf(i) + 1]++] = i;
        }
    }

    private int SlotOf(int span) => _parent[span] == NoParent ? Count : _parent[span];

    private void LinkParentsFirst()
    {
        int[] order = Buffers.Reserve(ref _parentsFirst, Count);
        int written = 0;
        for (int i = _childOffsets[Count]; i < _childOffsets[Count + 1]; i++)
        {
            order[written++] = _children[i];
        }

        for (int read = 0; read < written; read++)
        {
            int span = order[read];
            for (int i = _childOffsets[span]; i < _childOffsets[span + 1]; i++)
            {
                order[written++] = _children[i];
            }
        }
    }
}
