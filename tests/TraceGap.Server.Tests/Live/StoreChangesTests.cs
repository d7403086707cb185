using TraceGap.Server.Live;
using TraceGap.Server.Tests.Calls;

namespace TraceGap.Server.Tests.Live;

public sealed class StoreChangesTests
{
    private readonly ManualTimeProvider _time = new();
    private long _revision = 7;
    private long _earliestInFlight = long.MaxValue;

    [Fact]
    public async Task The_present_state_comes_at_once_then_what_changed_at_most_once_a_second()
    {
        await using IAsyncEnumerator<StoreChange?> changes = Listen(CancellationToken.None);

        Assert.Equal(new StoreChange(7, _time.GetUtcNow().UtcDateTime), await NextAsync(changes));
        Task<StoreChange?> next = NextAsync(changes);
        _revision = 8;
        _revision = 9;
        Assert.False(next.IsCompleted);
        _time.Advance(TimeSpan.FromSeconds(1));
        Assert.Equal(9, (await next)!.Revision);
    }

    [Fact]
    public async Task Where_nothing_changes_a_heartbeat_comes_after_fifteen_seconds()
    {
        await using IAsyncEnumerator<StoreChange?> changes = Listen(CancellationToken.None);
        await NextAsync(changes);

        Task<StoreChange?> next = NextAsync(changes);
        DateTimeOffset began = _time.GetUtcNow();
        await Eventually.Async(() =>
        {
            _time.Advance(next.IsCompleted ? TimeSpan.Zero : TimeSpan.FromSeconds(1));
            return next.IsCompleted;
        });

        Assert.Null(await next);
        Assert.True(_time.GetUtcNow() - began >= TimeSpan.FromSeconds(15));
    }

    [Theory]
    [InlineData(0L, null)]
    [InlineData(1_500_000_000L, 1.5)]
    public async Task Analysed_until_is_the_earliest_span_in_flight(long earliest, double? seconds)
    {
        _time.Advance(TimeSpan.FromDays(20_000));
        _earliestInFlight = earliest;
        await using IAsyncEnumerator<StoreChange?> changes = Listen(CancellationToken.None);

        Assert.Equal(seconds is double at ? DateTime.UnixEpoch.AddSeconds(at) : null, (await NextAsync(changes))!.AnalysedUntil);
    }

    [Fact]
    public async Task Listening_ends_when_it_is_told_to()
    {
        using CancellationTokenSource stop = new();
        await using IAsyncEnumerator<StoreChange?> changes = Listen(stop.Token);
        await changes.MoveNextAsync();

        ValueTask<bool> next = changes.MoveNextAsync();
        await stop.CancelAsync();

        Assert.False(await next);
    }

    private IAsyncEnumerator<StoreChange?> Listen(CancellationToken stop) =>
        new StoreChanges(() => _revision, () => _earliestInFlight, _time).ListenAsync(stop).GetAsyncEnumerator(CancellationToken.None);

    private static async Task<StoreChange?> NextAsync(IAsyncEnumerator<StoreChange?> changes)
    {
        Assert.True(await changes.MoveNextAsync());
        return changes.Current;
    }
}
