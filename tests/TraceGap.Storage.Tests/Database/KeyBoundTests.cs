using Microsoft.Data.Sqlite;
using TraceGap.Aggregation;
using TraceGap.Otlp;

namespace TraceGap.Storage.Tests;

/// <summary>Names come from senders: what they make grow has a bound.</summary>
public sealed class KeyBoundTests
{
    private const int Bound = 5;
    private const long MinutesPerDay = 1440;
    private const long Midnight = Make.Minute / MinutesPerDay * MinutesPerDay;

    /// <summary>Which keys stay depends on the keys alone; whatever is booked where, all is counted, and revisions take out exactly what was booked.</summary>
    [Fact]
    public void The_keys_of_a_day_with_the_smallest_hashes_stay_whatever_the_order() => Property.Holds(
        static random =>
        {
            string[] names = [.. Enumerable.Range(0, random.Pick([2, Bound, Bound + 1, 12])).Select(static name => $"agent/{name}")];
            Assert.Equal(KeysAfter(random, names), KeysAfter(random, names));
        },
        runs: 15);

    [Fact]
    public void Below_the_bound_every_key_has_its_own_figures_and_the_next_day_begins_anew()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(keysPerDay: Bound);
        for (int name = 0; name < 2 * Bound; name++)
        {
            store.Commit(Make.Batch(Trace((ulong)name, $"agent/{name}", Midnight + (name < Bound ? 0 : MinutesPerDay))));
        }

        RollupWindow window = store.ReadRollups(Make.AllCells);
        Assert.Equal(2 * Bound, window.Cells.Count);
        Assert.False(window.Overflow);
    }

    [Fact]
    public void A_report_of_one_workflow_says_that_traces_of_its_window_may_count_under_another_key()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(keysPerDay: 1);
        store.Commit(Make.Batch(Trace(1, "agent/a", Midnight), Trace(2, "agent/b", Midnight), Trace(3, "agent/c", Midnight + MinutesPerDay)));

        // Whichever of the two was displaced.
        store.Commit(Make.Batch(Trace(4, "agent/a", Midnight), Trace(5, "agent/b", Midnight)));
        CellQuery query = new() { FromMinute = Midnight, ToMinute = Midnight + 1, Workflow = "agent/c" };
        Assert.True(store.ReadRollups(query).Overflow);
        Assert.Empty(store.ReadRollups(query).Cells);
        Assert.False(store.ReadRollups(query with { FromMinute = Midnight + MinutesPerDay, ToMinute = Midnight + MinutesPerDay + 1 }).Overflow);
        Assert.Contains(store.ListTraces(new TraceQuery()).Traces, static trace => trace.Key == RollupKey.Other);
    }

    [Fact]
    public void Failures_beyond_the_bound_are_told_apart_by_layer_alone()
    {
        using DataFolder folder = new();
        using TraceStore store = folder.Open(keysPerDay: Bound);
        for (ulong id = 0; id < 200; id++)
        {
            FailureKey failure = new(Layer.ToolCall, new StepKey("agent", Layer.ToolCall, $"tool {id}"), "timeout");
            store.Commit(Make.Batch(Make.Commit(Make.Id(id), Make.Contribution(outcome: TraceOutcome.Failed, failure: failure))));
        }

        TraceSummary[] traces = [.. store.ListTraces(new TraceQuery { Layer = Layer.ToolCall, Limit = 1000 }).Traces];
        Assert.Equal(200, traces.Length);
        Assert.Contains(traces, static trace => trace.Failure == new FailureKey(Layer.ToolCall, null, RollupKey.OtherName));
        Assert.InRange(Count(folder, "SELECT count(*) FROM failure_key"), Bound + 1, 60);
        Assert.Equal(Bound, Count(folder, "SELECT count(*) FROM failure_key_day"));
    }

    [Fact]
    public void Keys_go_when_nothing_is_left_of_them()
    {
        using DataFolder folder = new();
        RetentionOptions retention = new() { MaxAge = TimeSpan.FromDays(2), RollupMaxAge = TimeSpan.FromDays(20) };
        using TraceStore store = folder.Open(retention: retention);
        store.Commit(Make.Batch(Trace(1, "agent/old", Midnight), Trace(2, "agent/kept", Midnight)));
        store.Commit(Make.Batch(Trace(3, "agent/kept", Midnight + (20 * MinutesPerDay))));
        for (int day = 0; day < 24; day++)
        {
            while (store.Maintain((Midnight + (day * MinutesPerDay)) * Make.NanosPerMinute))
            {
            }
        }

        Assert.Equal(1, Count(folder, "SELECT count(*) FROM rollup_key"));
        Assert.Equal(1, Count(folder, "SELECT count(*) FROM rollup_key_day"));
        Assert.Equal("agent/kept", Assert.Single(store.ReadRollups(Make.AllCells).Cells).Key.Workflow);
    }

    private static List<string> KeysAfter(RandomRecords random, string[] names)
    {
        DataFolder folder = new();
        TraceStore store = folder.Open(keysPerDay: Bound);
        string[] order = [.. names.Concat(names).Concat(names).OrderBy(_ => random.Next(1000))];
        for (int i = 0; i < order.Length; i++)
        {
            store.Commit(Make.Batch(Trace((ulong)i, order[i], Midnight)));
            if (random.Next(8) == 0)
            {
                // Killed at this moment.
                DataFolder copy = folder.CopyAsAfterCrash();
                store.Dispose();
                folder.Dispose();
                folder = copy;
                store = folder.Open(keysPerDay: Bound);
            }
        }

        RollupWindow window = store.ReadRollups(Make.AllCells);
        Assert.Equal(order.Length, window.Cells.Sum(static cell => cell.Cell.Traces));
        Assert.Equal(window.Cells.Any(static cell => cell.Key == RollupKey.Other), window.Overflow);

        // By now it is known which keys stay: revised, all traces count under these.
        store.Commit(Make.Batch([.. order.Select(static (name, id) => Trace((ulong)id, name, Midnight, revision: 2))]));
        window = store.ReadRollups(Make.AllCells);
        Assert.Equal(names.Length > Bound, window.Overflow);
        Assert.Equal(names.Length > Bound ? Bound + 1 : names.Length, window.Cells.Count);
        Assert.All(window.Cells, cell => Assert.Equal(cell.Key == RollupKey.Other ? 3 * (names.Length - Bound) : 3, cell.Cell.Traces));
        List<string> keys = [.. window.Cells.Select(static cell => cell.Key.Workflow)];
        store.Dispose();
        folder.Dispose();
        return keys;
    }

    private static TraceCommit Trace(ulong id, string workflow, long minute, int revision = 1) =>
        Make.Commit(Make.Id(id), Make.Contribution(Make.Key(workflow), minute), revision: revision);

    private static long Count(DataFolder folder, string sql)
    {
        using SqliteConnection connection = new($"Data Source={folder.Database};Pooling=False");
        connection.Open();
        using SqliteCommand command = connection.CreateCommand();
#pragma warning disable CA2100 // The statements are those of the tests.
        command.CommandText = sql;
#pragma warning restore CA2100
        return (long)command.ExecuteScalar()!;
    }
}
