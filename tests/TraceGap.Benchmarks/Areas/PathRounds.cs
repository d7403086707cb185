using TraceGap.Benchmarks.Figures;
using TraceGap.Benchmarks.Load;
using TraceGap.Benchmarks.Processes;

namespace TraceGap.Benchmarks.Areas;

/// <summary>What one round cost per span.</summary>
/// <param name="Server">The server, until the report shows every span.</param>
/// <param name="Discard">The host that discards, with the same requests.</param>
/// <param name="WireBytes">Bytes per span as sent.</param>
internal readonly record struct PathRound(Cost Server, Cost Discard, double WireBytes)
{
    public double Ratio => Server.CpuMicros / Discard.CpuMicros;
}

/// <summary>A server and the host that discards, side by side: each round sends the same requests to the one, then to the other.</summary>
internal sealed class PathRounds : IAsyncDisposable
{
    /// <summary>Traces are analysed after two quiet seconds; before that there is no use in asking.</summary>
    private static readonly TimeSpan QuietPeriod = TimeSpan.FromSeconds(2.3);

    private static readonly TimeSpan IdlePeriod = TimeSpan.FromMilliseconds(600);
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(3);

    private const int DiscardRepeats = 5;

    private const int ReportWarmUp = 200;

    /// <summary>Looking for closed traces five times a second costs less in <see cref="IdlePeriod"/>, work costs more.</summary>
    private const double IdleMicros = 12_000;

    private readonly TemporaryFolder _folder;
    private readonly Dictionary<(MeasuredProcess, Transport, int), OtlpSender> _senders = [];
    private readonly ReportProbe _report;
    private long _sentSpans;

    private PathRounds(TemporaryFolder folder, MeasuredProcess server, MeasuredProcess discard)
    {
        _folder = folder;
        Server = server;
        Discard = discard;
        _report = new ReportProbe(server.Addresses.Http!);
    }

    public MeasuredProcess Server { get; }

    public MeasuredProcess Discard { get; }

    /// <summary>Starts both.</summary>
    public static async Task<PathRounds> StartAsync()
    {
        TemporaryFolder folder = new();
        MeasuredProcess server = await MeasuredProcess.StartServerAsync(folder.Path);
        return new PathRounds(folder, server, await MeasuredProcess.StartDiscardAsync());
    }

    /// <summary>One round.</summary>
    public async Task<PathRound> RoundAsync(AgentTraffic traffic, int leastSpans)
    {
        List<OtlpRequest> requests = traffic.Requests(leastSpans, Clock.UnixNanos());
        int spans = requests.Sum(static request => request.Spans);
        Cost server = await ServeAsync(requests, SenderTo(Server, traffic.Shape), spans);

        Cost discard = await DiscardAsync(requests, SenderTo(Discard, traffic.Shape), spans);
        return new PathRound(server.Per(spans), discard, requests.Sum(static request => (double)request.Framed.Length) / spans);
    }

    /// <summary>Asks for the report until its code is compiled: rounds end with a few questions, and would pay for that.</summary>
    public async Task WarmUpReportAsync()
    {
        for (int question = 0; question < ReportWarmUp; question++)
        {
            await _report.CountsAsync();
        }
    }

    public async ValueTask DisposeAsync()
    {
        foreach (OtlpSender sender in _senders.Values)
        {
            sender.Dispose();
        }

        _report.Dispose();
        await Server.DisposeAsync();
        await Discard.DisposeAsync();
        _folder.Dispose();
    }

    private OtlpSender SenderTo(MeasuredProcess process, TrafficShape shape)
    {
        (MeasuredProcess, Transport, int) key = (process, shape.Transport, shape.Calls);
        if (!_senders.TryGetValue(key, out OtlpSender? sender))
        {
            sender = OtlpSender.For(shape.Transport, process.Addresses.Otlp(shape.Transport), shape.Calls);
            _senders.Add(key, sender);
        }

        return sender;
    }

    /// <summary>Cost per span of discarding. Several times over: once would be too short a sample.</summary>
    private async Task<Cost> DiscardAsync(List<OtlpRequest> requests, OtlpSender sender, int spans)
    {
        Cost start = (await Discard.FiguresAsync()).Cost;
        for (int i = 0; i < DiscardRepeats; i++)
        {
            await sender.SendAsync(requests);
        }

        return ((await Discard.FiguresAsync()).Cost - start).Per((double)spans * DiscardRepeats);
    }

    /// <summary>Sends, and waits until the server has no more to do. Only then is it asked for the report, so that asking costs nothing here.</summary>
    private async Task<Cost> ServeAsync(List<OtlpRequest> requests, OtlpSender sender, int spans)
    {
        Cost start = (await Server.FiguresAsync()).Cost;
        await sender.SendAsync(requests);
        _sentSpans += spans;
        await Task.Delay(QuietPeriod);
        Cost end = await UntilIdleAsync();
        while ((await _report.CountsAsync()).Spans < _sentSpans)
        {
            // It did not get the processor for a while. What this question cost is counted then.
            end = await UntilIdleAsync();
        }

        await _report.UntilExactlyAsync(_sentSpans);
        return end - start;
    }

    private async Task<Cost> UntilIdleAsync()
    {
        long start = TimeProvider.System.GetTimestamp();
        Cost before = (await Server.FiguresAsync()).Cost;
        while (TimeProvider.System.GetElapsedTime(start) < Patience)
        {
            await Task.Delay(IdlePeriod);
            Cost after = (await Server.FiguresAsync()).Cost;
            if (after.CpuMicros - before.CpuMicros < IdleMicros)
            {
                return after;
            }

            before = after;
        }

        throw new TimeoutException("the server does not come to rest");
    }
}
