using System.Runtime.CompilerServices;

namespace TraceGap.Server.Live;

/// <summary>Tells each listener what is new, at most once a second, however fast traces come.</summary>
/// <param name="revision">Grows with everything that is stored.</param>
/// <param name="earliestInFlight">Event time before which all that came is analysed, ns; <see cref="long.MaxValue"/> if nothing is in flight, 0 while that is not known.</param>
/// <param name="time">The clock.</param>
internal sealed class StoreChanges(Func<long> revision, Func<long> earliestInFlight, TimeProvider time)
{
    private static readonly TimeSpan Pace = TimeSpan.FromSeconds(1);

    /// <summary>Silence after which a listener hears that the connection still stands: below the half minute after which proxies give up.</summary>
    private static readonly TimeSpan Silence = TimeSpan.FromSeconds(15);

    /// <summary>The present state at once, then every change; null for a heartbeat.</summary>
    public async IAsyncEnumerable<StoreChange?> ListenAsync([EnumeratorCancellation] CancellationToken stop)
    {
        StoreChange told = Now();
        long toldAt = time.GetTimestamp();
        yield return told;
        while (await PassAsync(stop))
        {
            StoreChange now = Now();
            bool isNew = now.Revision != told.Revision;
            if (isNew || time.GetElapsedTime(toldAt) >= Silence)
            {
                told = now;
                toldAt = time.GetTimestamp();
                yield return isNew ? now : null;
            }
        }
    }

    private async ValueTask<bool> PassAsync(CancellationToken stop)
    {
        await Task.Delay(Pace, time, stop).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        return !stop.IsCancellationRequested;
    }

    private StoreChange Now()
    {
        DateTimeOffset now = time.GetUtcNow();
        DateTime? analysedUntil = earliestInFlight() switch
        {
            0 => null,
            long.MaxValue => now.UtcDateTime,
            long nanos => DateTime.UnixEpoch.AddTicks(Math.Min(nanos / 100, (now - DateTimeOffset.UnixEpoch).Ticks)),
        };
        return new StoreChange(revision(), analysedUntil);
    }
}
