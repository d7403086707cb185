using System.Collections.Concurrent;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Aggregation;
using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;

namespace TraceGap.Benchmarks.Areas;

/// <summary>Every second a small trace of its own, and how long after it counts as complete (its last span acknowledged, then the quiet period) the server shows it.</summary>
internal sealed class FreshnessProbe(HostAddresses server) : IDisposable
{
    private const int SpansPerTrace = 10;
    private static readonly TimeSpan Every = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan AskAgain = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly OtlpSender _sender = OtlpSender.For(Transport.Grpc, server.OtlpGrpc);
    private readonly AgentTraffic _traffic = new(new TrafficShape(SpansPerTrace, SpansPerTrace), seed: 2);
    private readonly ReportProbe _report = new(server.Http!);
    private readonly ConcurrentQueue<double> _interval = new();
    private long _traces;

    /// <summary>Freshness of the probes, seconds.</summary>
    public ConcurrentQueue<double> Found { get; } = new();

    public long Traces => Interlocked.Read(ref _traces);

    public long Spans => Traces * SpansPerTrace;

    /// <summary>The probes that were found since the last call; null if there were none.</summary>
    public Spread? TakeInterval()
    {
        List<double> taken = [];
        while (_interval.TryDequeue(out double seconds))
        {
            taken.Add(seconds);
        }

        return taken.Count == 0 ? null : Spread.Of(taken);
    }

    /// <summary>Probes until told to stop, then waits for those that are out.</summary>
    public async Task RunAsync(CancellationToken stop)
    {
        List<Task> probes = [];
        using PeriodicTimer timer = new(Every);
        try
        {
            while (await timer.WaitForNextTickAsync(stop))
            {
                probes.Add(ProbeAsync(_traffic.Requests(SpansPerTrace, Clock.UnixNanos()).Single()));
            }
        }
        catch (OperationCanceledException)
        {
            await Task.WhenAll(probes);
        }
    }

    public void Dispose()
    {
        _sender.Dispose();
        _report.Dispose();
    }

    private async Task ProbeAsync(OtlpRequest request)
    {
        string traceId = Convert.ToHexStringLower(
            ExportTraceServiceRequest.Parser.ParseFrom(request.Body.Span).ResourceSpans[0].ScopeSpans[0].Spans[0].TraceId.Span);
        await _sender.SendAsync(request, call: 0);
        Interlocked.Increment(ref _traces);
        long acknowledged = TimeProvider.System.GetTimestamp();
        await Task.Delay(AssemblyOptions.DefaultQuiet);
        while (!await _report.HasTraceAsync(traceId))
        {
            if (TimeProvider.System.GetElapsedTime(acknowledged) > Patience)
            {
                throw new TimeoutException($"trace {traceId} was acknowledged and is not found");
            }

            await Task.Delay(AskAgain);
        }

        double seconds = (TimeProvider.System.GetElapsedTime(acknowledged) - AssemblyOptions.DefaultQuiet).TotalSeconds;
        _interval.Enqueue(seconds);
        Found.Enqueue(seconds);
    }
}
