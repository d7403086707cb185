using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Aggregation;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Otlp;
using TraceGap.Storage;

namespace TraceGap.Benchmarks.Areas;

/// <summary>
/// The stages of ingest one after the other on the same spans in this process, without network: what each costs per span, for tuning. The sum leaves out the server's own part
/// (connections, queues) and is no figure to quote; the whole path is measured apart.
/// </summary>
internal static class StagesArea
{
    private const string Baseline = "Google.Protobuf parse";

    // What a trace goes through in one go, each time from the beginning: only so is it in the processor's cache where the server has it there.
    private const string Read = "read, join";
    private const string Book = "read, join, analyse, book";
    private const string Store = "read, join, analyse, book, commit";
    private const int AppendsAtOnce = 8;
    private const int TracesPerCommit = 2_000;
    private const int WarmUpRounds = 2;

    // One for all rounds, as in the server: its memory is used again.
    private static readonly TraceAnalyzer Analyzer = new(AnalysisOptions.Default);

    public static async Task<Section> RunAsync(BenchmarkArguments arguments)
    {
        TrafficShape shape = new(arguments.SpansPerTrace ?? 10, arguments.SpansPerRequest ?? 100);
        int spans = arguments.Spans ?? 100_000;
        int rounds = arguments.Rounds ?? (arguments.Quick ? 5 : 9);
        using TemporaryFolder folder = new();
        if (!TraceStore.TryOpen(new StoreOptions { Folder = folder.Path }, out TraceStore? store, out StoreError? error))
        {
            throw new InvalidOperationException($"{error}");
        }

        using (store)
        {
            StageClock clock = new();
            AgentTraffic traffic = new(shape, seed: 1);
            OtlpTraceDecoder decoder = new();
            TraceAssembler assembler = new(new AssemblyOptions { MaxInFlightBytes = long.MaxValue });
            for (int round = -WarmUpRounds; round < rounds; round++)
            {
                if (round == 0)
                {
                    clock.Clear();
                }

                await RoundAsync(clock, traffic.Requests(spans, Clock.UnixNanos()), store, decoder, assembler);
            }

            return ToSection(clock, shape);
        }
    }

    private static async Task RoundAsync(StageClock clock, List<OtlpRequest> requests, TraceStore store, OtlpTraceDecoder decoder, TraceAssembler assembler)
    {
        int spans = requests.Sum(static request => request.Spans);
        clock.Run(Baseline, spans, () => Parse(requests));
        List<SpanBatch> decoded = clock.Run("decode", spans, () => Decode(decoder, requests));
        Expect(decoded.Sum(static it => it.Count) == spans, "a span was rejected");
        Task<List<long>> appends = clock.Run("inbox append", spans, () =>
        {
            Task<List<long>> all = AppendAsync(store, decoded);
            all.Wait();
            return all;
        });
        List<long> positions = await appends;
        IReadOnlyList<ClosedTrace> closed = clock.Run("assemble", spans, () => Assemble(assembler, decoded, positions));
        clock.Run(Read, spans, () => closed.Sum(static trace => Join(trace).Added.Count));
        clock.Run(Book, spans, () => closed.Sum(static trace => CommitOf(trace).NewSpans.Count));
        long stored = clock.Run(Store, spans, () => Commit(store, closed, positions[^1]));
        Expect(stored == spans, "a span was lost");
    }

    private static long Parse(List<OtlpRequest> requests) =>
        requests.Sum(static request => (long)ExportTraceServiceRequest.Parser.ParseFrom(request.Body.Span).ResourceSpans.Count);

    private static List<SpanBatch> Decode(OtlpTraceDecoder decoder, List<OtlpRequest> requests) =>
        [.. requests.Select(request => decoder.DecodeProtobuf(request.Body.Span).Batch)];

    private static async Task<List<long>> AppendAsync(TraceStore store, List<SpanBatch> decoded)
    {
        List<long> positions = new(decoded.Count);
        Queue<Task<AppendResult>> running = new();
        foreach (SpanBatch spans in decoded)
        {
            running.Enqueue(store.AppendAsync(spans, Clock.UnixNanos(), CancellationToken.None).AsTask());
            if (running.Count == AppendsAtOnce)
            {
                positions.Add((await running.Dequeue()).Position);
            }
        }

        while (running.TryDequeue(out Task<AppendResult>? last))
        {
            positions.Add((await last).Position);
        }

        return positions;
    }

    private static IReadOnlyList<ClosedTrace> Assemble(TraceAssembler assembler, List<SpanBatch> decoded, List<long> positions)
    {
        long now = Clock.UnixNanos();
        for (int i = 0; i < decoded.Count; i++)
        {
            assembler.Add(decoded[i], positions[i], now);
        }

        return assembler.Flush();
    }

    private static MergedTrace Join(ClosedTrace trace) => TraceMerge.Join([], trace.ReadSpans());

    private static TraceCommit CommitOf(ClosedTrace trace)
    {
        MergedTrace merged = Join(trace);
        BookedTrace booked = Analyzer.Book(merged.Spans, closed: false, revised: false);
        return new TraceCommit
        {
            TraceId = trace.TraceId,
            NewSpans = merged.Added,
            Contribution = booked.Contribution,
            OutcomeSource = booked.OutcomeSource,
            StartUnixNanos = booked.StartUnixNanos,
            EndUnixNanos = booked.EndUnixNanos,
            IsOpen = booked.Contribution.Outcome.Outcome == TraceOutcome.Open,
            Revision = 1,
            FirstArrivalUnixNanos = trace.FirstArrivalUnixNanos,
            LastArrivalUnixNanos = trace.LastArrivalUnixNanos,
        };
    }

    private static long Commit(TraceStore store, IReadOnlyList<ClosedTrace> closed, long position)
    {
        long spans = 0;
        int committed = 0;
        foreach (ClosedTrace[] batch in closed.Chunk(TracesPerCommit))
        {
            using StoreTransaction transaction = store.Begin();
            foreach (ClosedTrace trace in batch.Where(trace => !store.TryGetStoredSpanCount(trace.TraceId, out _)))
            {
                TraceCommit commit = CommitOf(trace);
                transaction.Add(commit);
                spans += commit.NewSpans.Count;
            }

            committed += batch.Length;
            transaction.Commit(committed == closed.Count ? position : 0);
        }

        return spans;
    }

    private static void Expect(bool condition, string otherwise)
    {
        if (!condition)
        {
            throw new InvalidOperationException(otherwise);
        }
    }

    private static Section ToSection(StageClock clock, TrafficShape shape)
    {
        double baseline = Spread.Of(clock.Stages[0].Rounds.Select(static cost => cost.CpuMicros)).Median;
        Table table = new("stage", "CPU µs/span", "× parse", "allocated/span");
        double micros = 0;
        double bytes = 0;
        foreach ((string name, List<Cost> costs) in clock.Stages)
        {
            Spread cpu = Spread.Of(costs.Select(static cost => cost.CpuMicros));
            Spread allocated = Spread.Of(costs.Select(static cost => cost.AllocatedBytes));
            table.Add(name, cpu.Text("0.000"), (cpu.Median / baseline).ToString("0.00"), allocated.Median.ToString("0"));
            bool isPart = name is Baseline or Read or Book;
            micros += isPart ? 0 : cpu.Median;
            bytes += isPart ? 0 : allocated.Median;
        }

        table.Add("all stages", micros.ToString("0.000"), (micros / baseline).ToString("0.00"), bytes.ToString("0"));
        return new Section("Stages", $"{shape}; median of {clock.Stages[0].Rounds.Count} rounds (smallest–largest).", table, []);
    }
}
