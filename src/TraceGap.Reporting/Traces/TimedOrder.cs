using TraceGap.Aggregation;

namespace TraceGap.Reporting.Traces;

/// <summary>
/// Where the critical path goes from one child to the next: it takes the second to have waited for the first because the one had ended when the other began, and nothing but timing says so. There
/// may be a dependency between them that no span shows, or none.
/// </summary>
internal static class TimedOrder
{
    /// <summary>The places in order of time. Costs by the spans on the path.</summary>
    public static IEnumerable<TimedOrderEntry> Of(TraceFindings findings)
    {
        HashSet<int> entered = [];
        Dictionary<int, int> lastChild = [];
        List<TimedOrderEntry> places = [];
        foreach (PathSegment segment in findings.CriticalPath)
        {
            for (int span = segment.SpanIndex; span >= 0 && entered.Add(span); span = findings.Spans[span].ParentIndex)
            {
                int parent = findings.Spans[span].ParentIndex;
                if (lastChild.TryGetValue(parent, out int before))
                {
                    places.Add(new TimedOrderEntry(Id(parent), Id(before), Id(span)));
                }

                lastChild[parent] = span;
            }
        }

        return places;

        string Id(int span) => findings.Spans[span].Span.SpanId.ToString();
    }
}
