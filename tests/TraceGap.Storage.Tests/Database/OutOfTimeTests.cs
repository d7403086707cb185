using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class OutOfTimeTests
{
    private const long NanosPerHour = 60 * Make.NanosPerMinute;
    private const long NanosPerDay = 24 * NanosPerHour;
    private const long Now = Make.Minute / 1440 * NanosPerDay;

    [Fact]
    public void What_ends_long_before_or_after_its_arrival_is_in_no_report_but_listed_and_counted()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(
            Ending(1, Now - (7 * NanosPerDay)),
            Ending(2, Now - (7 * NanosPerDay) - 1),
            Ending(3, Now + NanosPerHour),
            Ending(4, Now + NanosPerHour + 1),
            Ending(5, 0),
            Ending(6, long.MaxValue - 1)));
        Assert.Equal(2, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
        Assert.Equal(4, store.CountOutOfTime(Now + NanosPerHour));
        Assert.Equal(0, store.CountOutOfTime(Now - 1));
        Assert.Equal(6, store.ListTraces(new TraceQuery()).Traces.Count);
        Assert.NotNull(store.Find(Make.Id(6)));
    }

    [Fact]
    public void The_bounds_can_be_widened_to_load_history()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(retention: new RetentionOptions { MaxEventAge = TimeSpan.FromDays(100), MaxEventLead = TimeSpan.FromDays(1) });
        store.Commit(Make.Batch(Ending(1, Now - (99 * NanosPerDay)), Ending(2, Now + (23 * NanosPerHour))));
        Assert.Equal(2, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
        Assert.Equal(0, store.CountOutOfTime(Now));
    }

    /// <summary>Late spans must not make a trace old that was not when it came, nor a long run one of the future.</summary>
    [Fact]
    public void Age_counts_from_the_first_span_and_lead_from_the_last()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(Ending(1, Now - (6 * NanosPerDay), first: Now, last: Now + (2 * NanosPerDay)), Ending(2, Now + (5 * NanosPerHour), first: Now, last: Now + (5 * NanosPerHour))));
        Assert.Equal(2, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
    }

    [Fact]
    public void Traces_move_in_and_out_exactly_whatever_interrupts() => Property.Holds(
        static random =>
        {
            Dictionary<TraceId, (long End, long Arrival, TraceContribution Contribution)> current = [];
            RetentionOptions retention = new() { MaxAge = TimeSpan.FromDays(300), RollupMaxAge = TimeSpan.FromDays(4000) };
            DataFolder folder = new();
            TraceStore store = folder.Open(cachedMinutes: 2, retention: retention);
            for (int round = 0; round < 20; round++)
            {
                long arrival = Now + (round * 7 * NanosPerHour);
                Dictionary<TraceId, TraceCommit> batch = [];
                for (int i = random.Next(4); i > 0; i--)
                {
                    TraceId traceId = Make.Id((ulong)random.Next(10));
                    long end = arrival - random.Pick([0, 3 * NanosPerHour, 6 * NanosPerDay, 8 * NanosPerDay, 900 * NanosPerDay, -2 * NanosPerHour]);
                    TraceContribution contribution = random.Contribution(Make.Key(), end / Make.NanosPerMinute);
                    batch[traceId] = Make.Commit(traceId, contribution, revision: round + 1, arrival: arrival, nanosIntoMinute: end % Make.NanosPerMinute);
                    current[traceId] = (end, arrival, contribution);
                }

                store.Commit(Make.Batch([.. batch.Values]));
                store.Maintain(arrival);
                switch (random.Next(8))
                {
                    case 0:
                        store.ReplaceDatabase("a test says so");
                        break;
                    case 1 or 2:
                        DataFolder next = random.Next(2) == 0 ? folder : folder.CopyAsAfterCrash();
                        store.Dispose();
                        if (next != folder)
                        {
                            folder.Dispose();
                        }

                        folder = next;
                        store = folder.Open(cachedMinutes: 2, retention: retention);
                        break;
                    default:
                        break;
                }

                AssertSums(store, current.Values);
            }

            store.Dispose();
            folder.Dispose();
        },
        runs: 10);

    private static void AssertSums(TraceStore store, IReadOnlyCollection<(long End, long Arrival, TraceContribution Contribution)> current)
    {
        RollupCell expected = new();
        Dictionary<long, long> outOfTime = [];
        foreach ((long end, long arrival, TraceContribution contribution) in current)
        {
            if (arrival - end <= 7 * NanosPerDay && end - arrival <= NanosPerHour)
            {
                expected.Add(contribution);
            }
            else
            {
                outOfTime[arrival / NanosPerDay] = outOfTime.GetValueOrDefault(arrival / NanosPerDay) + 1;
            }
        }

        Same.Cells(expected, store.ReadRollups(Make.AllCells).Cells.SingleOrDefault()?.Cell ?? new RollupCell());
        for (long day = Now / NanosPerDay; day < (Now / NanosPerDay) + 7; day++)
        {
            Assert.Equal(outOfTime.GetValueOrDefault(day), store.CountOutOfTime(day * NanosPerDay));
        }
    }

    private static TraceCommit Ending(ulong id, long end, long first = Now, long last = Now)
    {
        TraceCommit commit = Make.Commit(
            Make.Id(id), Make.Contribution(minute: end / Make.NanosPerMinute), nanosIntoMinute: end % Make.NanosPerMinute, durationNanos: 0, arrival: first);
        return last == first ? commit : Make.Commit(commit, last);
    }
}
