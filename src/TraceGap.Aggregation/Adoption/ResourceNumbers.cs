using TraceGap.Otlp;

namespace TraceGap.Aggregation;

/// <summary>Small numbers for the resources of a trace: equal number, same resource.</summary>
internal static class ResourceNumbers
{
    public static int[] Of(SpanTree tree)
    {
        Dictionary<string, int> byIdentity = new(StringComparer.Ordinal);
        int[] numbers = new int[tree.Count];
        for (int span = 0; span < tree.Count; span++)
        {
            // Spans of a request share their resource; a run of them costs one look.
            ResourceRecord resource = tree.Spans[span].Resource;
            if (span > 0 && ReferenceEquals(resource, tree.Spans[span - 1].Resource))
            {
                numbers[span] = numbers[span - 1];
                continue;
            }

            if (!byIdentity.TryGetValue(resource.Identity, out int number))
            {
                number = byIdentity.Count;
                byIdentity.Add(resource.Identity, number);
            }

            numbers[span] = number;
        }

        return numbers;
    }
}
