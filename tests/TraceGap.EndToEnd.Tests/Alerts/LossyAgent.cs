using Google.Protobuf;
using OpenTelemetry.Proto.Trace.V1;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;

namespace TraceGap.EndToEnd.Tests.Alerts;

/// <summary>An agent of one step; runs that are lost fail with no step to blame.</summary>
internal sealed class LossyAgent
{
    public const string Workflow = "shop/POST /ask";

    private const long MinuteMilliseconds = 60_000;

    private readonly Random _random = new(1);

    /// <summary>Sends runs that ended in the past, evenly spread.</summary>
    public Task SendAsync(ServerProcess server, int minutesAgo, int minutes, int perMinute, double silentShare)
    {
        long start = Now() - (minutesAgo * MinuteMilliseconds);
        return SendAsync(server, Enumerable.Range(0, minutes * perMinute).Select(i => start + (i * MinuteMilliseconds / perMinute)), silentShare);
    }

    /// <summary>Sends runs that end now and are all well, every two seconds.</summary>
    public async Task KeepHealthyAsync(ServerProcess server, CancellationToken stop)
    {
        try
        {
            while (true)
            {
                await SendAsync(server, Enumerable.Repeat(Now() - 1, 300), silentShare: 0);
                await Task.Delay(TimeSpan.FromSeconds(2), stop);
            }
        }
        catch (OperationCanceledException)
        {
            // It is over.
        }
    }

    private static long Now() => TimeProvider.System.GetUtcNow().ToUnixTimeMilliseconds();

    private async Task SendAsync(ServerProcess server, IEnumerable<long> endMilliseconds, double silentShare)
    {
        List<EmittedSpan> spans = [];
        foreach (long end in endMilliseconds)
        {
            ByteString traceId = SpanSource.Id(_random, 16);
            Span root = NewSpan(traceId, "POST /ask", Span.Types.SpanKind.Server, end);
            Span step = NewSpan(traceId, "search", Span.Types.SpanKind.Internal, end);
            step.ParentSpanId = root.SpanId;
            step.Attributes.Add(SpanSource.Text("tracegap.layer", "retrieval"));
            if (_random.NextDouble() < silentShare)
            {
                root.Status = new Status { Code = Status.Types.StatusCode.Error };
            }

            spans.Add(new EmittedSpan("shop", root));
            spans.Add(new EmittedSpan("shop", step));
        }

        using RawGrpcClient client = new(server.OtlpGrpc);
        await client.ExportAsync(SpanSource.Request(spans));
    }

    private Span NewSpan(ByteString traceId, string name, Span.Types.SpanKind kind, long endMilliseconds) => new()
    {
        TraceId = traceId,
        SpanId = SpanSource.Id(_random, 8),
        Name = name,
        Kind = kind,
        StartTimeUnixNano = (ulong)(endMilliseconds - 10) * 1_000_000,
        EndTimeUnixNano = (ulong)endMilliseconds * 1_000_000,
    };
}
