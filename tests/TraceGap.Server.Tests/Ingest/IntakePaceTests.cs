using TraceGap.Server.Ingest;
using TraceGap.Server.Tests.Calls;

namespace TraceGap.Server.Tests.Ingest;

public sealed class IntakePaceTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly IntakePace _pace;

    public IntakePaceTests() => _pace = new IntakePace(_time);

    [Fact]
    public void A_server_that_has_just_started_takes_fifteen_thousand_spans_at_once_and_some_forty_thousand_a_second()
    {
        Assert.Equal(TimeSpan.Zero, _pace.Take(15_000));
        TimeSpan first = Assert.NotNull(_pace.Take(20_000));
        TimeSpan second = Assert.NotNull(_pace.Take(10_000));
        Assert.InRange(10_000 / (second - first).TotalSeconds, 35_000, 40_000);
    }

    [Fact]
    public void Half_a_second_of_work_may_come_at_once_and_then_as_much_as_is_analysed()
    {
        Analysed(spans: 100_000, seconds: 0.2);
        int atOnce = Enumerable.Range(0, 1_000).TakeWhile(_ => _pace.Take(1_000) == TimeSpan.Zero).Count();
        Assert.InRange(atOnce, 170, 200);

        int taken = 0;
        for (int millisecond = 0; millisecond < 10_000; millisecond++)
        {
            _time.Advance(TimeSpan.FromMilliseconds(1));
            do
            {
                taken += 100;
            }
            while (_pace.Take(100) == TimeSpan.Zero);
        }

        // Half a million a second is what analysis can do if it does nothing else.
        Assert.InRange(taken, 3_650_000, 3_850_000);
    }

    [Fact]
    public void Senders_with_a_call_at_a_time_are_slowed_down_to_the_speed_of_analysis()
    {
        Analysed(spans: 100_000, seconds: 0.2);
        long sent = 0;
        TimeSpan passed = TimeSpan.Zero;
        while (passed < TimeSpan.FromSeconds(60))
        {
            TimeSpan wait = Assert.NotNull(_pace.Take(1_000));
            sent += 1_000;
            passed += wait;
            _time.Advance(wait);
        }

        Assert.InRange(sent / passed.TotalSeconds, 365_000, 385_000);
    }

    [Fact]
    public void Who_would_wait_for_seconds_is_asked_to_come_again()
    {
        Analysed(spans: 10_000, seconds: 0.2);
        Assert.NotNull(_pace.Take(1_000_000));
        Assert.Null(_pace.Take(1));
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.Zero, _pace.Take(1));
    }

    [Fact]
    public void Rounds_that_take_long_slow_intake_further_until_they_are_short_again()
    {
        Analysed(spans: 100_000, seconds: 0.2);
        double usual = SpansASecond();
        Analysed(spans: 250_000, seconds: 0.5);
        Assert.InRange(SpansASecond(), 0.4 * usual, 0.6 * usual);
        Analysed(spans: 100_000, seconds: 0.2);
        Assert.InRange(SpansASecond(), 0.95 * usual, 1.05 * usual);
    }

    [Fact]
    public void What_a_commit_of_a_few_spans_costs_is_not_taken_for_what_spans_cost()
    {
        Analysed(spans: 100_000, seconds: 0.2);
        double usual = SpansASecond();
        for (int round = 0; round < 1_000; round++)
        {
            Analysed(spans: 10, seconds: 0.02);
        }

        Assert.InRange(SpansASecond(), 0.95 * usual, 1.05 * usual);
    }

    [Fact]
    public void A_cost_measured_while_the_disk_held_it_up_is_forgotten_although_all_rounds_are_small_since()
    {
        Analysed(spans: 50_000, seconds: 60);
        Assert.InRange(SpansASecond(300), 300, 1_000);
        for (int round = 0; round < 100; round++)
        {
            Analysed(spans: 40, seconds: 0.001);
        }

        // Forty thousand a second is what it is when it does nothing else.
        Assert.InRange(SpansASecond(5_000), 15_000, 30_000);
    }

    [Fact]
    public void However_long_a_round_took_the_intake_is_not_closed()
    {
        Analysed(spans: 100_000, seconds: 0.2);
        double usual = SpansASecond();
        Analysed(spans: 2_000, seconds: 600);
        Assert.InRange(SpansASecond(10_000), 0.07 * usual, 0.11 * usual);
    }

    /// <summary>Each commit takes seconds, and code is not compiled yet: nothing piles up, so nothing is held back for long.</summary>
    [Fact]
    public void A_slow_disk_does_not_slow_down_spans_that_are_few()
    {
        Analysed(spans: 4_000, seconds: 12);
        for (int round = 0; round < 10; round++)
        {
            Analysed(spans: 200, seconds: 1.7);
            _time.Advance(TimeSpan.FromSeconds(1.7));
            for (int request = 0; request < 16; request++)
            {
                Assert.InRange(Assert.NotNull(_pace.Take(12)), TimeSpan.Zero, TimeSpan.FromMilliseconds(100));
            }
        }
    }

    private void Analysed(long spans, double seconds) => _pace.Analysed(spans, TimeSpan.FromSeconds(seconds));

    private double SpansASecond(int spans = 100_000)
    {
        _time.Advance(TimeSpan.FromSeconds(60));
        Assert.Equal(TimeSpan.Zero, _pace.Take(0));
        TimeSpan first = Assert.NotNull(_pace.Take(3 * spans));
        TimeSpan second = Assert.NotNull(_pace.Take(spans));
        return spans / (second - first).TotalSeconds;
    }
}
