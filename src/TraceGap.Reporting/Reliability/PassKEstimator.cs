using TraceGap.Aggregation;

namespace TraceGap.Reporting;

/// <summary>
/// pass^k (Yao and others, τ-bench, 2024): the probability that k tries of one task all end well, averaged over tasks. Of a task with n tries of which c were ok, C(c,k) / C(n,k) is an unbiased
/// estimate, whatever n is. Tasks are alike in nothing but their number, so the mean over them has the variance of a mean over clusters.
/// </summary>
internal static class PassKEstimator
{
    /// <summary>Largest k.</summary>
    public const int MostTries = 8;

    /// <summary>Figures for every k up to <see cref="MostTries"/> that some task was tried often enough for; none unless a task was tried twice.</summary>
    /// <param name="tables">Tasks; the same task in two tables is two tasks.</param>
    public static IReadOnlyList<PassK> Of(IEnumerable<TaskTable> tables)
    {
        TaskTries[] tasks = [.. tables.SelectMany(static table => table.Sample).Select(static task => task.Value)];
        long most = tasks.Length == 0 ? 0 : tasks.Max(static task => task.Total);
        return most < 2 ? [] : [.. Enumerable.Range(1, (int)Math.Min(most, MostTries)).Select(tries => Of(tasks, tries))];
    }

    private static PassK Of(TaskTries[] tasks, int tries)
    {
        double sum = 0;
        double squares = 0;
        int count = 0;
        foreach (TaskTries task in tasks)
        {
            if (task.Total >= tries)
            {
                double chance = AllOk(task, tries);
                sum += chance;
                squares += chance * chance;
                count++;
            }
        }

        double mean = sum / count;
        double variance = count > 1 ? Math.Max(0, squares - (sum * mean)) / ((double)count * (count - 1)) : 0;
        Estimate estimate = Wilson.Interval(mean, variance, count);
        return new PassK(tries, count, estimate.Value, estimate.Low, estimate.High);
    }

    /// <summary>C(c,k) / C(n,k) as a product of k factors, none above 1.</summary>
    private static double AllOk(TaskTries task, int tries)
    {
        double chance = 1;
        for (int i = 0; i < tries; i++)
        {
            chance *= Math.Max(0, task.Ok - i) / (double)(task.Total - i);
        }

        return chance;
    }
}
