using System.Threading.Channels;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;

namespace TraceGap.Benchmarks.Areas;

/// <summary>Sends without end: requests are made a little ahead of the calls that send them, each of which sends its next when the last was acknowledged.</summary>
internal sealed class SteadyLoad(HostAddresses server, TrafficShape shape, int? spansPerSecond) : IDisposable
{
    private const int SpansPerWave = 20_000;
    private const int RequestsAhead = 400;

    private readonly OtlpSender _sender = OtlpSender.For(shape.Transport, server.Otlp(shape.Transport));
    private readonly AgentTraffic _traffic = new(shape, seed: 1);
    private long _acknowledged;
    private long _traces;

    /// <summary>Spans that were acknowledged.</summary>
    public long Spans => Interlocked.Read(ref _acknowledged);

    /// <summary>Traces that were begun; all of them are whole when the load has ended.</summary>
    public long Traces => Interlocked.Read(ref _traces);

    public long Refused => _sender.Refused;

    public string RateText => spansPerSecond is int rate ? $"{rate:N0} spans/s" : "as fast as they are acknowledged";

    /// <summary>Sends until told to stop, then what is left of the traces that were begun.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        Channel<OtlpRequest> ahead = Channel.CreateBounded<OtlpRequest>(new BoundedChannelOptions(RequestsAhead) { SingleWriter = true });
        IEnumerable<Task> calls = Enumerable.Range(0, _sender.Calls).Select(call => Task.Run(() => CallAsync(ahead, call)));
        await Task.WhenAll([.. calls, Task.Run(() => MakeAsync(ahead.Writer, stop), CancellationToken.None)]);
    }

    public void Dispose() => _sender.Dispose();

    private async Task CallAsync(Channel<OtlpRequest> ahead, int call)
    {
        try
        {
            await foreach (OtlpRequest request in ahead.Reader.ReadAllAsync())
            {
                await _sender.SendAsync(request, call);
                Interlocked.Add(ref _acknowledged, request.Spans);
            }
        }
        catch (Exception exception)
        {
            // Nobody is to wait for room that a failed call no longer makes.
            ahead.Writer.TryComplete(exception);
            throw;
        }
    }

    private async Task MakeAsync(ChannelWriter<OtlpRequest> ahead, CancellationToken stop)
    {
        long start = TimeProvider.System.GetTimestamp();
        long made = 0;
        while (!stop.IsCancellationRequested)
        {
            List<OtlpRequest> wave = _traffic.Requests(SpansPerWave, Clock.UnixNanos());
            Interlocked.Add(ref _traces, wave.Sum(static request => request.Spans) / shape.SpansPerTrace);
            foreach (OtlpRequest request in wave)
            {
                await KeepPaceAsync(start, made);
                await ahead.WriteAsync(request, CancellationToken.None);
                made += request.Spans;
            }
        }

        ahead.TryComplete();
    }

    private async Task KeepPaceAsync(long start, long made)
    {
        if (spansPerSecond is int rate && TimeSpan.FromSeconds((double)made / rate) - TimeProvider.System.GetElapsedTime(start) is { TotalMilliseconds: > 1 } early)
        {
            await Task.Delay(early);
        }
    }
}
