using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

public sealed class HourTests
{
    private const long MinutesPerHour = 60;
    private const long MinutesKept = 49 * MinutesPerHour;
    private const long FirstHour = Make.Minute / MinutesPerHour;

    private static readonly RollupKey[] Keys = [Make.Key(), Make.Key("agent/other"), Make.Key("agent/third")];

    /// <summary>However minutes are merged and given up between commits, crashes and late revisions: a window is the sum of the current contributions of the times that it says.</summary>
    [Fact]
    public void Windows_are_the_sum_of_the_current_contributions_whatever_is_merged() => Property.Holds(
        static random =>
        {
            Dictionary<TraceId, TraceContribution> current = [];
            DataFolder folder = new();
            TraceStore store = folder.Open(cachedMinutes: 3);
            long now = Make.Minute;
            ulong last = 0;
            Dictionary<(long, long, RollupState), string> known = [];
            for (int round = 0; round < 30; round++)
            {
                now += random.Pick<long>([1, 20, 60, 60, 600]);
                Dictionary<TraceId, TraceCommit> batch = [];
                for (int i = random.Next(6); i > 0; i--)
                {
                    TraceId traceId = current.Count > 0 && random.Next(3) == 0 ? random.Pick([.. current.Keys]) : Make.Id(++last);
                    long minute = now - random.Pick<long>([0, 0, random.Next(100), random.Next(80 * 60)]);
                    TraceContribution contribution = random.Contribution(random.Pick(Keys), minute);
                    batch[traceId] = Make.Commit(traceId, contribution, arrival: now * Make.NanosPerMinute);
                    current[traceId] = contribution;
                }

                store.Commit(Make.Batch([.. batch.Values]));
                for (int steps = random.Next(4); steps > 0 && store.Maintain(now * Make.NanosPerMinute); steps--)
                {
                }

                if (random.Next(4) == 0)
                {
                    // Closed, or killed at this moment.
                    DataFolder next = random.Next(2) == 0 ? folder : folder.CopyAsAfterCrash();
                    store.Dispose();
                    if (next != folder)
                    {
                        folder.Dispose();
                    }

                    folder = next;
                    store = folder.Open(cachedMinutes: 3);
                    known.Clear();
                }

                AssertWindow(store, current, now, 0, now + 60);
                AssertWindow(store, current, now, now - random.Next(50 * 60), now - random.Next(30));
                AssertWindow(store, current, now, now - (60 * 60) - random.Next(100), now - random.Next(90 * 60));
                AssertSeries(store, now, random);
                AssertParts(store, now, random);
                AssertKnown(store, now, known);
            }

            Assert.Empty(store.Damages);
            store.Dispose();
            folder.Dispose();
        },
        runs: 25);

    [Fact]
    public void An_hour_that_is_over_is_merged_and_later_its_minutes_go()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(Trace(1, start), Trace(2, start + 59), Trace(3, start + 60)));
        MaintainAll(store, start + 60 + 6);
        Assert.Equal(["hour 1", "minute 3"], CountCells(folder));
        MaintainAll(store, start + 60 + MinutesKept + 5);
        Assert.Equal(["hour 2", "minute 1"], CountCells(folder));
        RollupWindow window = store.ReadRollups(new CellQuery { FromMinute = start + 1, ToMinute = start + 2 });
        Assert.Equal((start, start + 60, 2L), (window.FromMinute, window.ToMinute, Assert.Single(window.Cells).Cell.Traces));
        window = store.ReadRollups(new CellQuery { FromMinute = start + 60, ToMinute = start + 61 });
        Assert.Equal((start + 60, start + 61, 1L), (window.FromMinute, window.ToMinute, Assert.Single(window.Cells).Cell.Traces));
    }

    /// <summary>More than a step takes, so that some keys of the hour are merged and others not yet.</summary>
    [Fact]
    public void An_hour_is_merged_key_by_key_while_commits_go_on()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        ulong last = 0;
        for (long minute = start; minute < start + MinutesPerHour; minute++)
        {
            store.Commit(Make.Batch([.. Keys.Select(key => Make.Commit(Make.Id(++last), Make.Contribution(key, minute)))]));
        }

        int expected = (int)MinutesPerHour;
        int steps = 0;
        do
        {
            store.Commit(Make.Batch([.. Keys.Select(key => Make.Commit(Make.Id(++last), Make.Contribution(key, start + (steps * 7))))]));
            expected++;
            RollupWindow window = store.ReadRollups(new CellQuery { FromMinute = start, ToMinute = start + MinutesPerHour });
            Assert.Equal([expected, expected, expected], window.Cells.Select(static cell => (int)cell.Cell.Traces));
            steps++;
        }
        while (store.Maintain((start + MinutesPerHour + 6) * Make.NanosPerMinute));

        Assert.True(steps > 2, $"{steps} steps are too few to tell anything");
        Assert.Equal(["hour 3", "minute 180"], CountCells(folder));
    }

    [Fact]
    public void A_trace_of_an_hour_that_is_merged_counts_in_it_at_once_and_moves_out_of_it_exactly()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(Trace(1, start), Trace(2, start + MinutesKept + 120)));
        MaintainAll(store, start + MinutesKept + 120);
        store.Commit(Make.Batch(Trace(3, start + 7), Trace(1, start + MinutesPerHour + 3)));
        Assert.Equal([1L, 1L], HoursOf(store, start, 2));
        store.Commit(Make.Batch(Trace(3, start + MinutesPerHour)));
        Assert.Equal([0L, 2L], HoursOf(store, start, 2));
    }

    [Fact]
    public void A_pause_of_weeks_is_passed_over_at_once()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        int steps = 0;
        for (long now = start; now <= start + (60 * 24 * 60); now += 30 * 24 * 60)
        {
            store.Commit(Make.Batch(Trace((ulong)now, now)));
            for (; store.Maintain((now + 120) * Make.NanosPerMinute); steps++)
            {
            }
        }

        Assert.InRange(steps, 3, 30);
        Assert.Equal(3, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
    }

    [Fact]
    public void A_minute_that_cannot_be_read_when_its_hour_is_merged_is_summed_up_from_its_traces()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using (TraceStore store = folder.Open())
        {
            store.Commit(Make.Batch(Trace(1, start), Trace(2, start + 1)));
        }

        Execute(folder, $"UPDATE rollup_cell SET cell = x'01020304' WHERE id % 4294967296 = {start}");
        using TraceStore reopened = folder.Open();
        MaintainAll(reopened, start + 90);
        Assert.Equal([2L], HoursOf(reopened, start, 1));
        Assert.NotEmpty(reopened.Damages);
    }

    [Fact]
    public void A_replaced_database_has_its_hours_again()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(Trace(1, start), Trace(2, start + 90)));
        MaintainAll(store, start + MinutesKept + 120);
        store.Commit(Make.Batch(Trace(3, start + 5), Trace(4, start + MinutesKept)));
        store.ReplaceDatabase("a test says so");
        Assert.Equal([2L, 1L], HoursOf(store, start, 2));
        Assert.Equal(4, Assert.Single(store.ReadRollups(Make.AllCells).Cells).Cell.Traces);
        store.Commit(Make.Batch(Trace(1, start + 61)));
        Assert.Equal([1L, 2L], HoursOf(store, start, 2));
    }

    [Fact]
    public void A_state_stays_as_long_as_nothing_is_booked_there_and_no_longer()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(Trace(1, start), Trace(2, start + 70), Trace(3, start + 130)));
        RollupState[] first = States();
        store.Commit(Make.Batch(Trace(4, start + 71)));
        RollupState[] second = States();
        Assert.Equal([true, false, true], first.Zip(second, static (a, b) => a == b));

        MaintainAll(store, start + MinutesKept + 300);
        Assert.Equal([true, true, true], States().Zip(second, static (a, b) => a == b));
        store.Commit(Make.Batch(Trace(3, start + 1)));
        RollupState[] third = States();
        Assert.Equal([false, true, false], second.Zip(third, static (a, b) => a == b));

        store.ReplaceDatabase("a test says so");
        Assert.DoesNotContain(true, third.Zip(States(), static (a, b) => a == b));

        RollupState[] States() => [.. store.ReadRollupSeries(new CellQuery { FromMinute = start, ToMinute = start + 180 }, MinutesPerHour, default).Select(static step => step.State)];
    }

    [Fact]
    public void A_step_that_is_known_is_not_read()
    {
        using DataFolder folder = new();
        long start = FirstHour * MinutesPerHour;
        using TraceStore store = folder.Open();
        store.Commit(Make.Batch(Trace(1, start), Trace(2, start + 70)));
        IReadOnlyList<RollupWindow> steps = store.ReadRollupSeries(
            new CellQuery { FromMinute = start, ToMinute = start + 120 }, MinutesPerHour, step => step.FromMinute == start, static step => step, default);
        Assert.Equal([(start, start + 60, 0), (start + 60, start + 120, 1)], steps.Select(static step => (step.FromMinute, step.ToMinute, step.Cells.Count)));
    }

    /// <summary>What is the same stretch of time in the same state holds the same, whatever has happened in between.</summary>
    private static void AssertKnown(TraceStore store, long now, Dictionary<(long From, long To, RollupState State), string> known)
    {
        foreach (long step in (long[])[15, 60])
        {
            foreach (RollupWindow window in store.ReadRollupSeries(new CellQuery { FromMinute = now - (30 * 60), ToMinute = now + 1 }, step, default))
            {
                string content = string.Join('\n', window.Cells.SelectMany(static cell => Same.LinesOf(cell.Cell).Prepend(cell.Key.ToString())));
                Assert.Equal(content, known.TryAdd((window.FromMinute, window.ToMinute, window.State), content) ? content : known[(window.FromMinute, window.ToMinute, window.State)]);
            }
        }
    }

    /// <summary>Steps lie end to end, cover the window, and each is the window of its own.</summary>
    private static void AssertSeries(TraceStore store, long now, RandomRecords random)
    {
        long step = random.Pick<long>([1, 7, 30, 60, 1440]);
        long to = now - random.Next(50 * 60);
        long from = to - 1 - (random.Next(10) * step);
        IReadOnlyList<RollupWindow> series = store.ReadRollupSeries(new CellQuery { FromMinute = from, ToMinute = to }, step, default);

        Assert.InRange(from, series[0].FromMinute, series[0].ToMinute - 1);
        Assert.InRange(to, series[^1].FromMinute + 1, series[^1].ToMinute);
        long length = series[0].ToMinute - series[0].FromMinute;
        Assert.True(length == step || length % MinutesPerHour == 0);
        for (int i = 0; i < series.Count; i++)
        {
            Assert.Equal(series[0].FromMinute + (i * length), series[i].FromMinute);
            Assert.Equal(series[i].FromMinute + length, series[i].ToMinute);
            RollupWindow alone = store.ReadRollups(new CellQuery { FromMinute = series[i].FromMinute, ToMinute = series[i].ToMinute });
            Assert.Equal(alone.Cells.Select(static cell => (cell.Key, cell.Cell.Traces, cell.Cell.Spans)), series[i].Cells.Select(static cell => (cell.Key, cell.Cell.Traces, cell.Cell.Spans)));
        }
    }

    /// <summary>What is read of some parts of the rollups is those parts of what is read of all; and the keys are those that have any.</summary>
    private static void AssertParts(TraceStore store, long now, RandomRecords random)
    {
        CellQuery query = new() { FromMinute = now - random.Next(60 * 60), ToMinute = now + 1, Workflow = random.Pick([null, Keys[0].Workflow]) };
        RollupWindow whole = store.ReadRollups(query);
        RollupParts parts = (RollupParts)random.Next((int)RollupParts.All);
        RollupWindow some = store.ReadRollups(query with { Parts = parts });

        Assert.Equal((whole.FromMinute, whole.ToMinute, whole.Overflow), (some.FromMinute, some.ToMinute, some.Overflow));
        Assert.Equal(whole.Cells.Select(static cell => cell.Key), some.Cells.Select(static cell => cell.Key));
        for (int i = 0; i < whole.Cells.Count; i++)
        {
            RollupCell expected = new();
            expected.Merge(whole.Cells[i].Cell, expected.Outcomes, parts);
            Same.Cells(expected, some.Cells[i].Cell);
        }

        Assert.Equal(parts.HasFlag(RollupParts.Details) ? whole.FailureExamples.Count : 0, some.FailureExamples.Count);
        Assert.Equal(whole.Cells.Select(static cell => cell.Key).Where(key => query.Workflow is null || key.Workflow == query.Workflow), store.ReadKeys(query));
    }

    private static void AssertWindow(TraceStore store, Dictionary<TraceId, TraceContribution> current, long now, long from, long to)
    {
        if (from >= to)
        {
            return;
        }

        RollupWindow window = store.ReadRollups(new CellQuery { FromMinute = from, ToMinute = to });
        if (from >= now - MinutesKept)
        {
            Assert.Equal((from, to), (window.FromMinute, window.ToMinute));
        }

        Assert.InRange(window.FromMinute, from - MinutesPerHour + 1, from);
        Assert.InRange(window.ToMinute, to, to + MinutesPerHour - 1);
        Assert.True(window.FromMinute == from || window.FromMinute % MinutesPerHour == 0);
        Assert.True(window.ToMinute == to || window.ToMinute % MinutesPerHour == 0);

        SortedDictionary<RollupKey, RollupCell> expected = [];
        List<KeyValuePair<TraceId, TraceContribution>> within =
            [.. current.Where(trace => trace.Value.Minute >= window.FromMinute && trace.Value.Minute < window.ToMinute)];
        foreach ((TraceId traceId, TraceContribution contribution) in within)
        {
            expected.TryAdd(contribution.Key, new RollupCell());
            expected[contribution.Key].Add(traceId, contribution);
        }

        Assert.Equal(expected.Keys, window.Cells.Select(static cell => cell.Key));
        Assert.All(window.Cells, cell => Same.Cells(expected[cell.Key], cell.Cell));
        Assert.Equal(
            within.Where(static trace => trace.Value.Failure is not null)
                .GroupBy(static trace => trace.Value.Failure!)
                .ToDictionary(static group => group.Key, static group => group.Min(static trace => trace.Key)),
            new Dictionary<FailureKey, TraceId>(window.FailureExamples));
    }

    private static TraceCommit Trace(ulong id, long minute) => Make.Commit(Make.Id(id), Make.Contribution(minute: minute));

    private static void MaintainAll(TraceStore store, long minute)
    {
        while (store.Maintain(minute * Make.NanosPerMinute))
        {
        }
    }

    private static IEnumerable<long> HoursOf(TraceStore store, long start, int hours) => Enumerable.Range(0, hours)
        .Select(hour => new CellQuery { FromMinute = start + (hour * MinutesPerHour), ToMinute = start + ((hour + 1) * MinutesPerHour) })
        .Select(query => store.ReadRollups(query).Cells.Sum(static cell => cell.Cell.Traces));

    private static List<string> CountCells(DataFolder folder)
    {
        using SqliteConnection connection = new($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
        command.CommandText = "SELECT CASE WHEN id < 1 << 61 THEN 'minute' ELSE 'hour' END AS span, count(*) FROM rollup_cell GROUP BY span ORDER BY span";
        using SqliteDataReader rows = command.ExecuteReader();
        List<string> counts = [];
        while (rows.Read())
        {
            counts.Add($"{rows.GetString(0)} {rows.GetInt64(1)}");
        }

        return counts;
    }

    private static void Execute(DataFolder folder, string sql)
    {
        using SqliteConnection connection = new($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are those of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        command.ExecuteNonQuery();
    }
}
