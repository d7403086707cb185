using System.Numerics;
using TraceGap.Aggregation;

namespace TraceGap.Reporting.Tests;

public sealed class PassKTests
{
    [Fact]
    public void Of_a_task_it_is_the_share_of_all_ways_to_choose_k_tries_that_are_all_ok()
    {
        for (int ok = 0; ok <= 6; ok++)
        {
            for (int failed = 0; ok + failed <= 6; failed++)
            {
                foreach (PassK power in PassKEstimator.Of([Table((1, ok, failed), (2, 2, 0))]))
                {
                    // The second task was tried twice and always ok.
                    double own = ok + failed >= power.K ? Share(ok, failed, power.K) : 0;
                    int tasks = (ok + failed >= power.K ? 1 : 0) + (power.K <= 2 ? 1 : 0);
                    Assert.Equal(tasks, power.Tasks);
                    Assert.Equal((own + (power.K <= 2 ? 1 : 0)) / tasks, power.Value!.Value, 12);
                    Assert.True(power.Low < power.High && power.Low <= power.Value && power.Value <= power.High);
                }
            }
        }
    }

    [Fact]
    public void Without_a_task_that_was_tried_twice_there_is_none()
    {
        Assert.Empty(PassKEstimator.Of([]));
        Assert.Empty(PassKEstimator.Of([Table((1, 1, 0), (2, 0, 1)), Table((1, 1, 0))]));
    }

    [Fact]
    public void No_more_tries_are_asked_for_than_eight()
    {
        Assert.Equal([1, 2, 3, 4, 5, 6, 7, 8], PassKEstimator.Of([Table((1, 90, 10))]).Select(static power => power.K));
    }

    /// <summary>Tasks of different difficulty, each tried a few times: the truth is the mean of pᵏ, and not the k-th power of the mean.</summary>
    [Fact]
    public void It_is_unbiased_and_its_interval_holds_the_truth_where_tasks_differ()
    {
        const int Windows = 400;
        Random random = new(11);
        double[] chances = [0.5, 0.8, 0.95, 1];
        double[] truth = [.. Enumerable.Range(1, 3).Select(k => chances.Average(chance => Math.Pow(chance, k)))];
        double[] sums = new double[3];
        int[] held = new int[3];
        for (int window = 0; window < Windows; window++)
        {
            IReadOnlyList<PassK> powers = PassKEstimator.Of([Table([.. Enumerable.Range(0, 200).Select(Tried)])]);
            for (int k = 0; k < 3; k++)
            {
                sums[k] += powers[k].Value!.Value;
                held[k] += powers[k].Low <= truth[k] && truth[k] <= powers[k].High ? 1 : 0;
            }
        }

        for (int k = 0; k < 3; k++)
        {
            Assert.Equal(truth[k], sums[k] / Windows, 0.005);
            Assert.InRange(held[k], 0.92 * Windows, 0.98 * Windows);
        }

        // Any of the four kinds, tried three to five times.
        (int Task, int Ok, int Failed) Tried(int task)
        {
            double chance = chances[random.Next(chances.Length)];
            int tries = random.Next(3, 6);
            int ok = Enumerable.Range(0, tries).Count(_ => random.NextDouble() < chance);
            return (task, ok, tries - ok);
        }
    }

    [Fact]
    public void Traces_that_name_a_task_give_it_in_the_report_and_those_of_two_versions_are_tries_of_two_tasks()
    {
        OutcomeRecord ok = new SimulatedRun().Step("model").Ends(TraceOutcome.Ok);
        OutcomeRecord failed = new SimulatedRun().Step("model", ok: false).Ends(TraceOutcome.Failed);
        Report report = Contributions.Report(
        [
            Contributions.Trace(ok, task: 7), Contributions.Trace(failed, task: 7), Contributions.Trace(ok, task: 8), Contributions.Trace(ok, task: 8),
            Contributions.Trace(ok, task: 8, key: Contributions.Key(version: "2")), Contributions.Trace(ok),
        ]);

        Assert.Equal(
            [(1, 3L, (0.5 + 1 + 1) / 3), (2, 2L, 0.5)],
            report.Reliability.PassK.Select(static power => (power.K, power.Tasks, power.Value!.Value)));
    }

    private static double Share(int ok, int failed, int k) => (double)Choose(ok, k) / (double)Choose(ok + failed, k);

    private static BigInteger Choose(int n, int k) => k > n ? 0 : Enumerable.Range(0, k).Aggregate(BigInteger.One, (ways, i) => ways * (n - i) / (i + 1));

    private static TaskTable Table(params (int Task, int Ok, int Failed)[] tasks)
    {
        TaskTable table = new();
        foreach ((int task, int ok, int failed) in tasks)
        {
            table.Add((ulong)task, new TaskTries(ok, failed));
        }

        return table;
    }
}
