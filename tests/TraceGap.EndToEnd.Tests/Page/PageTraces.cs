using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Page;

/// <summary>Traces made for what a page must bear.</summary>
internal static class PageTraces
{
    private const ulong Millisecond = 1_000_000;

    /// <summary>A trace with so many spans: a root, and agents with tools below them, one after the other.</summary>
    public static (string TraceId, List<EmittedSpan> Spans) Long(int count)
    {
        Random random = new(5);
        ByteString trace = SpanSource.Id(random, 16);
        ByteString root = SpanSource.Id(random, 8);
        ulong start = Now() - ((ulong)count * Millisecond);
        List<EmittedSpan> spans = [new("shop", Make(trace, root, null, "POST /long", start, start + ((ulong)count * Millisecond), Span.Types.SpanKind.Server))];
        ByteString agent = root;
        for (int index = 1; index < count; index++)
        {
            bool isAgent = index % 10 == 1;
            ByteString id = SpanSource.Id(random, 8);
            ulong begin = start + ((ulong)index * Millisecond);
            Span span = Make(trace, id, isAgent ? root : agent, isAgent ? $"agent {index}" : $"tool {index}", begin, begin + ((isAgent ? 9UL : 1UL) * Millisecond));
            span.Attributes.Add(SpanSource.Text("tracegap.layer", isAgent ? "orchestration" : "tool_call"));
            spans.Add(new EmittedSpan("shop", span));
            agent = isAgent ? id : agent;
        }

        return (Convert.ToHexStringLower(trace.Span), spans);
    }

    /// <summary>Runs that ended some minutes ago, each a try of one of five tasks; every fourth fails.</summary>
    public static List<EmittedSpan> Tries(int count)
    {
        Random random = new(9);
        ulong end = Now() - (180_000 * Millisecond);
        return
        [
            .. Enumerable.Range(0, count).Select(index =>
            {
                Span root = Make(SpanSource.Id(random, 16), SpanSource.Id(random, 8), null, "POST /solve", end - (100 * Millisecond), end, Span.Types.SpanKind.Server);
                root.Attributes.Add(SpanSource.Text("tracegap.task.id", $"task {index % 5}"));
                root.Status = index % 4 == 0 ? new Status { Code = Status.Types.StatusCode.Error } : null;
                return new EmittedSpan("shop", root);
            }),
        ];
    }

    /// <summary>A failed trace whose every text is an attack.</summary>
    public static (string TraceId, List<EmittedSpan> Spans) Hostile(string text)
    {
        Random random = new(text.Length);
        ByteString trace = SpanSource.Id(random, 16);
        ByteString root = SpanSource.Id(random, 8);
        ulong end = Now();
        Span top = Make(trace, root, null, text, end - (100 * Millisecond), end, Span.Types.SpanKind.Server);
        Span tool = Make(trace, SpanSource.Id(random, 8), root, text, end - (90 * Millisecond), end - (10 * Millisecond));
        foreach (string key in (string[])["gen_ai.tool.name", "error.type", "url.full", "gen_ai.request.model", "gen_ai.agent.name"])
        {
            tool.Attributes.Add(SpanSource.Text(key, text));
        }

        tool.Attributes.Add(SpanSource.Text("gen_ai.operation.name", "execute_tool"));
        tool.Status = new Status { Code = Status.Types.StatusCode.Error, Message = text };
        top.Status = new Status { Code = Status.Types.StatusCode.Error, Message = text };
        return (Convert.ToHexStringLower(trace.Span), [new(text, top), new(text, tool)]);
    }

    private static ulong Now() => (ulong)(TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * 100;

    private static Span Make(ByteString trace, ByteString id, ByteString? parent, string name, ulong start, ulong end, Span.Types.SpanKind kind = Span.Types.SpanKind.Internal) => new()
    {
        TraceId = trace,
        SpanId = id,
        ParentSpanId = parent ?? ByteString.Empty,
        Name = name,
        Kind = kind,
        StartTimeUnixNano = start,
        EndTimeUnixNano = end,
    };
}
