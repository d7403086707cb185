using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Otlp;

namespace TraceGap.Benchmarks.Areas;

/// <summary>Decoding alone, against Google.Protobuf parsing the same requests into its messages.</summary>
internal static class DecodeArea
{
    private const double Budget = 1.0 / 3;
    private const int WarmUpRounds = 3;

    public static Section Run(BenchmarkArguments arguments)
    {
        int spans = arguments.Spans ?? 100_000;
        int rounds = arguments.Rounds ?? (arguments.Quick ? 5 : 11);
        Table table = new("decode", "parse µs/span", "decode µs/span", "ratio", "parse bytes/span", "decode bytes/span");
        List<Figure> figures = [];
        foreach (int perRequest in new[] { 100, 1_000 })
        {
            foreach ((string mix, SpanKindOfAgent? kind) in new[] { ("agent-like", null), ("all attributes kept", AgentSpans.AllKept), ("no attribute kept", AgentSpans.NoneKept) })
            {
                string name = $"{mix}, {perRequest:N0} spans/request";
                TrafficShape shape = new(kind is null ? 10 : 1, perRequest);
                (List<Cost> parse, List<Cost> decode) = Measure(new AgentTraffic(shape, seed: 1, kind).Requests(spans, Clock.UnixNanos()), rounds);
                Spread ratio = Spread.Of(decode.Zip(parse, static (ours, theirs) => ours.CpuMicros / theirs.CpuMicros));
                Spread bytes = Spread.Of(decode.Select(static cost => cost.AllocatedBytes));
                table.Add(
                    name,
                    Spread.Of(parse.Select(static cost => cost.CpuMicros)).Text("0.000"),
                    Spread.Of(decode.Select(static cost => cost.CpuMicros)).Text("0.000"),
                    ratio.Text(),
                    Spread.Of(parse.Select(static cost => cost.AllocatedBytes)).Median.ToString("0"),
                    bytes.Median.ToString("0"));
                figures.Add(new Figure($"decode against Google.Protobuf, {name}", ratio, "×", Budget));
                figures.Add(new Figure($"decode, allocated, {name}", bytes, "bytes/span", null));
            }
        }

        const string Method = "One thread; processor time of the process, garbage collection included. Each round parses all requests with the one, then with the other.";
        return new Section("Decoding", Method, table, figures);
    }

    private static (List<Cost> Parse, List<Cost> Decode) Measure(List<OtlpRequest> requests, int rounds)
    {
        int spans = requests.Sum(static request => request.Spans);
        OtlpTraceDecoder decoder = new();
        List<Cost> parse = [];
        List<Cost> decode = [];
        for (int round = -WarmUpRounds; round < rounds; round++)
        {
            Cost parsed = CostOf(() => requests.Sum(static request => ExportTraceServiceRequest.Parser.ParseFrom(request.Body.Span).ResourceSpans.Count));
            Cost decoded = CostOf(() => requests.Sum(request => decoder.DecodeProtobuf(request.Body.Span).Batch.Count), spans);
            if (round >= 0)
            {
                parse.Add(parsed.Per(spans));
                decode.Add(decoded.Per(spans));
            }
        }

        return (parse, decode);
    }

    private static Cost CostOf(Func<int> work, int? expected = null)
    {
        GC.Collect();
        Cost start = Cost.SoFar();
        int done = work();
        Cost cost = Cost.SoFar() - start;
        return expected is null || done == expected ? cost : throw new InvalidOperationException($"{done} of {expected} spans were decoded");
    }
}
