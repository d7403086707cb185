using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class TraceIndexTests
{
    private const int BucketSize = 1 << 16;

    /// <summary>Enough traces to fill buckets, so that all three places of the index answer: memory, sealed rows, and memory read back after a start.</summary>
    [Fact]
    public void Every_trace_is_found_whether_its_bucket_is_open_or_sealed_and_after_a_start()
    {
        using DataFolder folder = new();
        using SqlSession session = TraceDatabase.OpenWriter(folder.Database, fsync: false);
        TraceIndex index = new();
        index.Load(session);
        long next = 0;
        foreach (int batch in new[] { 10, BucketSize, 500, BucketSize, 1 })
        {
            next = AddRows(session, index, next, batch);
        }

        AssertFound(session, index, next);
        TraceIndex reloaded = new();
        reloaded.Load(session);
        AssertFound(session, reloaded, next);
        AddRows(session, reloaded, next, 3);
        AssertFound(session, reloaded, next + 3);
    }

    private static long AddRows(SqlSession session, TraceIndex index, long next, int count)
    {
        session.Execute("BEGIN");
        long firstOpen = index.Seal(session, next);
        List<(TraceId, long)> added = [];
        byte[] traceId = new byte[TraceId.Size];
        for (long row = next; row < next + count; row++)
        {
            IdOf(row).WriteTo(traceId);
            session.Run(
                "INSERT INTO trace VALUES ($1, $2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, NULL, x'02')", row, traceId);
            added.Add((IdOf(row), row));
        }

        session.Execute("COMMIT");
        index.Sealed(firstOpen);
        index.Add(added);
        return next + count;
    }

    private static void AssertFound(SqlSession session, TraceIndex index, long rows)
    {
        for (long row = 0; row < rows; row += row < rows - 1000 ? 97 : 1)
        {
            Assert.Equal(row, index.Find(session, IdOf(row)));
        }

        for (long row = rows; row < rows + 1000; row++)
        {
            Assert.Null(index.Find(session, IdOf(row)));
        }
    }

    // Ids that differ in few bits, as no generator should make them and some do.
    private static TraceId IdOf(long row) => new(0, (ulong)row + 1);
}
