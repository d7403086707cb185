using System.Collections.Frozen;
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

    /// <summary>Whether spans are distinct and in canonical order as they stand; enters their positions as far as they are.</summary>
    public static bool AreCanonical(SpanRecord[] spans, SpanPositions positions)
    {
        positions.Reset(spans.Length);
        for (int i = 0; i < spans.Length; i++)
        {
            if ((i > 0 && CompareCanonically(spans[i - 1], spans[i]) >= 0) || positions.Enter(spans[i].SpanId, i) >= 0)
            {
                return false;
            }
        }

        return true;
    }

    /// <summary>Keeps one copy of every span.</summary>
    /// <param name="spans">Spans of one trace, in any order, with any repetition.</param>
    /// <param name="conflicting">Ids of the spans whose copies differ.</param>
    /// <returns>A new array in canonical order.</returns>
    public static SpanRecord[] Of(IReadOnlyList<SpanRecord> spans, out IReadOnlySet<SpanId> conflicting)
    {
        SpanRecord[] kept = [.. spans];
        int count = KeepOne(kept, out conflicting);
        if (count < kept.Length)
        {
            Array.Resize(ref kept, count);
        }

        StartOrder.Sort(kept, static span => span.StartUnixNanos, CompareCanonically);
        return kept;
    }

    /// <summary>Moves one copy of every span to the front, in order of its first copy.</summary>
    /// <returns>How many spans there are.</returns>
    private static int KeepOne(SpanRecord[] spans, out IReadOnlySet<SpanId> conflicting)
    {
        conflicting = FrozenSet<SpanId>.Empty;
        if (spans.Length < 2)
        {
            return spans.Length;
        }

        HashSet<SpanId>? differing = null;
        using SpanPositions positions = new();
        positions.Reset(spans.Length);
        int count = 0;
        foreach (SpanRecord span in spans)
        {
            int position = positions.Enter(span.SpanId, count);
            if (position < 0)
            {
                spans[count++] = span;
            }
            else if (Differ(spans[position], span, out SpanRecord winner))
            {
                (differing ??= []).Add(span.SpanId);
                spans[position] = winner;
            }
        }

        conflicting = differing ?? conflicting;
        return count;
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
