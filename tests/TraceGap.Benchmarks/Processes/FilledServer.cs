using TraceGap.Benchmarks.Load;
using TraceGap.Storage;

namespace TraceGap.Benchmarks.Processes;

/// <summary>A server over a day and a bit of analysed traces, minute by minute, up to now.</summary>
internal sealed class FilledServer : IAsyncDisposable
{
    private const long NanosPerMinute = 60_000_000_000;
    private const int MinutesPerDay = 1440;

    private readonly TemporaryFolder _folder;

    private FilledServer(TemporaryFolder folder, long traces, MeasuredProcess server) => (_folder, Traces, Server) = (folder, traces, server);

    /// <summary>Traces in the store.</summary>
    public long Traces { get; }

    /// <summary>The server.</summary>
    public MeasuredProcess Server { get; }

    /// <summary>Fills a store, of which a quick run has the hundredth part, and starts a server over it.</summary>
    public static async Task<FilledServer> StartAsync(int workflows, int tracesPerDay, BenchmarkArguments arguments)
    {
        TemporaryFolder folder = new();
        int perMinute = tracesPerDay / workflows / MinutesPerDay / (arguments.Quick ? 100 : 1);
        long to = Clock.UnixNanos() / NanosPerMinute;
        long from = to - MinutesPerDay - 37;
        if (!TraceStore.TryOpen(new StoreOptions { Folder = folder.Path }, out TraceStore? store, out StoreError? error))
        {
            throw new InvalidOperationException($"{error}");
        }

        using (store)
        {
            new BookedRuns(workflows, seed: 1).Fill(store, from, to, perMinute);
        }

        return new FilledServer(folder, (to - from) * perMinute * workflows, await MeasuredProcess.StartServerAsync(folder.Path));
    }

    /// <summary>Ends the server and removes its data.</summary>
    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
