using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Sees the calls near a span; a structure, so that seeing them allocates nothing.</summary>
internal interface ICallVisitor
{
    /// <summary>Sees one call.</summary>
    /// <returns>The distance between starts beyond which it wants to see no more, ns.</returns>
    long Visit(int call);
}

/// <summary>Spans of one kind, such as the tagged calls of a layer and resource, in order of start, for finding those near another span in time.</summary>
internal sealed class CallIndex
{
    /// <summary>Most calls that are looked at for one span. Real fan-outs stay far below; without the bound thousands of long parallel calls would make adoption quadratic.</summary>
    private const int MaxLooked = 256;

    private readonly SpanTree _tree;
    private readonly int[] _calls;
    private readonly long[] _latestEnd;
    private readonly long _firstAbort = long.MaxValue;

    /// <summary>Indexes <paramref name="calls"/>.</summary>
    public CallIndex(SpanTree tree, List<int> calls)
    {
        _tree = tree;
        _calls = [.. calls];
        Array.Sort(_calls, (left, right) => tree.Start[left] != tree.Start[right] ? tree.Start[left].CompareTo(tree.Start[right]) : left.CompareTo(right));
        _latestEnd = new long[_calls.Length];
        long latest = long.MinValue;
        for (int i = 0; i < _calls.Length; i++)
        {
            latest = Math.Max(latest, tree.End[_calls[i]]);
            _latestEnd[i] = latest;
            bool isAborted = (tree.Spans[_calls[i]].Facts & SpanFacts.Abort) != 0;
            _firstAbort = isAborted ? Math.Min(_firstAbort, tree.End[_calls[i]]) : _firstAbort;
        }
    }

    /// <summary>Whether any of the calls shares a stretch of time with the span, or was aborted before it began: what an aborted client had under way comes to its end.</summary>
    public bool MayHaveMade(int span)
    {
        int after = FirstFrom(_tree.End[span]);
        return (after > 0 && _latestEnd[after - 1] > _tree.Start[span] && !MayFollow(span, _latestEnd[after - 1])) || _firstAbort <= _tree.Start[span];
    }

    /// <summary>Whether the span began while any of the calls ran; one that starts or ends there does.</summary>
    public bool AnyRunsAtStartOf(int span)
    {
        int after = FirstFrom(_tree.Start[span] + 1);
        return after > 0 && _latestEnd[after - 1] >= _tree.Start[span] && !MayFollow(span, _latestEnd[after - 1]);
    }

    // What begins right after a call seems to begin during it where starts are floored to the millisecond; but it also ends later.
    private bool MayFollow(int span, long end) => _tree.End[span] > end && end > _tree.Start[span] && end - _tree.Start[span] <= FlooredStart.MostMoved(_tree.Spans[span]);

    /// <summary>Shows the calls that touch the span's time, nearest start first.</summary>
    /// <param name="span">The span whose time counts.</param>
    /// <param name="visitor">Sees them.</param>
    public void Visit<TVisitor>(int span, ref TVisitor visitor)
        where TVisitor : struct, ICallVisitor
    {
        long start = _tree.Start[span];
        int back = FirstFrom(start) - 1;
        int forth = back + 1;
        long stopAt = long.MaxValue;
        for (int looked = 0; looked < MaxLooked; looked++)
        {
            long before = back >= 0 && _latestEnd[back] >= start ? start - _tree.Start[_calls[back]] : long.MaxValue;
            long after = forth < _calls.Length && _tree.Start[_calls[forth]] <= _tree.End[span] ? _tree.Start[_calls[forth]] - start : long.MaxValue;
            long nearest = Math.Min(before, after);
            if (nearest == long.MaxValue || nearest > stopAt)
            {
                return;
            }

            stopAt = visitor.Visit(_calls[nearest == before ? back-- : forth++]);
        }
    }

    /// <summary>Position of the first call that starts at or after <paramref name="start"/>.</summary>
    private int FirstFrom(long start)
    {
        int low = 0;
        int high = _calls.Length;
        while (low < high)
        {
            int middle = (low + high) >>> 1;
            if (_tree.Start[_calls[middle]] < start)
            {
                low = middle + 1;
            }
            else
            {
                high = middle;
            }
        }

        return low;
    }
}
