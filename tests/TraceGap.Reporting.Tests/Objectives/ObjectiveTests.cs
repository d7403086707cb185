using TraceGap.Aggregation;
using TraceGap.Reporting.Alerts;

namespace TraceGap.Reporting.Tests.Objectives;

public sealed class ObjectiveTests
{
    private const int Day = 1440;
    private const long Last = 30_000_000 + 59;
    private static readonly Objective Month = new("answers", 0.99, 30 * Day);

    [Fact]
    public void A_budget_is_spent_by_the_failures_of_the_whole_window()
    {
        OutcomeTimeline timeline = new(Month);
        timeline.TakeMinute(Last, Traces(ok: 90, failed: 10));
        timeline.TakeHour(Last - 59 - (10 * Day), Traces(ok: 1900, failed: 0));
        timeline.Trim(Last);

        ObjectiveReport report = timeline.StandingAt(Last).ToReport();

        // 10 of 2,000 failed where 20 may.
        Assert.Equal(0.995, report.Observed!.Value, 12);
        Assert.Equal(0.5, report.ErrorBudgetRemaining!.Value, 12);
        Assert.Equal(["5m", "30m", "1h", "2h", "6h", "1d", "3d"], report.BurnRates.Select(static rate => rate.Window));
        Assert.All(report.BurnRates, static rate => Assert.Equal(10, rate.Value!.Value, 9));
        Assert.Equal(("30d", 0.99), (report.Window, report.Target));
        Assert.Equal(DateTime.UnixEpoch.AddMinutes(Last + 1), report.Until);
    }

    [Fact]
    public void No_requests_are_neither_a_burn_rate_nor_a_budget()
    {
        OutcomeTimeline timeline = new(Month);
        timeline.TakeMinute(Last - 90, Traces(ok: 5, failed: 5));

        ObjectiveReport report = timeline.StandingAt(Last).ToReport();

        Assert.Equal([null, null, null, 50, 50, 50, 50], report.BurnRates.Select(static rate => rate.Value is double value ? Math.Round(value, 6) : (double?)null));
        Assert.Null(new OutcomeTimeline(Month).StandingAt(Last).ToReport().ErrorBudgetRemaining);
    }

    [Fact]
    public void A_trace_counts_as_often_as_its_sampling_weight_says()
    {
        RollupCell cell = new();
        cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Failed), weight: 1 << 16));
        cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Ok), weight: 9 << 16));
        cell.Add(Contributions.Trace(new SimulatedRun().Step("tool").Ends(TraceOutcome.Cancelled), weight: 100 << 16));

        RequestSums sums = RequestSums.Of(cell);

        Assert.Equal(0.1, sums.Loss, 12);
        Assert.Equal(100.0 / 82, sums.Effective, 12);
    }

    [Theory]
    [InlineData(30, "60/5 360/30 1440/120 4320/360")]
    [InlineData(7, "14/1 84/7 336/28 1008/84")]
    [InlineData(90, "180/15 1080/90 4320/360 12960/1080")]
    public void Windows_are_in_proportion_to_that_of_the_objective(int days, string windows)
    {
        Objective objective = Month with { WindowMinutes = days * Day };

        BurnWindow[] all = [.. BurnWindow.Of(objective, AlertRule.BurnRate), .. BurnWindow.Of(objective, AlertRule.SlowBurn)];

        Assert.Equal(windows, string.Join(' ', all.Select(static window => $"{window.LongMinutes}/{window.ShortMinutes}")));
        Assert.Equal([14.4, 6, 3, 1], all.Select(static window => window.Factor));
        Assert.Equal([0.144, 0.06, 0.03, 0.01], all.Select(static window => Math.Round(window.Loss, 12)));
    }

    [Fact]
    public void A_loose_objective_burns_fast_where_half_of_what_can_fail_does()
    {
        Assert.Equal([0.6, 0.6], BurnWindow.Of(Month with { Target = 0.8 }, AlertRule.BurnRate).Select(static window => Math.Round(window.Loss, 12)));
    }

    [Fact]
    public void Minutes_that_became_hours_say_what_they_said()
    {
        Random random = new(17);
        for (int run = 0; run < 200; run++)
        {
            OutcomeTimeline minutes = new(Month);
            OutcomeTimeline trimmed = new(Month);
            RequestSums whole = default;
            for (long at = Last; at > Last - Month.WindowMinutes; at -= 1 + random.Next(60 * (1 + run)))
            {
                RequestSums sums = Traces(ok: random.Next(100), failed: random.Next(9));
                minutes.TakeMinute(at, sums);
                trimmed.TakeMinute(at, sums);
                whole += sums;
            }

            // Days that go by one after the other, as they do live.
            for (long day = Last - Month.WindowMinutes; day <= Last; day += Day / 3)
            {
                trimmed.Trim(day);
            }

            trimmed.Trim(Last);
            ObjectiveStanding now = trimmed.StandingAt(Last);
            Assert.Equal(whole, now.Windows[Month.WindowMinutes]);
            Assert.Equal(minutes.StandingAt(Last).Windows[60], now.Windows[60]);
            Assert.Equal(minutes.StandingAt(Last).Windows[Day], now.Windows[Day]);
        }
    }

    internal static RequestSums Traces(long ok, long failed) => new((Int128)(ok + failed) << 16, (Int128)(ok + failed) << 32, (Int128)failed << 16);
}
