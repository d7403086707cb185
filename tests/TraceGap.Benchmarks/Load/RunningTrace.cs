namespace TraceGap.Benchmarks.Load;

/// <summary>A trace whose spans are being sent.</summary>
internal sealed class RunningTrace
{
    private const byte NotChosen = byte.MaxValue;

    private int _sent;

    /// <summary>Begins a run that ends at <paramref name="endUnixNanos"/>.</summary>
    public RunningTrace(TracePlan plan, Durations durations, Random random, long endUnixNanos)
    {
        Plan = plan;
        int count = plan.Nodes.Length;
        SpanIds = new ulong[count];
        Variants = new byte[count];
        Array.Fill(Variants, NotChosen);
        Starts = new long[count];
        Ends = new long[count];
        IdHigh = NewId(random);
        IdLow = NewId(random);
        for (int node = 0; node < count; node++)
        {
            SpanIds[node] = NewId(random);
            Variants[node] = Variant(node, random);
        }

        SetTimes(durations, random, endUnixNanos);
    }

    public TracePlan Plan { get; }

    public ulong IdHigh { get; }

    public ulong IdLow { get; }

    public ulong[] SpanIds { get; }

    public byte[] Variants { get; }

    public long[] Starts { get; }

    public long[] Ends { get; }

    public bool IsSent => _sent == Plan.Nodes.Length;

    public SpanTemplate Template(int node) => Plan.Nodes[node].Kind.Variants[Variants[node]];

    /// <summary>The next span to send.</summary>
    public int Next() => Plan.EndOrder[_sent++];

    private static ulong NewId(Random random) => (ulong)random.NextInt64(long.MinValue, long.MaxValue);

    private byte Variant(int node, Random random)
    {
        if (Variants[node] != NotChosen)
        {
            return Variants[node];
        }

        PlannedSpan span = Plan.Nodes[node];
        int half = span.Kind.Variants.Length / 2;
        int variant = span.Kind.Rule switch
        {
            VariantRule.AsParent => Variants[span.Parent],
            VariantRule.MostlyOfTrace when random.Next(8) != 0 => Variants[0] % half,
            VariantRule.RarelyFailing when random.Next(33) == 0 => half + random.Next(half),
            _ => random.Next(half),
        };
        if (span.Retry == 0)
        {
            return (byte)variant;
        }

        // The second attempt repeats the call of the first, which fails; a plan may end between them.
        if (span.Retry < Variants.Length)
        {
            Variants[span.Retry] = (byte)variant;
        }

        return (byte)(half + variant);
    }

    // Spans follow each other without overlap, a little apart; a parent lasts as long as its children and its own work.
    private void SetTimes(Durations durations, Random random, long endUnixNanos)
    {
        PlannedSpan[] nodes = Plan.Nodes;
        long[] lengths = new long[nodes.Length];
        for (int node = nodes.Length - 1; node >= 0; node--)
        {
            lengths[node] += durations.Next(random, Template(node).TypicalNanos);
            if (nodes[node].Parent >= 0)
            {
                lengths[nodes[node].Parent] += lengths[node];
            }
        }

        Starts[0] = endUnixNanos - lengths[0];
        long[] cursors = new long[nodes.Length];
        for (int node = 0; node < nodes.Length; node++)
        {
            int parent = nodes[node].Parent;
            if (parent >= 0)
            {
                // Before each child passes a part of the parent's own work; the rest passes after the last child.
                Starts[node] = cursors[parent] + random.Next(1_000, 50_000);
                cursors[parent] = Starts[node] + lengths[node];
            }

            Ends[node] = Starts[node] + lengths[node];
            cursors[node] = Starts[node];
        }

        WidenParents();
    }

    private void WidenParents()
    {
        for (int node = Plan.Nodes.Length - 1; node > 0; node--)
        {
            int parent = Plan.Nodes[node].Parent;
            Ends[parent] = Math.Max(Ends[parent], Ends[node] + 1_000);
        }
    }
}
