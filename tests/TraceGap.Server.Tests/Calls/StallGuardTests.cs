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
        stall.Received(1000);
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
            stall.Received(second);
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
            stall.Received(second * 50);
        }

        Assert.False(stall.Token.IsCancellationRequested);
    }
}
