using System.Text;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;
using TraceGap.Otlp;

namespace TraceGap.Benchmarks.Areas;

/// <summary>Memory of spans that wait for the rest of their trace: the managed heap of a server that holds many, after full collections.</summary>
internal static class MemoryArea
{
    private const double Budget = 200;

    private static readonly TrafficShape Shape = new(10, 100);

    public static async Task<Section> RunAsync(BenchmarkArguments arguments)
    {
        int spans = arguments.Spans ?? (arguments.Quick ? 200_000 : 500_000);
        using TemporaryFolder folder = new();

        // No trace falls quiet, and none is stored early.
        await using MeasuredProcess server = await MeasuredProcess.StartServerAsync(
            folder.Path, "Assembly:QuietPeriod=1h", "Assembly:IdleTimeout=1h", "MaxMemoryBytes=17179869184");
        using OtlpSender sender = OtlpSender.For(Transport.Grpc, server.Addresses.OtlpGrpc);
        AgentTraffic traffic = new(Shape, seed: 1);

        // The first fill brings what is there once: caches, pools, queues.
        await sender.SendAsync(traffic.Requests(spans / 5, Clock.UnixNanos()));
        await Task.Delay(TimeSpan.FromSeconds(1));
        ProcessFigures before = await server.CollectAsync();
        List<OtlpRequest> requests = traffic.Requests(spans, Clock.UnixNanos());
        await sender.SendAsync(requests);
        await Task.Delay(TimeSpan.FromSeconds(1));
        ProcessFigures after = await server.CollectAsync();

        int sent = requests.Sum(static request => request.Spans);
        double heap = (double)(after.HeapBytes - before.HeapBytes) / sent;
        double text = (double)requests.Sum(KeptTextBytes) / sent;
        Table table = new("in flight", "spans", "heap bytes/span", "kept text bytes/span", "beyond the text");
        table.Add(Shape.ToString(), sent.ToString("N0"), heap.ToString("0"), text.ToString("0"), (heap - text).ToString("0"));
        const string Method = "Growth of the server's managed heap, after full compacting collections, by so many spans held in flight. Kept text: the UTF-8 bytes of the text values of kept span attributes, each counted in every span that has it; names, keys, numbers, ids and times are not part of it.";
        return new Section("Memory in flight", Method, table, [new Figure("memory per span in flight beyond kept attribute text", Spread.Of([heap - text]), "bytes", Budget)]);
    }

    private static long KeptTextBytes(OtlpRequest request)
    {
        long bytes = 0;
        foreach (SpanRecord span in new OtlpTraceDecoder().DecodeProtobuf(request.Body.Span).Batch.ToRecords())
        {
            foreach ((_, AttributeValue value) in span.Attributes.Items)
            {
                bytes += value.Type == AttributeType.Text ? Encoding.UTF8.GetByteCount(value.AsText()) : 0;
            }
        }

        return bytes;
    }
}
