namespace TraceGap.Benchmarks.Load;

/// <summary>A span of a plan.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Parent">Index of its parent, always lower; −1 for the root.</param>
/// <param name="Retry">For the first of two attempts, the second; else 0.</param>
internal readonly record struct PlannedSpan(SpanKindOfAgent Kind, int Parent, int Retry = 0);

/// <summary>
/// The tree of a run: a request, an agent, and below it turns of model call, tool and retrieval, as many as the number of spans asks for. One turn in twenty has a model call that
/// is refused and repeated in place of the retrieval.
/// </summary>
internal sealed class TracePlan
{
    private const int RetryOneIn = 20;
    private const int PlansOfOneSize = 20;

    private TracePlan(PlannedSpan[] nodes)
    {
        Nodes = nodes;
        EndOrder = PostOrder(nodes);
    }

    /// <summary>The spans, parents before children.</summary>
    public PlannedSpan[] Nodes { get; }

    /// <summary>Indices of the spans in the order in which they end, hence in which SDKs export them: children before parents.</summary>
    public int[] EndOrder { get; }

    /// <summary>Several plans of one size.</summary>
    public static TracePlan[] Several(int spans) => [.. Enumerable.Range(0, PlansOfOneSize).Select(plan => OfRun(spans, plan))];

    /// <summary>A trace of one span.</summary>
    public static TracePlan OfOne(SpanKindOfAgent kind) => new([new PlannedSpan(kind, -1)]);

    private static TracePlan OfRun(int spans, int plan)
    {
        List<PlannedSpan> nodes = [];
        int agent = Add(nodes, AgentSpans.Agent, Add(nodes, AgentSpans.Root, -1));
        for (int turn = plan; nodes.Count < spans; turn++)
        {
            AddTurn(nodes, agent, turn % RetryOneIn == 0);
        }

        return new TracePlan([.. nodes.Take(spans)]);
    }

    private static void AddTurn(List<PlannedSpan> nodes, int agent, bool withRetry)
    {
        if (withRetry)
        {
            const int AttemptSpans = 2;
            Add(nodes, AgentSpans.Http, Add(nodes, AgentSpans.Chat, agent, nodes.Count + AttemptSpans));
        }

        Add(nodes, AgentSpans.Http, Add(nodes, AgentSpans.Chat, agent));
        Add(nodes, AgentSpans.McpServer, Add(nodes, AgentSpans.McpClient, Add(nodes, AgentSpans.Tool, agent)));
        if (!withRetry)
        {
            Add(nodes, AgentSpans.Database, Add(nodes, AgentSpans.Retriever, agent));
        }
    }

    private static int Add(List<PlannedSpan> nodes, SpanKindOfAgent kind, int parent, int retry = 0)
    {
        nodes.Add(new PlannedSpan(kind, parent, retry));
        return nodes.Count - 1;
    }

    // Nodes stand in pre-order, so a span ends when the first node comes that does not lie below it.
    private static int[] PostOrder(PlannedSpan[] nodes)
    {
        List<int> order = new(nodes.Length);
        Stack<int> open = new();
        for (int node = 0; node < nodes.Length; node++)
        {
            while (open.Count > 0 && open.Peek() != nodes[node].Parent)
            {
                order.Add(open.Pop());
            }

            open.Push(node);
        }

        order.AddRange(open);
        return [.. order];
    }
}
