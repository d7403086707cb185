namespace TraceGap.Aggregation;

/// <summary>How the traces that tried one task ended.</summary>
/// <param name="Ok">Ok.</param>
/// <param name="Failed">Failed.</param>
public readonly record struct TaskTries(long Ok, long Failed)
{
    /// <summary>All.</summary>
    public long Total => Ok + Failed;

    /// <summary>Adds two sums.</summary>
    public static TaskTries operator +(TaskTries left, TaskTries right) => new(left.Ok + right.Ok, left.Failed + right.Failed);
}

/// <summary>
/// Tries by task, for as many tasks as are worth telling apart: those with the smallest hashes, which is a uniform sample of all tasks. Adds and subtracts exactly. One owner, no lock.
/// </summary>
/// <remarks>
/// It shows <see cref="Most"/> tasks and holds up to twice as many, so that taking some out again brings back what adding them had pushed out, and the order of it all does not show.
/// </remarks>
public sealed class TaskTable
{
    /// <summary>Most tasks that <see cref="Sample"/> shows.</summary>
    public const int Most = 4096;

    private const int MostHeld = 2 * Most;

    private readonly SortedDictionary<ulong, TaskTries> _tasks = [];

    /// <summary>Tasks with a hash from here on are not held; null if all are.</summary>
    public ulong? Limit { get; private set; }

    /// <summary>All tasks that are held, by hash.</summary>
    public IReadOnlyCollection<KeyValuePair<ulong, TaskTries>> Held => _tasks;

    /// <summary>The tasks with the smallest hashes.</summary>
    public IEnumerable<KeyValuePair<ulong, TaskTries>> Sample => _tasks.Take(Most);

    /// <summary>True if there were more tasks than the sample has.</summary>
    public bool IsSample => Limit is not null || _tasks.Count > Most;

    /// <summary>Adds tries of a task, or takes them out if they are negative.</summary>
    public void Add(ulong task, TaskTries tries)
    {
        if (task >= Limit)
        {
            return;
        }

        TaskTries sum = _tasks.GetValueOrDefault(task) + tries;
        if (sum == default)
        {
            _tasks.Remove(task);
        }
        else
        {
            _tasks[task] = sum;
        }

        if (_tasks.Count > MostHeld)
        {
            Cut(_tasks.Keys.ElementAt(Most));
        }
    }

    /// <summary>Adds all of another table.</summary>
    public void Merge(TaskTable other)
    {
        if (other.Limit is ulong limit)
        {
            Cut(limit);
        }

        foreach ((ulong task, TaskTries tries) in other._tasks)
        {
            Add(task, tries);
        }
    }

    /// <summary>Holds no tasks from a hash on, from now on.</summary>
    public void Cut(ulong limit)
    {
        if (limit >= Limit)
        {
            return;
        }

        Limit = limit;
        foreach (ulong task in _tasks.Keys.SkipWhile(task => task < limit).ToArray())
        {
            _tasks.Remove(task);
        }
    }
}
