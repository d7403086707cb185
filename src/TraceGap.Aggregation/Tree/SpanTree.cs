using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The distinct spans of one trace as a forest of indexes; the working structure that the passes of the analysis read and refine.</summary>
/// <remarks>
/// Spans stand in canonical order (start, end, span id as emitted), so nothing that is derived from positions depends on the order of arrival.
/// <see cref="Parent"/> has no cycle. Passes change <see cref="Parent"/> (adoption), <see cref="Start"/> and <see cref="End"/> (skew) and say so in <see cref="Defects"/>.
/// </remarks>
internal sealed class SpanTree
{
    /// <summary>Parent of the spans that hang below the virtual root.</summary>
    public const int NoParent = -1;

    /// <summary>Distinct spans, canonical order.</summary>
    public required SpanRecord[] Spans { get; init; }

    /// <summary>Index of each span's parent, or <see cref="NoParent"/>.</summary>
    public required int[] Parent { get; init; }

    /// <summary>Start of each span after skew adjustment, ns.</summary>
    public required long[] Start { get; init; }

    /// <summary>End of each span after skew adjustment, ns, never before its start (a reversed span has both at its start).</summary>
    public required long[] End { get; init; }

    /// <summary>How far each span was moved by skew adjustment, ns; adjusted = emitted + shift.</summary>
    public required long[] Shift { get; init; }

    /// <summary>Index of the root: the span without a parent id, else the only topmost span whose parent is remote; or <see cref="NoParent"/> if the trace has none.</summary>
    public int Root { get; set; } = NoParent;

    /// <summary>True for spans that never lie on the critical path: shadows and consumers nobody waits for.</summary>
    public required bool[] OffPath { get; init; }

    /// <summary>What is odd about the trace.</summary>
    public List<TraceDefect> Defects { get; } = [];

    /// <summary>Number of spans.</summary>
    public int Count => Spans.Length;

    /// <summary>The children of every span in canonical order, and last those of the virtual root; built anew from <see cref="Parent"/> at each call.</summary>
    /// <returns><c>Items[Offsets[i] .. Offsets[i+1]]</c> are the children of span i; i = <see cref="Count"/> is the virtual root.</returns>
    public (int[] Offsets, int[] Items) Children()
    {
        int[] offsets = new int[Count + 2];
        for (int i = 0; i < Count; i++)
        {
            offsets[SlotOf(i) + 1]++;
        }

        for (int i = 1; i < offsets.Length; i++)
        {
            offsets[i] += offsets[i - 1];
        }

        int[] next = offsets[..^1];
        int[] items = new int[Count];
        for (int i = 0; i < Count; i++)
        {
            items[next[SlotOf(i)]++] = i;
        }

        return (offsets, items);

        int SlotOf(int span) => Parent[span] == NoParent ? Count : Parent[span];
    }

    /// <summary>Every span once, parents before their children, siblings in canonical order.</summary>
    public int[] ParentsFirst()
    {
        (int[] offsets, int[] items) = Children();
        int[] order = new int[Count];
        int written = 0;
        for (int i = offsets[Count]; i < offsets[Count + 1]; i++)
        {
            order[written++] = items[i];
        }

        for (int read = 0; read < written; read++)
        {
            for (int i = offsets[order[read]]; i < offsets[order[read] + 1]; i++)
            {
                order[written++] = items[i];
            }
        }

        return order;
    }
}
