using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using static TraceGap.EndToEnd.Tests.Traces.SpanSource;

namespace TraceGap.EndToEnd.Tests.Traces;

/// <summary>
/// Seeded trace sets with everything that real ones have: layers by convention and by tag, retries, parallel branches, missing roots and parents, remote parents, skewed
/// services, cycles, reversed times, copies of a span that differ, sampling weights, aborts.
/// </summary>
internal static class RandomTraces
{
    /// <summary>When the first of them may start: an hour before the tests, since a server keeps what is long ago less finely. A whole minute, so that seeds give the same windows.</summary>
    public static readonly ulong Start = ((ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 60 - 60) * 60_000_000_000;

    private static readonly string[] Services = ["shop", "search", "tools"];

    /// <summary>Spans of <paramref name="count"/> traces, in order of trace and start.</summary>
    public static List<EmittedSpan> Generate(int seed, int count)
    {
        Random random = new(seed);
        List<EmittedSpan> spans = [];
        for (int i = 0; i < count; i++)
        {
            Trace(random, spans, Start + ((ulong)random.Next(0, 600) * 1_000_000_000));
        }

        return spans;
    }

    private static void Trace(Random random, List<EmittedSpan> all, ulong start)
    {
        List<EmittedSpan> trace = [];
        ByteString traceId = Id(random, 16);
        string state = random.Next(6) == 0 ? "ot=th:8" : "";
        Span root = New(random, traceId, null, "POST /ask", start, (ulong)random.Next(1, 400) * 1_000_003UL, state);
        root.Kind = Span.Types.SpanKind.Server;
        Fail(random, root, 8);
        trace.Add(new EmittedSpan("shop", root));
        Children(random, traceId, trace, root, depth: 0, state);
        Distort(random, trace);
        all.AddRange(trace);
    }

    private static void Children(Random random, ByteString traceId, List<EmittedSpan> trace, Span parent, int depth, string state)
    {
        if (depth == 3)
        {
            return;
        }

        ulong length = parent.EndTimeUnixNano - parent.StartTimeUnixNano;
        ulong cursor = parent.StartTimeUnixNano;
        for (int left = random.Next(0, 5); left > 0; left--)
        {
            ulong start = cursor + ((ulong)random.Next(0, 20) * length / 100);
            ulong duration = (ulong)random.Next(0, 40) * length / 100;
            Span child = Step(random, New(random, traceId, parent, "", start, duration, state));
            trace.Add(new EmittedSpan(Services[random.Next(Services.Length)], child));
            Children(random, traceId, trace, child, depth + 1, state);
            if (child.Status?.Code == Status.Types.StatusCode.Error && random.Next(2) == 0)
            {
                Span again = child.Clone();
                again.SpanId = Id(random, 8);
                again.StartTimeUnixNano = child.EndTimeUnixNano + 1_000_000;
                again.EndTimeUnixNano = again.StartTimeUnixNano + duration;
                again.Status = null;
                trace.Add(trace[^1] with { Span = again });
            }

            cursor = random.Next(4) == 0 ? start : start + duration;
        }
    }

    private static Span Step(Random random, Span span)
    {
        switch (random.Next(8))
        {
            case 0:
                span.Name = "chat model-a";
                span.Kind = Span.Types.SpanKind.Client;
                span.Attributes.Add(Text("gen_ai.operation.name", "chat"));
                span.Attributes.Add(Text("gen_ai.request.model", "model-a"));
                span.Attributes.Add(Text("gen_ai.response.model", $"model-a-{random.Next(3)}"));
                span.Attributes.Add(Text("gen_ai.input.messages", $"question {random.Next(2)}"));
                span.Attributes.Add(Integer("gen_ai.usage.input_tokens", random.Next(3)));
                span.Attributes.Add(Integer("gen_ai.usage.output_tokens", random.Next(1000)));
                span.Attributes.Add(Integer("gen_ai.usage.cache_read.input_tokens", random.Next(2)));
                span.Attributes.Add(Integer("ai.response.msToFirstChunk", random.Next(50)));
                break;
            case 1:
                span.Name = "execute_tool price";
                span.Attributes.Add(Text("gen_ai.operation.name", "execute_tool"));
                span.Attributes.Add(Text("gen_ai.tool.name", "price"));
                span.Attributes.Add(Text("gen_ai.tool.call.arguments", $"{random.Next(2)}"));
                break;
            case 2:
                span.Name = "retrieve";
                span.Attributes.Add(Text("openinference.span.kind", "RETRIEVER"));
                break;
            case 3:
                span.Name = "invoke_agent helper";
                span.Attributes.Add(Text("gen_ai.operation.name", "invoke_agent"));
                span.Attributes.Add(Text("gen_ai.agent.name", "helper"));
                break;
            case 4:
                span.Name = "render";
                span.Attributes.Add(Text("tracegap.layer", "assembly"));
                break;
            case 5:
                span.Name = "POST";
                span.Kind = Span.Types.SpanKind.Client;
                span.Attributes.Add(Text("url.path", "/v1/chat/completions"));
                span.Attributes.Add(Text("http.request.method", "POST"));
                break;
            case 6:
                span.Name = "publish";
                span.Kind = random.Next(2) == 0 ? Span.Types.SpanKind.Producer : Span.Types.SpanKind.Consumer;
                break;
            default:
                span.Name = $"work {random.Next(3)}";
                break;
        }

        Fail(random, span, 6);
        return span;
    }

    private static void Fail(Random random, Span span, int oneIn)
    {
        if (random.Next(oneIn) == 0)
        {
            bool abort = random.Next(5) == 0;
            span.Status = new Status { Code = Status.Types.StatusCode.Error, Message = abort ? "The operation was aborted" : "" };
            span.Attributes.Add(Text("error.type", random.Next(2) == 0 ? "timeout" : "500"));
        }
    }

    private static void Distort(Random random, List<EmittedSpan> trace)
    {
        int victim = random.Next(trace.Count);
        Span span = trace[victim].Span;
        switch (random.Next(12))
        {
            case 0:
                trace.RemoveAt(0);
                break;
            case 1:
                trace.RemoveAt(victim);
                break;
            case 2:
                (span.StartTimeUnixNano, span.EndTimeUnixNano) = (span.EndTimeUnixNano, span.StartTimeUnixNano);
                break;
            case 3:
                span.ParentSpanId = trace[random.Next(trace.Count)].Span.SpanId;
                break;
            case 4:
                Span copy = span.Clone();
                copy.EndTimeUnixNano += (ulong)random.Next(2) * 1_000_000;
                copy.Name += " again";
                trace.Add(trace[victim] with { Span = copy });
                break;
            case 5:
                foreach (EmittedSpan emitted in trace.Where(static emitted => emitted.Service == "search"))
                {
                    emitted.Span.StartTimeUnixNano += 700_000_000;
                    emitted.Span.EndTimeUnixNano += 700_000_000;
                }

                break;
            case 6:
                trace[0].Span.ParentSpanId = Id(random, 8);
                trace[0].Span.Flags = 0x300;
                break;
            case 7:
                trace[0].Span.Attributes.Add(Text("tracegap.outcome", "failed"));
                break;
        }
    }

    private static Span New(Random random, ByteString traceId, Span? parent, string name, ulong start, ulong duration, string state) => new()
    {
        TraceId = traceId,
        SpanId = Id(random, 8),
        ParentSpanId = parent?.SpanId ?? ByteString.Empty,
        Name = name,
        Kind = Span.Types.SpanKind.Internal,
        StartTimeUnixNano = start,
        EndTimeUnixNano = start + duration,
        TraceState = state,
    };
}
