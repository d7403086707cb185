using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>A database whose bytes are not what was written: it is set aside by name, and what can be read of it goes on to be served.</summary>
public sealed class DamagedDatabaseTests
{
    private const int PageBytes = 4096;
    private const int Traces = 240;
    private const int TracesPerCommit = 12;

    [Fact]
    public async Task A_file_that_is_no_database_is_set_aside_and_what_the_inbox_holds_is_taken_up_again()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            long position = (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default)).Position;
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 1)), 2, default);
            store.Commit(Make.Batch(position, Make.Commit(Make.Id(1))));
        }

        byte[] broken = await File.ReadAllBytesAsync(folder.Database);
        "this is no database"u8.CopyTo(broken);
        await File.WriteAllBytesAsync(folder.Database, broken);

        using TraceStore reopened = folder.Open();
        StoreDamage damage = Assert.Single(reopened.Damages);
        Assert.StartsWith(folder.Database + ".damaged-", damage.File, StringComparison.Ordinal);
        Assert.Equal(broken, await File.ReadAllBytesAsync(damage.File));
        Assert.Null(reopened.Find(Make.Id(1)));
        Assert.Equal([1L, 2L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }

    [Fact]
    public async Task A_database_that_is_missing_though_the_inbox_knew_one_is_told()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open(segmentBytes: 1))
        {
            long first = (await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(1), 1)), 1, default)).Position;
            await store.AppendAsync(SpanBatch.From(Make.Spans(Make.Id(2), 1)), 2, default);
            store.Commit(Make.Batch(first, Make.Commit(Make.Id(1))));
        }

        File.Delete(folder.Database);
        using TraceStore reopened = folder.Open();
        Assert.Equal(folder.Database, Assert.Single(reopened.Damages).File);
        Assert.Equal([2L], reopened.ReadUnapplied().Select(static entry => entry.ArrivalUnixNanos));
    }

    /// <summary>Every second page in turn is overwritten. Whatever it held, what is served is true, nothing counts twice, and commits go on.</summary>
    [Fact]
    public void A_page_damaged_anywhere_costs_what_was_on_it()
    {
        using DataFolder folder = new();
        Dictionary<TraceId, TraceCommit> all = Fill(folder);
        int pages = (int)(new FileInfo(folder.Database).Length / PageBytes);
        List<int> served = [];
        for (int page = 0; page < pages; page += 2)
        {
            using DataFolder copy = folder.CopyAsAfterCrash();
            using (FileStream file = File.OpenWrite(copy.Database))
            {
                file.Position = page * PageBytes;
                file.Write(Garbage(page));
            }

            served.Add(ServeAll(copy, all));
        }

        served.Sort();
        Assert.True(pages > 30, $"{pages} pages are too few to tell anything");
        Assert.True(served[served.Count / 4] > Traces * 8 / 10, $"traces served for {served.Count} damaged pages: {string.Join(' ', served)}");
    }

    [Fact]
    public void A_replacement_that_a_crash_interrupted_is_ended_by_the_next_start()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(1))));
        }

        // The damaged one was moved and the whole fresh one not yet put in its place.
        File.Move(folder.Database, DamagedDatabase.FreshName(folder.Database));
        using (TraceStore store = folder.Open())
        {
            Assert.NotNull(store.Find(Make.Id(1)));
        }

        // The fresh one was still being written.
        File.WriteAllText(DamagedDatabase.FreshName(folder.Database), "half a database");
        using TraceStore again = folder.Open();
        Assert.NotNull(again.Find(Make.Id(1)));
        Assert.False(File.Exists(DamagedDatabase.FreshName(folder.Database)));
        Assert.Empty(again.Damages);
    }

    [Fact]
    public void Numbers_of_lost_keys_are_not_given_again()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(1), Make.Contribution(Make.Key("agent/lost")))));
        }

        using (SqliteConnection other = new($"Data Source={folder.Database};Pooling=False"))
        {
            other.Open();
            using SqliteCommand command = other.CreateCommand();
            command.CommandText = "DELETE FROM rollup_key";
            command.ExecuteNonQuery();
        }

        using (TraceStore store = folder.Open())
        {
            store.ReplaceDatabase("a test says so");
            store.Commit(Make.Batch(Make.Commit(Make.Id(2), Make.Contribution(Make.Key("agent/new")))));
            KeyCell cell = Assert.Single(store.ReadRollups(Make.AllCells).Cells);
            Assert.Equal(("agent/new", 1L), (cell.Key.Workflow, cell.Cell.Traces));
        }
    }

    private static Dictionary<TraceId, TraceCommit> Fill(DataFolder folder)
    {
        Dictionary<TraceId, TraceCommit> all = [];
        RandomRecords random = new(11);
        RollupKey[] keys = [Make.Key(), Make.Key("agent/other")];
        using TraceStore store = folder.Open();
        for (int batch = 0; batch < Traces / TracesPerCommit; batch++)
        {
            TraceCommit[] commits = [.. Enumerable.Range(batch * TracesPerCommit, TracesPerCommit).Select(i => Make.Commit(
                Make.Id((ulong)i + 1),
                random.Contribution(random.Pick(keys), Make.Minute + (batch % 7)),
                Make.Spans(Make.Id((ulong)i + 1), 1, 2, 3)))];
            store.Commit(Make.Batch(commits));
            foreach (TraceCommit commit in commits)
            {
                all.Add(commit.TraceId, commit);
            }
        }

        return all;
    }

    private static byte[] Garbage(int seed)
    {
        byte[] garbage = new byte[PageBytes];
        new Random(seed).NextBytes(garbage);
        return garbage;
    }

    private static int ServeAll(DataFolder folder, Dictionary<TraceId, TraceCommit> all)
    {
        using TraceStore store = folder.Open();
        bool isDamaged = Try(() => _ = store.ReadRollups(Make.AllCells).Cells) || Try(() => _ = store.ListTraces(new TraceQuery())) || Try(() => _ = store.OpenTraces());
        foreach (TraceId traceId in all.Keys.Where(static (_, index) => index % 8 == 0))
        {
            isDamaged |= Try(() => _ = store.Find(traceId));
        }

        isDamaged |= Try(() => store.Commit(Make.Batch(Make.Commit(Make.Id(1_000_000)))));
        if (isDamaged)
        {
            Assert.NotEmpty(store.Damages);
            store.ReplaceDatabase("a page is damaged");
        }

        return CountServed(store, all);
    }

    private static int CountServed(TraceStore store, Dictionary<TraceId, TraceCommit> all)
    {
        int served = 0;
        foreach ((TraceId traceId, TraceCommit commit) in all)
        {
            if (store.Find(traceId) is { Spans.Count: > 0 } trace)
            {
                Same.Spans(commit.NewSpans, trace.Spans);
                served++;
            }
        }

        store.Commit(Make.Batch(Make.Commit(Make.Id(2_000_000))));
        Assert.NotNull(store.Find(Make.Id(2_000_000)));
        Assert.InRange(store.ReadRollups(Make.AllCells).Cells.Sum(static cell => cell.Cell.Traces), 1, all.Count + 2);
        return served;
    }

    private static bool Try(Action ask)
    {
        try
        {
            ask();
            return false;
        }
        catch (StorageUnavailableException failure)
        {
            Assert.True(failure.IsDamage, failure.ToString());
            return true;
        }
    }
}
