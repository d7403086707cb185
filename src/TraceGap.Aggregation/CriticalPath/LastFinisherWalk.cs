namespace TraceGap.Aggregation;

/// <summary>
/// The critical path: from the root's end back through the child that finished last, recursively. The stretches tile the root's interval exactly.
/// </summary>
/// <remarks>
/// The algorithm of Jaeger's trace view and of CRISP (Zhang et al., USENIX ATC 2022). A cursor starts at a span's end. The next child is the last one to end at or before the
/// cursor; what lies between its end and the cursor is the span's own time; the cursor goes to the child's start. At the end the rest down to the span's start is its own.
/// Of children that end together the one that starts last is taken, then the one with the greatest span id. The cursor only goes back, so a child that was passed over is
/// never looked at again: the walk costs n. No recursion: chains are as deep as their sender likes.
/// </remarks>
internal sealed class LastFinisherWalk
{
    private readonly List<SelfTime> _backwards = [];
    private readonly Stack<int> _open = new();
    private long[] _cursors = [];
    private int[] _childrenLeft = [];

    /// <summary>Walks spans that stand parents first, each inside its parent's interval, the root first, siblings together in order of end.</summary>
    /// <returns>Stretches in order of time, valid until the next call; empty for no spans.</returns>
    public List<SelfTime> Walk(ReadOnlySpan<PathSpan> spans)
    {
        _backwards.Clear();
        _open.Clear();
        if (spans.IsEmpty)
        {
            return _backwards;
        }

        Buffers.Reserve(ref _cursors, spans.Length);
        Buffers.Reserve(ref _childrenLeft, spans.Length);
        Enter(0, spans);
        while (_open.TryPeek(out int span))
        {
            int child = TakeLastFinisher(span, spans);
            long ownStart = child < 0 ? spans[span].Start : spans[child].End;
            if (ownStart < _cursors[span])
            {
                _backwards.Add(new SelfTime(spans[span].Index, ownStart, _cursors[span]));
            }

            if (child < 0)
            {
                _open.Pop();
                continue;
            }

            _cursors[span] = spans[child].Start;
            Enter(child, spans);
        }

        _backwards.Reverse();
        return _backwards;
    }

    private void Enter(int span, ReadOnlySpan<PathSpan> spans)
    {
        _cursors[span] = spans[span].End;
        _childrenLeft[span] = spans[span].Children;
        _open.Push(span);
    }

    private int TakeLastFinisher(int span, ReadOnlySpan<PathSpan> spans)
    {
        while (_childrenLeft[span] > 0)
        {
            _childrenLeft[span]--;
            int child = spans[span].FirstChild + _childrenLeft[span];
            if (spans[child].End <= _cursors[span])
            {
                return child;
            }
        }

        return -1;
    }
}
