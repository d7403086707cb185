namespace TraceGap.Aggregation.Tests;

public class ReopenPolicyTests
{
    private const long Second = 1_000_000_000;

    [Theory]
    [InlineData(10, 1, 100, 100, 102)]
    [InlineData(2_000, 1, 100, 100, 102)]
    [InlineData(30_000, 1, 100, 100, 130)]
    [InlineData(30_000, 1, 100, 150, 180)]
    public void A_trace_waits_until_it_was_quiet_for_two_seconds_or_a_millisecond_a_span(int stored, int added, long first, long last, long ready) =>
        Assert.Equal(ready * Second, ReopenPolicy.ReadyAt(stored, added, first * Second, last * Second));

    [Theory]
    [InlineData(100, 24, 102)]
    [InlineData(100, 25, 100)]
    [InlineData(101, 25, 102)]
    [InlineData(1, 1, 100)]
    [InlineData(0, 0, 100)]
    public void A_trace_that_grew_by_a_quarter_does_not_wait(int stored, int added, long ready) =>
        Assert.Equal(ready * Second, ReopenPolicy.ReadyAt(stored, added, 100 * Second, 100 * Second));

    [Theory]
    [InlineData(30_000, 395)]
    [InlineData(int.MaxValue, 100)]
    public void A_trace_waits_for_five_minutes_at_most(int stored, long last) =>
        Assert.Equal(400 * Second, ReopenPolicy.ReadyAt(stored, 1, 100 * Second, last * Second));

    [Fact]
    public void Spans_that_come_one_by_one_cost_a_constant_times_the_trace()
    {
        const int Spans = 20_000;
        int stored = 1_000;
        long analysed = 0;
        int added = 0;
        long first = 0;
        for (long now = 0; stored + added < Spans; now += Second / 100)
        {
            first = added == 0 ? now : first;
            added++;
            if (ReopenPolicy.ReadyAt(stored, added, first, now) <= now)
            {
                stored += added;
                analysed += stored;
                added = 0;
            }
        }

        Assert.InRange(analysed, Spans / 2, 6 * Spans);
    }
}
