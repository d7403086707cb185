using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class TraceIndexTests
{
    private const int BucketSize = 1 << 16;

    private static readonly BlockStore Blocks = new("", new DamageLog());
    private static readonly TraceContribution Contribution = Make.Contribution();

    /// <summary>Enough traces to fill buckets, so that all three places of the index answer: memory, sealed rows, and memory read back after a start.</summary>
    [Fact]
    public void Every_trace_is_found_whether_its_bucket_is_open_or_sealed_and_after_a_start()
    {
        using DataFolder folder = new();
        using SqlSession session = TraceDatabase.OpenWriter(folder.Database, new StoreOptions { Folder = folder.Path });
        TraceIndex index = new();
        index.Load(session, Blocks);
        long next = 0;
        foreach (int batch in new[] { 10, BucketSize, 500, BucketSize, 1 })
        {
            next = AddRows(session, index, next, batch);
        }

        AssertFound(session, index, next);
        TraceIndex reloaded = new();
        reloaded.Load(session, Blocks);
        AssertFound(session, reloaded, next);
        AddRows(session, reloaded, next, 3);
        AssertFound(session, reloaded, next + 3);
    }

    [Fact]
    public void Of_several_numbers_of_a_trace_the_newest_is_found_whatever_is_sealed()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        TraceId early = Make.Id(1);
        TraceId late = Make.Id(2);
        store.Commit(Make.Batch(Make.Commit(early), Make.Commit(late)));
        store.Commit(Make.Batch(Make.Commit(early, revision: 2)));
        for (int filled = 0; filled < BucketSize + 2000; filled += 1000)
        {
            int from = filled;
            store.Commit(Make.Batch([.. Enumerable.Range(from, 1000).Select(static i => Make.Commit(Make.Id(100 + (ulong)i), Contribution, spans: []))]));
        }

        Assert.Equal(2, store.Find(early)!.Revision);
        store.Commit(Make.Batch(Make.Commit(late, revision: 2), Make.Commit(early, revision: 3)));
        Assert.Equal(3, store.Find(early)!.Revision);
        Assert.Equal(2, store.Find(late)!.Revision);
    }

    private static long AddRows(SqlSession session, TraceIndex index, long next, int count)
    {
        session.Execute("BEGIN");
        long firstOpen = index.Seal(session, next);
        Dictionary<TraceId, long> added = [];
        using BlockWriter writer = new(session);
        writer.Begin(next);
        for (long row = next; row < next + count; row++)
        {
            TraceCommit trace = Make.Commit(IdOf(row), Contribution, spans: []);
            added.Add(trace.TraceId, writer.Add(trace, BatchWriter.EntryOf(trace, key: 1, failure: null, earlier: [])));
        }

        writer.Finish();
        session.Execute("COMMIT");
        index.Sealed(firstOpen);
        index.Add(added);
        return next + count;
    }

    private static void AssertFound(SqlSession session, TraceIndex index, long rows)
    {
        for (long row = 0; row < rows; row += row < rows - 1000 ? 97 : 1)
        {
            Assert.Equal(row, index.Find(session, Blocks, IdOf(row)));
        }

        for (long row = rows; row < rows + 1000; row++)
        {
            Assert.Null(index.Find(session, Blocks, IdOf(row)));
        }
    }

    // Ids that differ in few bits, as no generator should make them and some do.
    private static TraceId IdOf(long row) => new(0, (ulong)row + 1);
}
