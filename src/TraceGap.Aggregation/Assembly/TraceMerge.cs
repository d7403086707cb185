using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>The spans of a trace after more of them came.</summary>
/// <param name="Spans">The distinct spans, canonical order.</param>
/// <param name="Added">Those of them that were not stored; empty if nothing new came.</param>
public readonly record struct MergedTrace(IReadOnlyList<SpanRecord> Spans, IReadOnlyList<SpanRecord> Added);

/// <summary>Joins the spans that came to a trace with those that are stored. Duplicates change nothing.</summary>
public static class TraceMerge
{
    /// <summary>Joins both.</summary>
    /// <param name="stored">Spans as stored, weaker copies included; empty for a new trace.</param>
    /// <param name="arrived">Spans as they came.</param>
    public static MergedTrace Join(IReadOnlyList<SpanRecord> stored, IReadOnlyList<SpanRecord> arrived)
    {
        if (stored.Count == 0)
        {
            SpanRecord[] all = DistinctSpans.Of(arrived, out _);
            return new MergedTrace(all, all);
        }

        // Of equal copies the first stays, so what is not one of the stored objects is new or stronger than its stored copy.
        SpanRecord[] joined = DistinctSpans.Of([.. stored, .. arrived], out _);
        HashSet<SpanRecord> known = new(stored, ReferenceEqualityComparer.Instance);
        return new MergedTrace(joined, Array.FindAll(joined, span => !known.Contains(span)));
    }
}
