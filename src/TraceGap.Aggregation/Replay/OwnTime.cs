using System.Runtime.InteropServices;

namespace TraceGap.Aggregation;

/// <summary>
/// The own time of every span on offer, by what it was spent on: what lies between the last end of a child and a later start, or the span's own end. What the critical path reports of a span
/// is among it, classified as it is there; the rest belongs to branches beside the path, which a change may bring onto it.
/// </summary>
/// <remarks>Used again from trace to trace; one owner at a time.</remarks>
internal sealed class OwnTime
{
    private readonly LastFinisherWalk _walk = new();
    private readonly SegmentClassifier _classifier = new();
    private readonly List<SelfTime> _onPath = [];
    private readonly List<SelfTime> _stretches = [];
    private readonly List<PathSegment> _segments = [];
    private int[] _positions = [];
    private int[] _offsets = [];

    /// <summary>Finds the own time of another trace.</summary>
    /// <param name="tree">The tree.</param>
    /// <param name="layers">Layer of every span.</param>
    /// <param name="steps">The steps.</param>
    /// <param name="stepOfSpan">For every span the step that it belongs to, or −1.</param>
    /// <param name="order">The spans on offer.</param>
    public void Find(SpanTree tree, SpanLayer[] layers, ReadOnlySpan<StepFinding> steps, int[] stepOfSpan, SiblingOrder order)
    {
        ReadOnlySpan<PathSpan> spans = order.Spans;
        Buffers.Reserve(ref _positions, tree.Count);
        for (int i = 0; i < spans.Length; i++)
        {
            _positions[spans[i].Index] = i;
        }

        _onPath.Clear();
        _onPath.AddRange(CollectionsMarshal.AsSpan(_walk.Walk(spans)));
        _onPath.Sort(BySpanAndStart);
        _stretches.Clear();
        _stretches.AddRange(CollectionsMarshal.AsSpan(_onPath));
        AddBesideThePath(order);

        _segments.Clear();
        if (_stretches.Count > 0)
        {
            _classifier.Classify(tree, layers, steps, stepOfSpan, spans, _stretches, _segments);
        }

        _segments.Sort(BySpanAndStart);
        FindOffsets(spans.Length);
    }

    /// <summary>The stretches of a span, by its position, disjoint and in order of time.</summary>
    public ReadOnlySpan<PathSegment> Of(int position) => CollectionsMarshal.AsSpan(_segments)[_offsets[position].._offsets[position + 1]];

    private void AddBesideThePath(SiblingOrder order)
    {
        int nextOnPath = 0;
        for (int position = 0; position < order.Spans.Length; position++)
        {
            ref readonly PathSpan span = ref order.Spans[position];
            ReadOnlySpan<int> byStart = order.ByStart(span);
            int started = 0;
            long lastEnd = span.Start;
            for (int ended = 0; ended < span.Children; ended++)
            {
                long end = order.Spans[span.FirstChild + ended].End;
                long lastStart = lastEnd;
                for (; started < byStart.Length && order.Spans[byStart[started]].Start < end; started++)
                {
                    lastStart = order.Spans[byStart[started]].Start;
                }

                AddBesideThePath(new SelfTime(span.Index, lastEnd, lastStart), ref nextOnPath);
                lastEnd = end;
            }

            AddBesideThePath(new SelfTime(span.Index, lastEnd, span.End), ref nextOnPath);
        }
    }

    // A stretch of the path begins where a stretch of own time does, and may end before it.
    private void AddBesideThePath(SelfTime own, ref int nextOnPath)
    {
        if (own.Start >= own.End)
        {
            return;
        }

        if (nextOnPath < _onPath.Count && _onPath[nextOnPath].Index == own.Index && _onPath[nextOnPath].Start == own.Start)
        {
            own = own with { Start = _onPath[nextOnPath++].End };
        }

        if (own.Start < own.End)
        {
            _stretches.Add(own);
        }
    }

    private void FindOffsets(int spans)
    {
        Buffers.Reserve(ref _offsets, spans + 1);
        int next = 0;
        for (int position = 0; position < spans; position++)
        {
            _offsets[position] = next;
            while (next < _segments.Count && _positions[_segments[next].SpanIndex] == position)
            {
                next++;
            }
        }

        _offsets[spans] = next;
    }

    private int BySpanAndStart(SelfTime left, SelfTime right)
    {
        int bySpan = _positions[left.Index].CompareTo(_positions[right.Index]);
        return bySpan != 0 ? bySpan : left.Start.CompareTo(right.Start);
    }

    private int BySpanAndStart(PathSegment left, PathSegment right)
    {
        int bySpan = _positions[left.SpanIndex].CompareTo(_positions[right.SpanIndex]);
        return bySpan != 0 ? bySpan : left.StartUnixNanos.CompareTo(right.StartUnixNanos);
    }
}
