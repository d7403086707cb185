namespace TraceGap.Demo;

/// <summary>Sends requests to the demo's agents at a steady rate, many at a time.</summary>
/// <param name="services">Where the spans go.</param>
/// <param name="injection">The faults.</param>
/// <param name="ledger">Books what the agents did.</param>
internal sealed class AgentLoad(AgentServices services, Injection injection, Ledger ledger)
{
    /// <summary>Requests on their way at once, at most: a slow machine falls behind instead of drowning.</summary>
    private const int MaxConcurrency = 512;
    private static readonly TimeSpan Beat = TimeSpan.FromMilliseconds(20);

    /// <summary>Sends <paramref name="requests"/> requests, <paramref name="perSecond"/> a second, and waits for all answers.</summary>
    /// <param name="requests">How many; with the injection's seed this alone decides every fault.</param>
    /// <param name="perSecond">How fast.</param>
    /// <param name="progress">Told the number of requests begun.</param>
    /// <param name="stop">Gives up; the requests on their way are not booked.</param>
    public async Task RunAsync(int requests, double perSecond, Action<int> progress, CancellationToken stop)
    {
        using SemaphoreSlim room = new(MaxConcurrency);
        using PeriodicTimer timer = new(Beat, TimeProvider.System);
        long begin = TimeProvider.System.GetTimestamp();
        List<Task> running = [];
        for (int next = 0; next < requests;)
        {
            double due = TimeProvider.System.GetElapsedTime(begin).TotalSeconds * perSecond;
            for (; next < requests && next <= due; next++)
            {
                await room.WaitAsync(stop);
                running.Add(AnswerAsync(next, room, stop));
            }

            progress(next);
            running.RemoveAll(static task => task.IsCompletedSuccessfully);
            if (next < requests)
            {
                await timer.WaitForNextTickAsync(stop);
            }
        }

        await Task.WhenAll(running);
    }

    private async Task AnswerAsync(int request, SemaphoreSlim room, CancellationToken stop)
    {
        await Task.Yield();
        try
        {
            AgentRun run = new(services, injection, new Dice(injection.Seed, request), stop);
            await run.AnswerAsync();
            ledger.Book(run.Tally);
        }
        finally
        {
            room.Release();
        }
    }
}
