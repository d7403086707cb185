using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class RetentionTests
{
    private const long Start = Make.Minute * Make.NanosPerMinute;
    private const long NanosPerHour = 60 * Make.NanosPerMinute;
    private const int Megabyte = 1 << 20;

    /// <summary>Whatever comes, goes, is revised and is interrupted: what is young enough is there whole, what is old is not, and the rollups know all that ever was.</summary>
    [Fact]
    public void Traces_go_by_age_of_arrival_and_rollups_stay() => Property.Holds(
        static random =>
        {
            RetentionOptions retention = new() { MaxAge = TimeSpan.FromHours(10) };
            Dictionary<TraceId, TraceContribution> booked = [];
            Dictionary<TraceId, (long Arrival, int Spans)> stored = [];
            DataFolder folder = new();
            TraceStore store = folder.Open(cachedMinutes: 2, retention: retention);
            long now = Start;
            ulong last = 0;
            for (int round = 0; round < 25; round++)
            {
                now += random.Next(3) * NanosPerHour;
                Dictionary<TraceId, TraceCommit> batch = [];
                for (int i = random.Next(4); i > 0; i--)
                {
                    // Of the old ones those that could still be re-opened.
                    TraceId[] young = [.. stored.Where(trace => trace.Value.Arrival > now - (5 * NanosPerHour)).Select(static trace => trace.Key)];
                    TraceId traceId = young.Length > 0 && random.Next(3) == 0 ? random.Pick(young) : Make.Id(++last);
                    if (batch.ContainsKey(traceId))
                    {
                        continue;
                    }

                    int before = stored.GetValueOrDefault(traceId).Spans;
                    TraceContribution contribution = random.Contribution(Make.Key(), (now / Make.NanosPerMinute) - random.Next(3));
                    batch[traceId] = Make.Commit(traceId, contribution, Make.Spans(traceId, (ulong)before + 1), revision: before + 1, arrival: now);
                    booked[traceId] = contribution;
                    stored[traceId] = (now, before + 1);
                }

                store.Commit(Make.Batch([.. batch.Values]));
                if (random.Next(2) == 0)
                {
                    while (store.Maintain(now))
                    {
                    }

                    stored = stored.Where(trace => trace.Value.Arrival >= now - (10 * NanosPerHour)).ToDictionary();
                    AssertGone(store, booked.Keys.Except(stored.Keys));
                }

                if (random.Next(4) == 0)
                {
                    (folder, store) = Reopened(random, folder, store, retention);
                }

                AssertFound(store, stored, now);
                AssertSum(store, booked.Values);
            }

            store.Dispose();
            Assert.Empty(store.Damages);
            folder.Dispose();
        },
        runs: 20);

    [Fact]
    public void Traces_that_were_not_closed_go_as_well()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxAge = TimeSpan.FromHours(1) });
        store.Commit(Make.Batch(Make.Commit(Make.Id(1), Make.Contribution(outcome: TraceOutcome.Open), isOpen: true)));
        store.Maintain(Start + (2 * NanosPerHour));
        Assert.Empty(store.OpenTraces());
        Assert.Equal(1, store.RemovedTraces);
    }

    [Fact]
    public void A_numbering_goes_on_where_it_was_when_everything_is_gone()
    {
        using DataFolder folder = new();
        RetentionOptions retention = new() { MaxAge = TimeSpan.FromHours(1) };
        using (TraceStore store = folder.Open(retention: retention))
        {
            store.Commit(Make.Batch(Make.Commit(Make.Id(1)), Make.Commit(Make.Id(2))));
            store.Maintain(Start + (2 * NanosPerHour));
        }

        using TraceStore reopened = folder.Open(retention: retention);
        reopened.Commit(Make.Batch(Make.Commit(Make.Id(3))));
        Assert.NotNull(reopened.Find(Make.Id(3)));
        Assert.Null(reopened.Find(Make.Id(1)));
        Assert.Equal(Make.Id(3), Assert.Single(reopened.ListTraces(new TraceQuery()).Traces).TraceId);
        Assert.Equal(3, Assert.Single(reopened.ReadRollups(Make.AllCells).Cells).Cell.Traces);
        Assert.Empty(reopened.Damages);
    }

    [Fact]
    public void The_database_stays_within_its_limit_under_steady_traffic_and_the_newest_are_kept()
    {
        const int Limit = 4 * Megabyte;
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxBytes = Limit }, checkpointPages: 128);
        long largest = 0;
        ulong last = 0;
        for (int batch = 0; batch < 300; batch++)
        {
            store.Commit(Make.Batch([.. Enumerable.Range(0, 20).Select(_ => Large(++last))]));
            while (store.Maintain(Start))
            {
            }

            largest = Math.Max(largest, store.DatabaseBytes);
        }

        Assert.True(largest < Limit * 5 / 4, $"{largest} bytes");
        Assert.True(last - (ulong)store.RemovedTraces > 100, $"{store.RemovedTraces} of {last} traces removed");
        Assert.Null(store.Find(Make.Id(1)));
        Assert.Single(store.Find(Make.Id(last))!.Spans);
        Assert.Equal((long)last, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
    }

    [Fact]
    public void A_file_that_has_become_too_large_shrinks()
    {
        using DataFolder folder = new();
        using (TraceStore store = folder.Open())
        {
            for (ulong batch = 0; batch < 60; batch++)
            {
                store.Commit(Make.Batch([.. Enumerable.Range(0, 50).Select(i => Large((batch * 50) + (ulong)i))]));
            }

            Assert.True(store.DatabaseBytes > 5 * Megabyte, $"{store.DatabaseBytes} bytes");
        }

        using (TraceStore smaller = folder.Open(retention: new RetentionOptions { MaxBytes = 2 * Megabyte }))
        {
            while (smaller.Maintain(Start))
            {
            }
        }

        Assert.InRange(new FileInfo(folder.Database).Length, 1, 2 * Megabyte);
    }

    [Fact]
    public void Rollups_go_by_age_in_event_time()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { RollupMaxAge = TimeSpan.FromDays(50) });
        store.Commit(Make.Batch(
            Make.Commit(Make.Id(1), Make.Contribution()),
            Make.Commit(Make.Id(2), Make.Contribution(Make.Key("agent/old"))),
            Make.Commit(Make.Id(3), Make.Contribution(minute: Make.Minute + 60))));
        store.Dispose();
        using TraceStore reopened = folder.Open(retention: new RetentionOptions { RollupMaxAge = TimeSpan.FromDays(50) });
        long day = 24 * NanosPerHour;
        while (reopened.Maintain(Start + (50 * day) - NanosPerHour))
        {
        }

        Assert.Equal([2L, 1L], reopened.ReadRollups(Make.AllCells).Cells.OrderByDescending(static cell => cell.Key.Workflow).Select(static cell => cell.Cell.Traces));
        while (reopened.Maintain(Start + (50 * day) + NanosPerHour))
        {
        }

        Assert.Equal(1, Assert.Single(reopened.ReadRollups(Make.AllCells).Cells).Cell.Traces);
    }

    [Fact]
    public void A_replaced_database_keeps_the_rollups_whose_traces_are_gone()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxAge = TimeSpan.FromHours(10) });
        store.Commit(Make.Batch(Make.Commit(Make.Id(1)), Make.Commit(Make.Id(2))));
        store.Maintain(Start + (11 * NanosPerHour));
        store.Commit(Make.Batch(
            Make.Commit(Make.Id(3)),
            Make.Commit(Make.Id(4), Make.Contribution(minute: Make.Minute + 700))));
        store.ReplaceDatabase("a test says so");
        Assert.Equal(3, Assert.Single(store.ReadRollups(Make.AllCells with { ToMinute = Make.Minute + 1 }).Cells).Cell.Traces);
        Assert.Equal(4, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
        store.Commit(Make.Batch(Make.Commit(Make.Id(3), revision: 2), Make.Commit(Make.Id(4), revision: 2)));
        Assert.Equal(4, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
    }

    private static (DataFolder Folder, TraceStore Store) Reopened(RandomRecords random, DataFolder folder, TraceStore store, RetentionOptions retention)
    {
        // Closed, or killed at this moment.
        DataFolder next = random.Next(2) == 0 ? folder : folder.CopyAsAfterCrash();
        store.Dispose();
        if (next != folder)
        {
            folder.Dispose();
        }

        return (next, next.Open(cachedMinutes: 2, retention: retention));
    }

    private static void AssertFound(TraceStore store, Dictionary<TraceId, (long Arrival, int Spans)> stored, long now)
    {
        foreach ((TraceId traceId, (long arrival, int spans)) in stored)
        {
            if (arrival >= now - (10 * NanosPerHour))
            {
                StoredTrace? trace = store.Find(traceId);
                Assert.NotNull(trace);
                Assert.NotNull(trace.Contribution);
                Assert.Equal(spans, trace.Revision);
                Assert.InRange(trace.Spans.Count, 1, spans);
            }
        }
    }

    private static void AssertGone(TraceStore store, IEnumerable<TraceId> gone)
    {
        HashSet<TraceId> listed = [.. store.ListTraces(new TraceQuery { Limit = 1000 }).Traces.Select(static trace => trace.TraceId)];
        foreach (TraceId traceId in gone)
        {
            Assert.Null(store.Find(traceId));
            Assert.DoesNotContain(traceId, listed);
        }
    }

    private static void AssertSum(TraceStore store, IEnumerable<TraceContribution> contributions)
    {
        RollupCell expected = new();
        foreach (TraceContribution contribution in contributions)
        {
            expected.Add(contribution);
        }

        Same.Cells(expected, store.ReadRollups(Make.AllCells).Cells.SingleOrDefault()?.Cell ?? new RollupCell());
    }

    // A span with text that cannot be packed.
    private static TraceCommit Large(ulong id)
    {
        string name = string.Concat(Enumerable.Range(0, 100).Select(static _ => Guid.NewGuid().ToString("N")));
        return Make.Commit(Make.Id(id), spans: Make.Spans(name, Make.Id(id), 1));
    }
}
