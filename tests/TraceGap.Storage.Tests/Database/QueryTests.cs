using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class QueryTests
{
    private static readonly FailureKey InferenceFailure = new(Layer.Inference, new StepKey("agent", Layer.Inference, "chat"), "timeout");
    private static readonly FailureKey ToolFailure = new(Layer.ToolCall, new StepKey("agent", Layer.ToolCall, "search"), "500");

    /// <summary>Every filter and every page, against a plain scan of what was committed.</summary>
    [Fact]
    public void Lists_are_what_a_scan_of_all_traces_gives_page_by_page() => Property.Holds(
        static random =>
        {
            using DataFolder folder = new();
            using TraceStore store = folder.Open();
            Dictionary<TraceId, TraceCommit> all = [];
            for (int i = 0; i < 60; i++)
            {
                TraceCommit commit = RandomCommit(random, Make.Id((ulong)random.Next(50)));
                store.Commit(Make.Batch(commit));
                all[commit.TraceId] = commit;
            }

            for (int i = 0; i < 10; i++)
            {
                TraceQuery query = RandomQuery(random);
                List<TraceId> expected = [.. all.Values
                    .Where(trace => Passes(trace, query))
                    .OrderByDescending(static trace => trace.EndUnixNanos)
                    .ThenBy(static trace => trace.TraceId)
                    .Select(static trace => trace.TraceId)];
                Assert.Equal(expected, AllPages(store, query).Select(static trace => trace.TraceId));
            }
        },
        runs: 20);

    [Fact]
    public void A_summary_tells_what_was_committed()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        TraceCommit commit = Make.Commit(Make.Id(1), Make.Contribution(outcome: TraceOutcome.Failed, failure: ToolFailure, spans: 9), revision: 3);
        store.Commit(Make.Batch(commit));
        TraceSummary expected = new()
        {
            TraceId = Make.Id(1),
            Key = Make.Key(),
            Outcome = TraceOutcome.Failed,
            OutcomeSource = OutcomeSource.Root,
            StartUnixNanos = commit.StartUnixNanos,
            EndUnixNanos = commit.EndUnixNanos,
            Spans = 9,
            Revision = 3,
            Failure = ToolFailure,
        };
        TracePage page = store.ListTraces(new TraceQuery());
        Assert.Equal(expected, Assert.Single(page.Traces));
        Assert.Equal(5_000_000, page.Traces[0].DurationNanos);
        Assert.Null(page.Next);
    }

    [Fact]
    public void A_cursor_is_read_back_from_its_text()
    {
        TraceCursor cursor = new(long.MaxValue, Make.Id(7));
        Assert.True(TraceCursor.TryParse(cursor.ToString(), out TraceCursor read));
        Assert.Equal(cursor, read);
        foreach (string text in new[] { "", "x", cursor.ToString()[1..], cursor + "0", new string('z', 48) })
        {
            Assert.False(TraceCursor.TryParse(text, out _));
        }
    }

    [Fact]
    public void A_workflows_cells_come_with_the_rootless_ones_of_its_service_and_environment()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        RollupKey asked = Make.Key("agent/run");
        RollupKey rootless = Make.Key("agent/(no root)", version: "");
        RollupKey[] keys =
        [
            asked,
            rootless,
            Make.Key("agent/(no root)", version: "2"),
            Make.Key("agent/(no root)", environment: "test"),
            Make.Key("other/(no root)", service: "other"),
            Make.Key("agent/other"),
        ];
        store.Commit(Make.Batch([.. keys.Select(static (key, i) => Make.Commit(Make.Id((ulong)i + 1), Make.Contribution(key)))]));
        CellQuery query = Make.AllCells with { Workflow = "agent/run", Environment = "prod" };
        Assert.Equal([keys[1], keys[2], asked], store.ReadRollups(query).Cells.Select(static cell => cell.Key));
        Assert.Equal([rootless, asked], store.ReadRollups(query with { Version = "1" }).Cells.Select(static cell => cell.Key));
        Assert.Equal(6, store.ReadRollups(Make.AllCells).Cells.Count);
        Assert.Single(store.ReadRollups(Make.AllCells with { Service = "other" }).Cells);
    }

    [Fact]
    public void Examples_are_of_the_workflow_that_is_asked_for_alone()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(
            Make.Commit(Make.Id(1), Make.Contribution(Make.Key("agent/(no root)"), outcome: TraceOutcome.Failed, failure: ToolFailure)),
            Make.Commit(Make.Id(2), Make.Contribution(outcome: TraceOutcome.Failed, failure: ToolFailure)),
            Make.Commit(Make.Id(3), Make.Contribution(outcome: TraceOutcome.Failed, failure: ToolFailure))));
        Assert.Equal(Make.Id(2), Assert.Single(store.ReadRollups(Make.AllCells with { Workflow = "agent/run" }).FailureExamples).Value);
    }

    [Fact]
    public void An_empty_store_answers_everything_with_nothing()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        Assert.Empty(store.ReadRollups(Make.AllCells).Cells);
        Assert.Empty(store.ListTraces(new TraceQuery()).Traces);
        Assert.Empty(store.ReadRollups(Make.AllCells).FailureExamples);
        Assert.Empty(store.OpenTraces());
        Assert.Empty(store.ReadUnapplied());
        Assert.Equal(0, store.AppliedPosition);
    }

    [Fact]
    public async Task Readers_see_whole_commits_while_the_writer_goes_on()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        Task writer = Task.Run(() =>
        {
            for (ulong i = 0; i < 100; i++)
            {
                store.Commit(Make.Batch(Make.Commit(Make.Id(2 * i)), Make.Commit(Make.Id((2 * i) + 1), Make.Contribution(Make.Key("agent/b")))));
            }
        });
        while (!writer.IsCompleted)
        {
            IReadOnlyList<KeyCell> cells = store.ReadRollups(Make.AllCells).Cells;
            Assert.True(cells.Count is 0 or 2);
            Assert.Single(cells.Select(static cell => cell.Cell.Traces).Append(cells.Count == 0 ? 0 : cells[0].Cell.Traces).Distinct());
        }

        await writer;
        Assert.All(store.ReadRollups(Make.AllCells).Cells, static cell => Assert.Equal(100, cell.Cell.Traces));
    }

    private static TraceCommit RandomCommit(RandomRecords random, TraceId traceId)
    {
        TraceOutcome outcome = (TraceOutcome)random.Next(5);
        TraceContribution contribution = Make.Contribution(
            Make.Key("agent/" + random.Next(2), "env" + random.Next(2), "v" + random.Next(2)),
            Make.Minute + random.Next(3),
            outcome,
            random.Pick([InferenceFailure, ToolFailure, new FailureKey(null, null, "")]));

        // Few different ends, so that ids decide the order.
        return Make.Commit(traceId, contribution, nanosIntoMinute: random.Next(3) * 1000, durationNanos: random.Next(4));
    }

    private static TraceQuery RandomQuery(RandomRecords random) => new()
    {
        FromUnixNanos = random.Pick([0, (Make.Minute + 1) * Make.NanosPerMinute]),
        ToUnixNanos = random.Pick([long.MaxValue, (Make.Minute + 2) * Make.NanosPerMinute, ((Make.Minute + 1) * Make.NanosPerMinute) + 1000]),
        Workflow = random.Pick([null, "agent/1"]),
        Environment = random.Pick([null, null, "env0"]),
        Version = random.Pick([null, null, "v1"]),
        Outcome = random.Pick<TraceOutcome?>([null, null, TraceOutcome.Failed, TraceOutcome.Unknown]),
        Layer = random.Pick<Layer?>([null, null, Layer.ToolCall]),
        MinDurationNanos = random.Pick<long?>([null, 2]),
        Limit = random.Pick([1, 3, 100]),
    };

    private static bool Passes(TraceCommit trace, TraceQuery query) =>
        trace.EndUnixNanos >= query.FromUnixNanos
        && trace.EndUnixNanos < query.ToUnixNanos
        && (query.Workflow is null || trace.Contribution.Key.Workflow == query.Workflow)
        && (query.Environment is null || trace.Contribution.Key.Environment == query.Environment)
        && (query.Version is null || trace.Contribution.Key.Version == query.Version)
        && (query.Outcome is null || trace.Contribution.Outcome.Outcome == query.Outcome)
        && (query.Layer is null || trace.Contribution.Failure?.Layer == query.Layer)
        && (query.MinDurationNanos is null || trace.EndUnixNanos - trace.StartUnixNanos >= query.MinDurationNanos);

    private static List<TraceSummary> AllPages(TraceStore store, TraceQuery query)
    {
        List<TraceSummary> traces = [];
        TracePage page = store.ListTraces(query);
        traces.AddRange(page.Traces);
        while (page.Next is TraceCursor next)
        {
            Assert.Equal(query.Limit, page.Traces.Count);
            page = store.ListTraces(query with { Cursor = next });
            traces.AddRange(page.Traces);
        }

        return traces;
    }
}
