using TraceGap.Otlp;

namespace TraceGap.Aggregation.Tests;

/// <summary>Random traces with everything that the rules look at: layers of all kinds, failures, aborts, retries, transport beside its call, orphans, cycles, several services and scopes.</summary>
internal static class RandomAgentTrace
{
    private static readonly string[] Services = ["agent", "agent", "agent", "tools"];
    private static readonly string[] ScopeNames = ["framework", "framework", "sdk"];
    private static readonly string[] Paths = ["/v1/chat/completions", "/mcp", "/search", "/x"];

    public static IReadOnlyList<SpanRecord> Make(Random random)
    {
        AgentTrace trace = new();
        int count = random.Next(1, 25);
        if (random.Next(8) > 0)
        {
            trace.Root(0, 100, random.Next(3) == 0 ? 500 : 200);
        }

        for (int i = 0; i < count; i++)
        {
            Add(trace, random, i);
        }

        return trace.Spans;
    }

    private static void Add(AgentTrace trace, Random random, int i)
    {
        string parent = random.Next(12) == 0 ? $"lost{random.Next(2)}" : i == 0 || random.Next(3) == 0 ? "root" : $"s{random.Next(random.Next(6) == 0 ? i + 3 : i)}";
        double start = random.Next(0, 90) + (random.Next(3) == 0 ? 0.3 : 0);
        double end = start + random.Next(-1, 40) + (random.Next(3) == 0 ? 0.4 : 0);
        SpanStatus status = (SpanStatus)random.Next(3);
        SpanFacts facts = random.Next(6) switch { 0 => SpanFacts.Abort, 1 => SpanFacts.Timeout, 2 => SpanFacts.ResultTextError, _ => SpanFacts.None };
        string service = Services[random.Next(Services.Length)];
        string scope = ScopeNames[random.Next(ScopeNames.Length)];
        string id = $"s{i}";
        switch (random.Next(9))
        {
            case 0:
                trace.Span(id, start, end, parent, "chat m", SpanKind.Client, status, service, scope, facts, with: [("gen_ai.operation.name", "chat"), ("gen_ai.usage.input_tokens", random.Next(9))]);
                break;
            case 1:
                trace.Span(id, start, end, parent, "lookup", SpanKind.Internal, status, service, scope, facts, with: [("openinference.span.kind", "TOOL")]);
                break;
            case 2:
                trace.Span(id, start, end, parent, "retrieve", SpanKind.Internal, status, service, scope, facts, results: random.Next(-1, 2), with: [("openinference.span.kind", "CHAIN")]);
                break;
            case 3:
                trace.Span(id, start, end, parent, $"agent {random.Next(2)}", SpanKind.Internal, status, service, scope, facts, with: [("openinference.span.kind", "AGENT")]);
                break;
            case 4:
                trace.Http(id, start, end, parent, Paths[random.Next(Paths.Length)], random.Next(4) switch { 0 => 0, 1 => 500, _ => 200 }, random.Next(3) == 0 ? "GET" : "POST", service);
                break;
            case 5:
                trace.Span(id, start, end, parent, "POST", SpanKind.Server, status, service, "http", facts);
                break;
            case 6:
                trace.Span(id, start, end, parent, "RunnableSequence", SpanKind.Internal, status, service, scope, facts, with: [("openinference.span.kind", "CHAIN")]);
                break;
            case 7:
                trace.Span(id, start, end, parent, "check", SpanKind.Internal, status, service, scope, facts, with: [("openinference.span.kind", random.Next(2) == 0 ? "GUARDRAIL" : "EVALUATOR")]);
                break;
            default:
                trace.Span(id, start, end, parent, "work", SpanKind.Internal, status, service, scope, facts);
                break;
        }
    }
}
