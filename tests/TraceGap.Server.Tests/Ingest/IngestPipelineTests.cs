using System.Diagnostics.Metrics;
using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;
using TraceGap.Server.Ingest;
using TraceGap.Server.Otlp;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Security;
using TraceGap.Storage;

namespace TraceGap.Server.Tests.Ingest;

/// <summary>The stream over a real store whose database fails.</summary>
public sealed class IngestPipelineTests : IAsyncDisposable
{
    private const int RootPageBytes = 4096;

    private static readonly long SpanStart = Now();

    private static readonly AssemblyOptions ShortPeriods = new()
    {
        Quiet = TimeSpan.FromMilliseconds(20), Idle = TimeSpan.FromMilliseconds(40), RootGrace = TimeSpan.FromMilliseconds(100),
    };

    private readonly string _folder = Directory.CreateTempSubdirectory("tracegap-pipeline-").FullName;
    private readonly RecordedLog _log = new();
    private readonly Meter _meter = new("tests");
    private TraceStore? _store;
    private IngestPipeline? _pipeline;

    private string Database => Path.Combine(_folder, "tracegap.db");

    [Fact]
    public async Task While_commits_fail_what_waits_is_bounded_and_nothing_is_lost()
    {
        IngestPipeline pipeline = Start(maxQueuedBytes: 20_000);
        Execute("CREATE TRIGGER refuse BEFORE UPDATE ON store BEGIN SELECT RAISE(ABORT, 'refused'); END");
        ulong taken = 0;
        await Eventually.Async(() =>
        {
            SinkResult result = Accept(pipeline, taken + 1, spans: 5);
            taken += result.Outcome == SinkOutcome.Accepted ? 1UL : 0;
            return result.Outcome == SinkOutcome.Overloaded;
        });
        Assert.Contains("refused", pipeline.Problem, StringComparison.Ordinal);
        Assert.InRange(pipeline.QueuedBytes, 20_000, 40_000);

        Execute("DROP TRIGGER refuse");
        await Eventually.Async(() => IsStored(taken) && pipeline.Problem is null);
        Assert.All(Enumerable.Range(1, (int)taken), trace => Assert.True(IsStored((ulong)trace)));
        Assert.Single(_log.Texts, static text => text.Contains("cannot be stored", StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_arrives_while_the_inbox_is_taken_up_is_stored_once()
    {
        for (ulong round = 1; round <= 20; round++)
        {
            IngestPipeline pipeline = Start();
            Accept(pipeline, round, spans: 3);
            await Eventually.Async(() => IsStored(round));
            await StopAsync();
        }

        Assert.DoesNotContain(_log.Texts, static text => text.Contains("defect", StringComparison.Ordinal));
    }

    [Theory]
    [InlineData("trace_block_by_end")]
    [InlineData("open_trace")]
    public async Task A_database_that_turns_out_to_be_damaged_while_serving_is_replaced_and_nothing_that_can_be_read_is_lost(string table)
    {
        Accept(Start(), trace: 1, spans: 3);
        await Eventually.Async(() => IsStored(1));
        await StopAsync();
        Damage(table);

        IngestPipeline pipeline = Start();
        Accept(pipeline, trace: 2, spans: 3);
        await Eventually.Async(() => IsStored(2) && pipeline.Problem is null);

        Assert.Equal(3, _store!.Find(IdOf(1))!.Spans.Count);
        string aside = Assert.Single(Directory.GetFiles(_folder, "tracegap.db.damaged-*"), static file => !file.EndsWith("-wal", StringComparison.Ordinal));
        Assert.Contains(pipeline.Damages, damage => damage.File == aside);
        await Eventually.Async(() => _log.Texts.Any(text => text.Contains(aside, StringComparison.Ordinal)));
        Assert.Equal(2, _store.ReadRollups(new CellQuery { FromMinute = 0, ToMinute = uint.MaxValue }).Cells.Sum(static cell => cell.Cell.Traces));
    }

    [Fact]
    public async Task What_a_run_before_left_is_taken_up_and_told_as_a_problem_until_it_is()
    {
        TraceStore store = Open();
        for (ulong trace = 1; trace <= 50; trace++)
        {
            Assert.True((await store.AppendAsync(Spans(trace, 4, 1), Now() - (50 - (long)trace), default)).IsDurable);
        }

        await StopAsync();
        IngestPipeline pipeline = NewPipeline(Open(), maxQueuedBytes: 1 << 20);
        Task<long> takenUp = pipeline.Start();
        Assert.Contains("recovering", pipeline.Problem ?? "recovering", StringComparison.Ordinal);
        Assert.Equal(200, await takenUp);
        await Eventually.Async(() => pipeline.Problem is null && IsStored(50));
    }

    [Fact]
    public async Task Traces_that_are_too_old_are_removed_beside_what_arrives()
    {
        const long ThirtyOneDays = 31L * 86_400 * 1_000_000_000;
        TraceStore store = Open();
        Assert.True((await store.AppendAsync(Spans(1, 4, 1), Now() - ThirtyOneDays, default)).IsDurable);
        Assert.True((await store.AppendAsync(Spans(2, 4, 1), Now(), default)).IsDurable);
        IngestPipeline pipeline = NewPipeline(store, maxQueuedBytes: 1 << 20);
        await pipeline.Start();
        await Eventually.Async(() => store.RemovedTraces == 1 && IsStored(2));
        Assert.False(IsStored(1));
    }

    [Fact]
    public async Task Spans_that_come_too_late_are_kept_beside_their_trace_and_counted_apart()
    {
        TraceStore store = Open(new RetentionOptions { ReopenHorizon = TimeSpan.FromTicks(1) });
        IngestPipeline pipeline = NewPipeline(store, maxQueuedBytes: 1 << 20);
        await pipeline.Start();
        Accept(pipeline, trace: 1, spans: 3);
        await Eventually.Async(() => IsStored(1));
        Accept(pipeline, trace: 1, spans: 2, firstSpan: 3);
        await Eventually.Async(() => store.Find(IdOf(1))!.LateSpans.Count == 1);

        StoredTrace trace = store.Find(IdOf(1))!;
        Assert.Equal((3, 1), (trace.Spans.Count, trace.Revision));
        Assert.Equal(4UL, Assert.Single(trace.LateSpans).SpanId.Value);
        Accept(pipeline, trace: 1, spans: 3, firstSpan: 3);
        await Eventually.Async(() => store.Find(IdOf(1))!.LateSpans.Count == 2);
        Assert.Equal(1, store.ReadRollups(new CellQuery { FromMinute = 0, ToMinute = uint.MaxValue }).Cells.Sum(static cell => cell.Cell.Traces));
    }

    [Fact]
    public async Task Of_a_trace_with_too_many_spans_those_that_came_first_are_analysed_with_its_root_and_the_others_are_kept_beside_it()
    {
        TraceStore store = Open();
        IngestPipeline pipeline = NewPipeline(store, maxQueuedBytes: 1 << 20, spansPerTrace: 4);
        await pipeline.Start();
        Accept(pipeline, trace: 1, spans: 9, firstSpan: 2);
        Accept(pipeline, trace: 1, spans: 1, firstSpan: 1);
        await Eventually.Async(() => IsStored(1) && store.Find(IdOf(1))!.LateSpans.Count == 6);
        Assert.Equal([1UL, 2UL, 3UL, 4UL], store.Find(IdOf(1))!.Spans.Select(static span => span.SpanId.Value).Order());

        Accept(pipeline, trace: 1, spans: 5, firstSpan: 11);
        await Eventually.Async(() => store.Find(IdOf(1))!.LateSpans.Count == 11);
        Assert.Equal(4, store.ReadRollups(new CellQuery { FromMinute = 0, ToMinute = uint.MaxValue }).Cells.Single().Cell.Spans);
    }

    [Fact]
    public async Task A_pipeline_that_takes_no_more_says_so_and_stores_what_it_has()
    {
        IngestPipeline pipeline = Start();
        Assert.Equal(SinkOutcome.Accepted, Accept(pipeline, trace: 1, spans: 2).Outcome);
        pipeline.StopTaking();
        Assert.Equal(SinkOutcome.Unavailable, Accept(pipeline, trace: 2, spans: 2).Outcome);
        Assert.Contains("shutting down", pipeline.Problem, StringComparison.Ordinal);
        await pipeline.DisposeAsync();
        Assert.True(IsStored(1));
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        _meter.Dispose();
        Directory.Delete(_folder, recursive: true);
    }

    private static SinkResult Accept(IngestPipeline pipeline, ulong trace, int spans, ulong firstSpan = 1) =>
        pipeline.AcceptAsync(Spans(trace, spans, firstSpan), default).AsTask().GetAwaiter().GetResult();

    private static long Now() => (TimeProvider.System.GetUtcNow() - DateTimeOffset.UnixEpoch).Ticks * TimeSpan.NanosecondsPerTick;

    private static TraceId IdOf(ulong trace) => new(0x77, trace);

    private static SpanBatch Spans(ulong trace, int count, ulong first) => SpanBatch.From(
        [.. Enumerable.Range(0, count).Select(index => new SpanRecord
        {
            TraceId = IdOf(trace),
            SpanId = new SpanId(first + (ulong)index),
            ParentSpanId = new SpanId(first + (ulong)index == 1 ? 0UL : 1UL),
            Name = "step",
            StartUnixNanos = SpanStart,
            EndUnixNanos = SpanStart + 1_000_000_000,
            Resource = new ResourceRecord(AttributeSet.From([new("service.name", AttributeValue.Of("shop"))])),
            Scope = ScopeRecord.None,
        })]);

    private IngestPipeline Start(long maxQueuedBytes = 1 << 20)
    {
        IngestPipeline pipeline = NewPipeline(Open(), maxQueuedBytes);
        pipeline.Start();
        return pipeline;
    }

    private static Func<TraceAnalyzer> NewAnalyzer()
    {
        TraceAnalyzer analyzer = new(new AnalysisOptions());
        return () => analyzer;
    }

    private IngestPipeline NewPipeline(TraceStore store, long maxQueuedBytes, int spansPerTrace = int.MaxValue) => _pipeline = new IngestPipeline(
        store, NewAnalyzer(), new TraceAssembler(ShortPeriods), new IngestLimits(maxQueuedBytes, spansPerTrace), TimeProvider.System, _log, new IngestMetrics(_meter));

    private TraceStore Open(RetentionOptions? retention = null)
    {
        Assert.True(TraceStore.TryOpen(new StoreOptions { Folder = _folder, Retention = retention ?? new RetentionOptions() }, out _store, out StoreError? error), error?.ToString());
        return _store;
    }

    private async Task StopAsync()
    {
        if (_pipeline is not null)
        {
            await _pipeline.DisposeAsync();
        }

        _store?.Dispose();
        _pipeline = null;
        _store = null;
    }

    private bool IsStored(ulong trace)
    {
        try
        {
            return _store!.TryGetStoredSpanCount(IdOf(trace), out _);
        }
        catch (StorageUnavailableException)
        {
            return false;
        }
    }

    private void Damage(string table)
    {
        long page = Execute($"SELECT rootpage FROM sqlite_master WHERE name = '{table}'");
        using FileStream file = File.OpenWrite(Database);
        file.Position = (page - 1) * RootPageBytes;
        file.Write(new byte[RootPageBytes]);
    }

    private long Execute(string sql)
    {
        using SqliteConnection connection = new($"Data Source={Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are those of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        return command.ExecuteScalar() is long number ? number : 0;
    }
}
