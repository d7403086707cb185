namespace TraceGap.Aggregation;

/// <summary>The spans on offer with their siblings in both orders: by end, as they stand, and by start. Used again from trace to trace; one owner at a time.</summary>
internal sealed class SiblingOrder
{
    private PathSpan[] _spans = [];
    private long[] _starts = [];
    private int[] _byStart = [];
    private int _count;

    /// <summary>The spans, parents before children, siblings together in order of end.</summary>
    public ReadOnlySpan<PathSpan> Spans => _spans.AsSpan(0, _count);

    /// <summary>Takes over the spans of another trace.</summary>
    public void Begin(ReadOnlySpan<PathSpan> spans)
    {
        _count = spans.Length;
        spans.CopyTo(Buffers.Reserve(ref _spans, _count));
        Buffers.Reserve(ref _starts, _count);
        Buffers.Reserve(ref _byStart, _count);
        for (int i = 0; i < _count; i++)
        {
            (_starts[i], _byStart[i]) = (spans[i].Start, i);
        }

        foreach (ref readonly PathSpan parent in spans)
        {
            if (parent.Children > 1)
            {
                SortByStart(parent.FirstChild, parent.Children);
            }
        }
    }

    /// <summary>The children of a span in order of start, as positions.</summary>
    public ReadOnlySpan<int> ByStart(in PathSpan parent) => _byStart.AsSpan(parent.FirstChild, parent.Children);

    // One after the other they have both orders alike.
    private void SortByStart(int first, int count)
    {
        Span<long> starts = _starts.AsSpan(first, count);
        for (int i = 1; i < count; i++)
        {
            if (starts[i - 1] > starts[i])
            {
                starts.Sort(_byStart.AsSpan(first, count));
                return;
            }
        }
    }
}
