namespace TraceGap.Server.Tests.Calls;

/// <summary>Waits for a condition that another thread brings about.</summary>
internal static class Eventually
{
    public static async Task Async(Func<bool> condition)
    {
        using PeriodicTimer poll = new(TimeSpan.FromMilliseconds(2));
        using CancellationTokenSource hopeless = new(TimeSpan.FromMinutes(1));
        while (!condition())
        {
            await poll.WaitForNextTickAsync(hopeless.Token);
        }
    }
}
