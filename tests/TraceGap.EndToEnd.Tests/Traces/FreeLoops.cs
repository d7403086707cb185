using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using static TraceGap.EndToEnd.Tests.Traces.SpanSource;

namespace TraceGap.EndToEnd.Tests.Traces;

/// <summary>Seeded traces of an agent that calls its tools as it likes: nearly every trace has a path of its own. Nine in ten end within one hour, the others in the hour after it.</summary>
internal static class FreeLoops
{
    private const int Tools = 8;
    private const int Calls = 7;
    private const ulong NanosPerSecond = 1_000_000_000;

    /// <summary>Two whole hours that are over.</summary>
    private static readonly ulong Start = ((ulong)TimeProvider.System.GetUtcNow().ToUnixTimeSeconds() / 3600 - 3) * 3600 * NanosPerSecond;

    /// <summary>Spans of <paramref name="count"/> traces, in order of trace and start.</summary>
    public static List<EmittedSpan> Generate(int seed, int count)
    {
        Random random = new(seed);
        List<EmittedSpan> spans = [];
        for (int i = 0; i < count; i++)
        {
            Trace(random, spans, Start + ((ulong)(i % 10 == 0 ? 3600 + random.Next(3000) : random.Next(3000)) * NanosPerSecond));
        }

        return spans;
    }

    private static void Trace(Random random, List<EmittedSpan> spans, ulong start)
    {
        Span root = New(random, Id(random, 16), null, "POST /ask", start, NanosPerSecond);
        root.Kind = Span.Types.SpanKind.Server;
        spans.Add(new EmittedSpan("shop", root));
        for (uint call = 0; call < Calls; call++)
        {
            string tool = $"tool {(char)('a' + random.Next(Tools))}";
            Span span = New(random, root.TraceId, root, $"execute_tool {tool}", start + (call * NanosPerSecond / 10), NanosPerSecond / 20);
            span.Attributes.Add(Text("gen_ai.operation.name", "execute_tool"));
            span.Attributes.Add(Text("gen_ai.tool.name", tool));
            spans.Add(new EmittedSpan("shop", span));
            if (random.Next(50) == 0)
            {
                span.Status = new Status { Code = Status.Types.StatusCode.Error };
                root.Status = span.Status;
                return;
            }
        }
    }

    private static Span New(Random random, ByteString traceId, Span? parent, string name, ulong start, ulong duration) => new()
    {
        TraceId = traceId,
        SpanId = Id(random, 8),
        ParentSpanId = parent?.SpanId ?? ByteString.Empty,
        Name = name,
        Kind = Span.Types.SpanKind.Internal,
        StartTimeUnixNano = start,
        EndTimeUnixNano = start + duration,
    };
}
