using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class TraceStoreTests
{
    [Fact]
    public void A_committed_trace_is_found_with_all_its_spans_and_its_contribution() => Property.Holds(
        static random =>
        {
            using DataFolder folder = new();
            using TraceStore store = folder.Open();
            TraceId traceId = Make.Id(5);
            List<SpanRecord> spans = Make.Spans(traceId, 1, 2, 3);
            TraceContribution contribution = random.Contribution();
            TraceCommit commit = Make.Commit(traceId, contribution, spans, isOpen: true);
            store.Commit(Make.Batch(Make.Commit(Make.Id(4)), commit, Make.Commit(Make.Id(6))));
            StoredTrace? found = store.Find(traceId);
            Assert.NotNull(found);
            Same.Spans(spans, found.Spans);
            Same.Contributions(contribution, found.Contribution);
            Assert.Equal(
                (1, true, commit.FirstArrivalUnixNanos, commit.LastArrivalUnixNanos, contribution.Spans),
                (found.Revision, found.IsOpen, found.FirstArrivalUnixNanos, found.LastArrivalUnixNanos, found.SpanCount));
            Assert.Null(store.Find(Make.Id(7)));
            Assert.True(store.TryGetStoredSpanCount(traceId, out int count));
            Assert.Equal(contribution.Spans, count);
            Assert.False(store.TryGetStoredSpanCount(Make.Id(7), out _));
        },
        runs: 10);

    [Fact]
    public void New_spans_of_a_revision_are_appended_to_those_stored()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        TraceId traceId = Make.Id(1);
        store.Commit(Make.Batch(Make.Commit(traceId, spans: Make.Spans(traceId, 1, 2))));
        store.Commit(Make.Batch(Make.Commit(traceId, spans: Make.Spans(traceId, 3), revision: 2)));
        store.Commit(Make.Batch(Make.Commit(traceId, spans: [], revision: 3)));
        StoredTrace found = store.Find(traceId)!;
        Assert.Equal([1UL, 2UL, 3UL], found.Spans.Select(static span => span.SpanId.Value));
        Assert.Equal(3, found.Revision);
    }

    [Fact]
    public void A_trace_of_very_many_spans_comes_back_whole()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        TraceId traceId = Make.Id(1);
        ulong[] ids = [.. Enumerable.Range(1, 40_000).Select(static id => (ulong)id)];
        store.Commit(Make.Batch(Make.Commit(traceId, spans: Make.Spans(traceId, ids)), Make.Commit(Make.Id(2))));
        StoredTrace found = store.Find(traceId)!;
        Assert.Equal(ids, found.Spans.Select(static span => span.SpanId.Value));
        Assert.NotNull(found.Contribution);
        Assert.Single(store.Find(Make.Id(2))!.Spans);
    }

    /// <summary>The one invariant of the rollups: whatever was committed, revised, moved between keys and minutes, and reopened, a cell is the sum of the current contributions.</summary>
    [Fact]
    public void Rollups_are_the_sum_of_the_current_contributions() => Property.Holds(
        static random =>
        {
            RollupKey[] keys = [Make.Key(), Make.Key("agent/other"), Make.Key(version: "2"), Make.Key("agent/(no root)", environment: "\0")];
            Dictionary<TraceId, TraceContribution> current = [];
            DataFolder folder = new();
            TraceStore store = folder.Open(cachedMinutes: 2);
            for (int round = 0; round < 12; round++)
            {
                Dictionary<TraceId, TraceCommit> batch = [];
                for (int i = random.Next(6); i >= 0; i--)
                {
                    TraceId traceId = Make.Id((ulong)random.Next(12));
                    TraceContribution contribution = random.Contribution(random.Pick(keys), Make.Minute + random.Next(4));
                    batch[traceId] = Make.Commit(traceId, contribution, revision: round + 1);
                    current[traceId] = contribution;
                }

                store.Commit(Make.Batch([.. batch.Values]));
                if (random.Next(3) == 0)
                {
                    // Closed, or killed at this moment.
                    DataFolder next = random.Next(2) == 0 ? folder : folder.CopyAsAfterCrash();
                    store.Dispose();
                    if (next != folder)
                    {
                        folder.Dispose();
                    }

                    folder = next;
                    store = folder.Open(cachedMinutes: 2);
                }

                AssertSums(store, current);
                AssertExamples(store, current);
            }

            store.Dispose();
            folder.Dispose();
        },
        runs: 25);

    [Fact]
    public void A_commit_survives_a_crash_and_the_applied_position_goes_with_it()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(17, Make.Commit(Make.Id(1))));
        using DataFolder copy = folder.CopyAsAfterCrash();
        using TraceStore reopened = copy.Open();
        Assert.NotNull(reopened.Find(Make.Id(1)));
        Assert.Equal(17, reopened.AppliedPosition);
        reopened.Commit(Make.Batch(3, Make.Commit(Make.Id(2))));
        Assert.Equal(17, reopened.AppliedPosition);
        Assert.Equal(2, reopened.ReadRollups(Make.AllCells).Cells.Single().Cell.Traces);
    }

    [Fact]
    public void A_transaction_that_fails_leaves_nothing_and_the_same_batch_works_later()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(1, Make.Commit(Make.Id(1))));
        StoreBatch batch = Make.Batch(2, Make.Commit(Make.Id(1), revision: 2), Make.Commit(Make.Id(2), Make.Contribution(Make.Key("agent/new"))));
        using (SqliteConnection other = Connect(folder))
        {
            // The last statement before the commit fails, when blocks, rows and cells are already written.
            Execute(other, "CREATE TRIGGER refuse BEFORE UPDATE ON store BEGIN SELECT RAISE(ABORT, 'refused'); END");
            StorageUnavailableException failure = Assert.Throws<StorageUnavailableException>(() => store.Commit(batch));
            Assert.Equal(folder.Database, failure.Error.File);
            Assert.Equal(1, store.AppliedPosition);
            Assert.Equal(1, store.Find(Make.Id(1))!.Revision);
            Assert.Null(store.Find(Make.Id(2)));
            Assert.Equal(1, store.ReadRollups(Make.AllCells).Cells.Single().Cell.Traces);
            Execute(other, "DROP TRIGGER refuse");
        }

        store.Commit(batch);
        Assert.Equal(2, store.AppliedPosition);
        Assert.Equal([1L, 1L], store.ReadRollups(Make.AllCells).Cells.Select(static cell => cell.Cell.Traces));
        Assert.Equal(2, store.Find(Make.Id(1))!.Revision);
        Assert.Single(store.Find(Make.Id(2))!.Spans);
    }

    [Fact]
    public void What_is_added_shows_once_it_is_committed_and_never_if_it_is_not()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        using (StoreTransaction left = store.Begin())
        {
            left.Add(Make.Commit(Make.Id(1), Make.Contribution(Make.Key("agent/left"))));
            Assert.True(left.Has(Make.Id(1)));
        }

        Assert.Null(store.Find(Make.Id(1)));
        using (StoreTransaction transaction = store.Begin())
        {
            Assert.False(transaction.Has(Make.Id(1)));
            transaction.Add(Make.Commit(Make.Id(1), spans: Make.Spans(Make.Id(1), 1, 2)));
            Assert.Null(store.Find(Make.Id(1)));
            Assert.Empty(store.ReadRollups(Make.AllCells).Cells);
            transaction.Commit(7);
            Assert.Throws<ObjectDisposedException>(() => transaction.Commit(8));
        }

        Assert.Equal(2, store.Find(Make.Id(1))!.Spans.Count);
        Assert.Equal("agent/run", store.ReadRollups(Make.AllCells).Cells.Single().Key.Workflow);
        Assert.Equal(7, store.AppliedPosition);
    }

    [Fact]
    public void A_folder_that_is_open_cannot_be_opened_a_second_time()
    {
        using DataFolder folder = new();
        using (folder.Open())
        {
            StoreError error = folder.OpenFails();
            Assert.Equal((StoreProblem.InUse, Path.Combine(folder.Path, "tracegap.lock")), (error.Problem, error.File));
        }

        folder.Open().Dispose();
    }

    [Fact]
    public void Another_programs_database_is_left_alone()
    {
        using DataFolder folder = new();
        using (SqliteConnection other = Connect(folder))
        {
            Execute(other, "CREATE TABLE theirs (a)");
        }

        Assert.Equal(StoreProblem.Corrupt, folder.OpenFails().Problem);
    }

    [Fact]
    public void A_database_of_a_newer_format_is_an_error_that_says_so()
    {
        using DataFolder folder = new();
        folder.Open().Dispose();
        using (SqliteConnection other = Connect(folder))
        {
            Execute(other, "PRAGMA user_version = 99");
        }

        StoreError error = folder.OpenFails();
        Assert.Equal((StoreProblem.NewerFormat, folder.Database), (error.Problem, error.File));
    }

    [Fact]
    public void A_database_of_the_format_before_the_first_release_is_an_error_that_says_so()
    {
        using DataFolder folder = new();
        folder.Open().Dispose();
        using (SqliteConnection other = Connect(folder))
        {
            Execute(other, "PRAGMA user_version = 1");
        }

        StoreError error = folder.OpenFails();
        Assert.Equal((StoreProblem.OlderFormat, folder.Database), (error.Problem, error.File));
    }

    [Fact]
    public void A_damaged_block_of_traces_costs_those_traces_alone()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(1))));
            store.Commit(Make.Batch(Make.Commit(Make.Id(2))));
        }

        using (SqliteConnection other = Connect(folder))
        {
            Execute(other, "UPDATE trace_block SET traces = x'01' WHERE id = 0");
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal(Make.Id(2), Assert.Single(reopened.ListTraces(new TraceQuery()).Traces).TraceId);
        Assert.NotNull(reopened.Find(Make.Id(2)));
        Assert.Null(reopened.Find(Make.Id(1)));
        Assert.Equal(folder.Database, Assert.Single(reopened.Damages).File);
        Assert.Equal(2, reopened.ReadRollups(Make.AllCells).Cells.Single().Cell.Traces);
    }

    [Fact]
    public void A_file_in_the_folders_place_is_an_error()
    {
        string path = Path.GetTempFileName();
        Assert.False(TraceStore.TryOpen(new StoreOptions { Folder = path }, out _, out StoreError? error));
        Assert.Equal((StoreProblem.IoFailed, path), (error.Problem, error.File));
        File.Delete(path);
    }

    [Fact]
    public void A_damaged_cell_is_reported_left_out_of_answers_and_summed_up_anew_by_the_next_commit()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(1)), Make.Commit(Make.Id(2)), Make.Commit(Make.Id(3), Make.Contribution(minute: Make.Minute + 1))));
        }

        using (SqliteConnection other = Connect(folder))
        {
            Execute(other, $"UPDATE rollup_cell SET cell = x'01020304' WHERE id % 4294967296 = {Make.Minute}");
        }

        using TraceStore reopened = folder.Open();
        Assert.Equal(1, reopened.ReadRollups(Make.AllCells).Cells.Single().Cell.Traces);
        Assert.Equal(folder.Database, Assert.Single(reopened.Damages).File);
        reopened.Commit(Make.Batch(Make.Commit(Make.Id(4)), Make.Commit(Make.Id(1), revision: 2)));
        Assert.Equal(4, reopened.ReadRollups(Make.AllCells).Cells.Single().Cell.Traces);
    }

    [Fact]
    public void A_contribution_that_cannot_be_read_is_still_taken_out()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(1))));
            store.Commit(Make.Batch(Make.Commit(Make.Id(2))));
        }

        using (SqliteConnection other = Connect(folder))
        {
            Execute(other, "UPDATE contribution_block SET contributions = x'01' WHERE id = 0");
        }

        using TraceStore reopened = folder.Open();
        reopened.Commit(Make.Batch(Make.Commit(Make.Id(1), Make.Contribution(minute: Make.Minute + 1), revision: 2)));
        Assert.Equal(2, reopened.ReadRollups(Make.AllCells).Cells.Single().Cell.Traces);
        Assert.Equal(1, reopened.ReadRollups(Make.AllCells with { ToMinute = Make.Minute + 1 }).Cells.Single().Cell.Traces);
    }

    [Fact]
    public void Open_traces_are_listed_until_they_are_closed()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        TraceContribution open = Make.Contribution(outcome: TraceOutcome.Open);
        TraceCommit first = Make.Commit(Make.Id(1), open, isOpen: true);
        store.Commit(Make.Batch(first, Make.Commit(Make.Id(2))));
        Assert.Equal([new OpenTraceRef(Make.Id(1), first.LastArrivalUnixNanos)], store.OpenTraces());
        store.Commit(Make.Batch(Make.Commit(Make.Id(1), revision: 2)));
        Assert.Empty(store.OpenTraces());
    }

    [Fact]
    public void A_batch_that_contradicts_itself_is_refused()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        TraceCommit otherMinute = Make.Commit(Make.Id(1), nanosIntoMinute: Make.NanosPerMinute);
        Assert.Throws<ArgumentException>(() => store.Commit(Make.Batch(Make.Commit(Make.Id(1)), Make.Commit(Make.Id(1)))));
        Assert.Throws<ArgumentException>(() => store.Commit(Make.Batch(otherMinute)));
        Assert.Null(store.Find(Make.Id(1)));
    }

    private static void AssertSums(TraceStore store, Dictionary<TraceId, TraceContribution> current)
    {
        foreach ((long from, long to) in new[] { (0L, (long)uint.MaxValue), (Make.Minute + 1, Make.Minute + 3) })
        {
            SortedDictionary<RollupKey, RollupCell> expected = [];
            foreach (TraceContribution contribution in current.Values.Where(trace => trace.Minute >= from && trace.Minute < to))
            {
                expected.TryAdd(contribution.Key, new RollupCell());
                expected[contribution.Key].Add(contribution);
            }

            IReadOnlyList<KeyCell> cells = store.ReadRollups(new CellQuery { FromMinute = from, ToMinute = to }).Cells;
            Assert.Equal(expected.Keys, cells.Select(static cell => cell.Key));
            foreach (KeyCell cell in cells)
            {
                Same.Cells(expected[cell.Key], cell.Cell);
            }
        }
    }

    private static void AssertExamples(TraceStore store, Dictionary<TraceId, TraceContribution> current)
    {
        Dictionary<FailureKey, TraceId> expected = current
            .Where(static trace => trace.Value.Failure is not null)
            .GroupBy(static trace => trace.Value.Failure!)
            .ToDictionary(static group => group.Key, static group => group.Min(static trace => trace.Key));
        Assert.Equal(expected, new Dictionary<FailureKey, TraceId>(store.ReadRollups(Make.AllCells).FailureExamples));
    }

    private static SqliteConnection Connect(DataFolder folder)
    {
        Assert.Null(SqliteLibrary.Ensure());
        SqliteConnection connection = new($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        return connection;
    }

    private static void Execute(SqliteConnection connection, string sql)
    {
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are those of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
