using TraceGap.Reporting.Alerts;
using TraceGap.Reporting.Tests.Objectives;

namespace TraceGap.Reporting.Tests.Alerts;

public sealed class BurnRateRuleTests
{
    private const int Day = 1440;
    private const int Month = 30 * Day;
    private const long Now = 30_000_000;

    [Fact]
    public void Both_windows_must_burn_and_the_score_is_that_of_the_formula()
    {
        // An hour with 20 of 100 failed, the last five minutes of it 2 of 10.
        RuleJudgement judged = Evaluate(AlertRule.BurnRate, (5, 8, 2), (60, 80, 20));

        // 100 · (0.2 ln(0.2/0.01) + 0.8 ln(0.8/0.99))
        Assert.Equal(AlertVerdict.Fires, judged.Verdict);
        Assert.Equal(42.867, judged.Finding!.Score, 3);
        Assert.Equal(60, judged.Finding.Window.Minutes);
        Assert.Equal(0.144, judged.Calibration!.Value.Threshold, 12);
        Assert.Equal(AlertVerdict.Quiet, Evaluate(AlertRule.BurnRate, (5, 9, 0), (60, 80, 20)).Verdict);
    }

    [Theory]
    [InlineData(2, 2)]
    [InlineData(10, 4)]
    [InlineData(40, 4)]
    public void A_few_failures_page_nobody_however_few_requests_there_are(long requests, long failed)
    {
        Assert.Equal(AlertVerdict.Quiet, Evaluate(AlertRule.BurnRate, (5, 0, failed), (60, requests - failed, failed)).Verdict);
        Assert.Equal(AlertVerdict.Quiet, Evaluate(AlertRule.SlowBurn, (5, 0, failed), (4320, requests - failed, failed)).Verdict);
    }

    [Fact]
    public void A_burn_rate_of_one_is_told_only_where_it_is_no_chance()
    {
        // 1.05 % and 1.3 % of 20,000 in three days: scores 0.25 and 8.3.
        Assert.Equal(AlertVerdict.Quiet, Evaluate(AlertRule.SlowBurn, (360, 1600, 20), (4320, 19_790, 210)).Verdict);
        Assert.Equal(AlertVerdict.Fires, Evaluate(AlertRule.SlowBurn, (360, 1600, 22), (4320, 19_740, 260)).Verdict);
    }

    [Fact]
    public void More_workflows_ask_for_more_evidence()
    {
        ObjectiveStanding standing = Standing([(360, 1600, 22), (4320, 19_740, 260)]);

        Assert.Equal(AlertVerdict.Quiet, BurnRateRule.Evaluate(standing, AlertRule.SlowBurn, AlertPosition.Start, Now, workflows: 20).Verdict);
    }

    [Fact]
    public void It_is_over_where_a_window_behind_the_alert_shows_it()
    {
        AlertPosition firing = new(AlertStatus.Firing, Now - 60, Now - 60, 0);

        // 400 requests without a failure in the 55 minutes since: at three times the budget 12 would have failed. Ten say nothing.
        Assert.Equal(AlertVerdict.Recovered, Evaluate(firing, (55, 400, 0), (60, 400, 70)).Verdict);
        Assert.NotEqual(AlertVerdict.Recovered, Evaluate(firing, (55, 10, 0), (60, 10, 40)).Verdict);
        Assert.NotEqual(AlertVerdict.Recovered, Evaluate(firing with { FiredMinute = Now - 30 }, (55, 400, 0), (60, 400, 70)).Verdict);
    }

    [Theory]
    [InlineData(0.1)]
    [InlineData(1)]
    [InlineData(10)]
    public void A_workflow_that_uses_up_its_budget_evenly_is_not_paged_and_hardly_ticketed(double rate)
    {
        int[] pages = [.. Enumerable.Range(1, 4).Select(seed => Firings(seed, rate, 0.01, AlertRule.BurnRate))];
        int[] tickets = [.. Enumerable.Range(1, 4).Select(seed => Firings(seed, rate, 0.01, AlertRule.SlowBurn))];

        Assert.All(pages, static count => Assert.Equal(0, count));
        Assert.All(tickets, static count => Assert.InRange(count, 0, 1));
    }

    [Theory]
    [InlineData(1, 0.3, 40)]
    [InlineData(10, 0.2, 60)]
    [InlineData(100, 0.2, 60)]
    public void An_outage_is_told_soon_once_and_over_once(double rate, double loss, int minutes)
    {
        SimulatedTraffic traffic = new(new Random(5), Day * 6, new Traffic(rate), minute => minute is >= Day * 3 and < (Day * 3) + 240 ? loss : 0.002);
        BurnRun run = new(BurnRun.Objective, traffic);

        Assert.InRange(Assert.Single(run.Entries(AlertRule.BurnRate, Day, AlertStatus.Firing)), Day * 3, (Day * 3) + minutes);
        Assert.InRange(Assert.Single(run.Entries(AlertRule.BurnRate, Day, AlertStatus.Resolved)), (Day * 3) + 240, Day * 6);
    }

    [Theory]
    [InlineData(10, 0.062, AlertRule.BurnRate)]
    [InlineData(100, 0.061, AlertRule.BurnRate)]
    [InlineData(10, 0.0105, AlertRule.SlowBurn)]
    [InlineData(100, 0.0105, AlertRule.SlowBurn)]
    public void A_loss_just_above_what_is_told_does_not_come_and_go(double rate, double loss, AlertRule rule)
    {
        Assert.All(Enumerable.Range(1, 3), seed => Assert.InRange(Firings(seed, rate, loss, rule), 0, 3));
    }

    private static int Firings(int seed, double rate, double loss, AlertRule rule) =>
        new BurnRun(BurnRun.Objective, new SimulatedTraffic(new Random(seed), (3 * Day) + Month, new Traffic(rate), _ => loss)).Entries(rule, 3 * Day, AlertStatus.Firing).Count();

    private static RuleJudgement Evaluate(AlertRule rule, params (int Minutes, long Ok, long Failed)[] windows) =>
        BurnRateRule.Evaluate(Standing(windows), rule, AlertPosition.Start, Now, workflows: 1);

    private static RuleJudgement Evaluate(AlertPosition position, params (int Minutes, long Ok, long Failed)[] windows) =>
        BurnRateRule.Evaluate(Standing(windows), AlertRule.BurnRate, position, Now, workflows: 1);

    /// <summary>A window that is not given has what the next shorter one has.</summary>
    private static ObjectiveStanding Standing((int Minutes, long Ok, long Failed)[] windows)
    {
        Dictionary<int, RequestSums> sums = [];
        RequestSums sum = default;
        foreach (int length in BurnWindow.Lengths(BurnRun.Objective))
        {
            foreach ((_, long ok, long failed) in windows.Where(window => window.Minutes == length))
            {
                sum = ObjectiveTests.Traces(ok, failed);
            }

            sums[length] = sum;
        }

        return new ObjectiveStanding(BurnRun.Objective, Now, sums);
    }
}
