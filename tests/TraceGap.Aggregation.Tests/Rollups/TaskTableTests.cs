namespace TraceGap.Aggregation.Tests;

public class TaskTableTests
{
    [Fact]
    public void Beyond_the_bound_the_tasks_with_the_smallest_hashes_are_shown_whatever_the_order_and_however_they_were_merged()
    {
        Random random = new(5);
        ulong[] tasks = [.. Enumerable.Range(0, 30_000).Select(_ => (ulong)random.NextInt64())];
        (ulong Task, TaskTries Tries)[] tries = [.. tasks.Concat(tasks[..10_000]).Select(task => (task, random.Next(3) == 0 ? new TaskTries(0, 1) : new TaskTries(1, 0)))];
        KeyValuePair<ulong, TaskTries>[] expected =
        [
            .. tries.GroupBy(static it => it.Task)
                .OrderBy(static it => it.Key)
                .Take(TaskTable.Most)
                .Select(static it => KeyValuePair.Create(it.Key, it.Aggregate(default(TaskTries), static (sum, one) => sum + one.Tries))),
        ];
        for (int round = 0; round < 5; round++)
        {
            random.Shuffle(tries);
            TaskTable merged = new();
            foreach ((ulong Task, TaskTries Tries)[] part in tries.Chunk(random.Next(1000, 20_000)))
            {
                merged.Merge(TableOf(part));
            }

            Assert.Equal(expected, TableOf(tries).Sample);
            Assert.Equal(expected, merged.Sample);
            Assert.True(merged.IsSample);
            Assert.InRange(merged.Held.Count, TaskTable.Most, 2 * TaskTable.Most);
        }
    }

    [Fact]
    public void Tasks_that_come_and_go_leave_no_trace()
    {
        Random random = new(6);
        (ulong Task, TaskTries Tries)[] kept = [.. Enumerable.Range(0, 4000).Select(_ => ((ulong)random.NextInt64(), new TaskTries(2, 1)))];
        (ulong Task, TaskTries Tries)[] gone = [.. Enumerable.Range(0, 4000).Select(_ => ((ulong)random.NextInt64(), new TaskTries(0, 1)))];
        TaskTable table = TableOf([.. kept, .. gone]);
        foreach ((ulong task, TaskTries tries) in gone)
        {
            table.Add(task, new TaskTries(0, -tries.Failed));
        }

        Assert.Equal(TableOf(kept).Held, table.Held);
        Assert.False(table.IsSample);
    }

    private static TaskTable TableOf(IEnumerable<(ulong Task, TaskTries Tries)> tries)
    {
        TaskTable table = new();
        foreach ((ulong task, TaskTries one) in tries)
        {
            table.Add(task, one);
        }

        return table;
    }
}
