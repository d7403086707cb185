using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>A span as the walk over the critical path sees it: an interval inside its parent's interval, longer than zero.</summary>
/// <param name="Index">Index into <see cref="SpanTree.Spans"/>.</param>
/// <param name="Parent">Position of the parent among the path spans; −1 for the root, which stands first.</param>
/// <param name="Start">Start, ns, clipped to the parent.</param>
/// <param name="End">End, ns, clipped to the parent; after the start.</param>
/// <param name="Id">Decides ties.</param>
internal readonly record struct PathSpan(int Index, int Parent, long Start, long End, SpanId Id)
{
    /// <summary>Position of the first child among the path spans; the others follow it, in order of end.</summary>
    public int FirstChild { get; init; }

    /// <summary>Number of children.</summary>
    public int Children { get; init; }

    /// <summary>By end, start, id: the last of some siblings is the one to go back through.</summary>
    public static int CompareByEnd(PathSpan left, PathSpan right)
    {
        int by = left.End.CompareTo(right.End);
        by = by != 0 ? by : left.Start.CompareTo(right.Start);
        return by != 0 ? by : left.Id.CompareTo(right.Id);
    }
}

/// <summary>A stretch of the critical path that is a span's own time.</summary>
/// <param name="Index">Index into <see cref="SpanTree.Spans"/>.</param>
/// <param name="Start">Start, ns, inclusive.</param>
/// <param name="End">End, ns, exclusive; after the start.</param>
internal readonly record struct SelfTime(int Index, long Start, long End);
