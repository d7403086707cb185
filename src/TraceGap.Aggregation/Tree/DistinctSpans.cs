using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>
/// Spans as they arrived → distinct spans in canonical order. Where copies of a span differ, the one that ends later stands, then the one with the greater content hash: a
/// maximum over the set of copies, so neither order nor repetition matters.
/// </summary>
internal static class DistinctSpans
{
    /// <summary>Start, end, span id, all as emitted.</summary>
    public static int CompareCanonically(SpanRecord left, SpanRecord right)
    {
        int order = left.StartUnixNanos.CompareTo(right.StartUnixNanos);
        order = order != 0 ? order : left.EndUnixNanos.CompareTo(right.EndUnixNanos);
        return order != 0 ? order : left.SpanId.CompareTo(right.SpanId);
    }

    /// <summary>Keeps one copy of every span.</summary>
    /// <param name="spans">Spans of one trace, in any order, with any repetition.</param>
    /// <param name="conflicting">Ids of the spans whose copies differ.</param>
    /// <returns>A new array in canonical order.</returns>
    public static SpanRecord[] Of(IReadOnlyList<SpanRecord> spans, out IReadOnlySet<SpanId> conflicting)
    {
        Dictionary<SpanId, int> positions = new(spans.Count);
        List<SpanRecord> kept = new(spans.Count);
        HashSet<SpanId> differing = [];
        for (int i = 0; i < spans.Count; i++)
        {
            SpanRecord span = spans[i];
            if (positions.TryAdd(span.SpanId, kept.Count))
            {
                kept.Add(span);
                continue;
            }

            int position = positions[span.SpanId];
            if (Differ(kept[position], span, out SpanRecord winner))
            {
                differing.Add(span.SpanId);
                kept[position] = winner;
            }
        }

        SpanRecord[] sorted = [.. kept];
        Array.Sort(sorted, CompareCanonically);
        conflicting = differing;
        return sorted;
    }

    private static bool Differ(SpanRecord first, SpanRecord second, out SpanRecord winner)
    {
        winner = first;
        if (ReferenceEquals(first, second))
        {
            return false;
        }

        byte[] firstContent = SpanContent.Encode(first);
        byte[] secondContent = SpanContent.Encode(second);
        if (firstContent.AsSpan().SequenceEqual(secondContent))
        {
            return false;
        }

        int order = first.EndUnixNanos.CompareTo(second.EndUnixNanos);
        order = order != 0 ? order : SpanContent.CompareHashes(firstContent, secondContent);
        winner = order >= 0 ? first : second;
        return true;
    }
}
