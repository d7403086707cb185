using TraceGap.Server.Calls;

namespace TraceGap.Server.Tests.Calls;

public sealed class StallGuardTests
{
    private readonly ManualTimeProvider _time = new();
    private readonly CallLimits _limits = new() { Budget = new InFlightBudget(1), MinProgressBytes = 1000 };

    [Fact]
    public void Progress_starts_the_clock_anew()
    {
        using StallGuard stall = new(_limits, _time);
        _time.Advance(TimeSpan.FromSeconds(29));
        stall.Received(1000, held: 1000);
        _time.Advance(TimeSpan.FromSeconds(29));
        Assert.False(stall.Token.IsCancellationRequested);

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(stall.Token.IsCancellationRequested);
    }

    [Fact]
    public void A_trickle_is_no_progress()
    {
        using StallGuard stall = new(_limits, _time);
        for (int second = 1; second <= 29; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            stall.Received(second, held: 1000);
        }

        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.True(stall.Token.IsCancellationRequested);
    }

    [Fact]
    public void Small_pieces_add_up_to_progress()
    {
        using StallGuard stall = new(_limits, _time);
        for (int second = 1; second <= 90; second++)
        {
            _time.Advance(TimeSpan.FromSeconds(1));
            stall.Received(second * 50, held: 1000);
        }

        Assert.False(stall.Token.IsCancellationRequested);
    }

    [Theory]
    [InlineData(1_000, true)]
    [InlineData(5_000, false)]
    public void A_body_that_holds_much_memory_has_to_come_fast(int bytesEach29Seconds, bool stalls)
    {
        using StallGuard stall = new(_limits, _time);
        for (int times = 1; times <= 3; times++)
        {
            _time.Advance(TimeSpan.FromSeconds(29));
            stall.Received(times * bytesEach29Seconds, held: 100_000);
        }

        Assert.Equal(stalls, stall.Token.IsCancellationRequested);
    }
}
