using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// Steps that ran one after the other and perhaps need not have: groups of one parent and the same children, in whatever order they ran, with what running them together would have saved.
/// </summary>
internal static class SerializationBuilder
{
    /// <summary>Most groups of a report. Agents that choose their tools freely make many, of which few matter.</summary>
    public const int MaxGroups = 100;

    /// <summary>The groups that cost most time, most first.</summary>
    /// <param name="serial">Groups by order of their children.</param>
    /// <param name="records">Paths of the same traces and of others.</param>
    /// <param name="shareOf">A time as a share of all end-to-end time.</param>
    public static SerializationReport[] Build(IReadOnlyDictionary<SerialGroup, SerialSum> serial, IEnumerable<OutcomeRecord> records, Func<Int128, double?> shareOf)
    {
        if (serial.Count == 0)
        {
            return [];
        }

        OrderEvidence evidence = new([.. serial.Keys], records);
        return
        [
            .. serial.GroupBy(static entry => entry.Key.InAnyOrder())
                .Select(static orders => (Order: Commonest(orders), Sum: orders.Aggregate(default(SerialSum), static (sum, order) => sum + order.Value)))
                .OrderByDescending(static group => group.Sum.Nanos)
                .ThenBy(static group => group.Order)
                .Take(MaxGroups)
                .Select(group => new SerializationReport(
                    group.Order.Parent.Text,
                    [.. group.Order.Children.Select(static child => child.Text)],
                    (double)group.Sum.Nanos / (LatencyUnits.NanosPerMillisecond * group.Sum.Traces),
                    shareOf(group.Sum.Nanos),
                    group.Sum.Traces,
                    Text(evidence.Of(group.Order)))),
        ];
    }

    private static SerialGroup Commonest(IEnumerable<KeyValuePair<SerialGroup, SerialSum>> orders) =>
        orders.OrderByDescending(static order => order.Value.Traces).ThenBy(static order => order.Key).First().Key;

    private static string Text(OrderConfidence confidence) => confidence switch
    {
        OrderConfidence.Proven => "proven",
        OrderConfidence.Likely => "likely",
        _ => "possible",
    };
}
