using System.Net.Sockets;
using System.Text;
using Google.Protobuf;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.EndToEnd.Tests.Traces;
using TraceGap.Reporting;

namespace TraceGap.EndToEnd.Tests.Conformance;

/// <summary>Senders that come again when they are told to, lose an acknowledgement each and do not always wait for one, against a server with next to no memory: nothing is lost, nothing counts twice.</summary>
public sealed class RetryTests
{
    private const int MaxRequestBytes = 128 << 10;
    private const int Runs = 1_000;
    private const int SpansPerRequest = 300;
    private const double Impatience = 0.15;

    [Fact]
    public async Task Retries_against_an_overloaded_server_lose_and_duplicate_nothing()
    {
        ulong now = RandomTraces.Start;
        (List<List<EmittedSpan>> runs, FailFastTruth truth) = FailFastTraces.Generate(seed: 11, Runs, new FailFastScenario(Retries: true), now);
        EmittedSpan[] spans = [.. runs.SelectMany(static run => run)];
        new Random(11).Shuffle(spans);
        byte[][] requests = [.. spans.Chunk(SpansPerRequest).Select(static chunk => SpanSource.Request(chunk).ToByteArray())];
        Assert.All(requests, static request => Assert.InRange(request.Length, 1, MaxRequestBytes));

        string folder = Directory.CreateTempSubdirectory("tracegap-retry-").FullName;
        using ServerProcess server = await ServerProcess.StartAsync(folder, ("MAXREQUESTBYTES", $"{MaxRequestBytes}"), ("MAXINFLIGHTBYTES", $"{2 * MaxRequestBytes}"));
        CollectorSender[] senders =
        [
            .. Enumerable.Range(0, 4).Select(seed => new CollectorSender(server.OtlpGrpc, Transport.Grpc, new Random(seed))),
            .. Enumerable.Range(4, 4).Select(seed => new CollectorSender(server.OtlpHttp, Transport.HttpProtobuf, new Random(seed))),
        ];
        await SendAllAsync(server, senders, requests);

        Assert.All(senders, static sender => Assert.Equal(1, sender.LostAcknowledgements));
        Report? report = null;
        await Poll.UntilAsync(
            async client =>
            {
                report = ReportJson.ReadReport(await client.GetByteArrayAsync(new Uri(
                    server.Http, $"/api/v1/report?to={now / 1_000_000_000}&window=15m&workflow={Uri.EscapeDataString("shop/POST /ask")}")));
                return report.Traces is { Total: Runs, Open: 0 } && report.Traces.Ok == truth.Ok && report.Spans >= spans.Length;
            },
            () => $"{report?.Traces} and {report?.Spans} spans, not {Runs} traces, {truth.Ok} of them ok, and {spans.Length} spans");
        Assert.Equal(spans.Length, report!.Spans);
        Array.ForEach(senders, static sender => sender.Dispose());
        Directory.Delete(folder, recursive: true);
    }

    /// <summary>Sends with all of the server's memory taken until every sender was refused, then with all of it free.</summary>
    private static async Task SendAllAsync(ServerProcess server, CollectorSender[] senders, byte[][] requests)
    {
        Queue<byte[]> waiting = new(requests);
        Task[] sending;
        using (TcpClient first = await TakeMemoryAsync(server.OtlpHttp))
        using (TcpClient second = await TakeMemoryAsync(server.OtlpHttp))
        {
            sending = [.. senders.Select(sender => Task.Run(() => SendFromAsync(sender, waiting)))];
            await Poll.UntilAsync(
                _ => Task.FromResult(Array.TrueForAll(senders, static sender => sender.Refusals > 0) || sending.Any(static task => task.IsFaulted)),
                static () => "no sender was refused");
        }

        await Task.WhenAll(sending);
    }

    private static async Task SendFromAsync(CollectorSender sender, Queue<byte[]> waiting)
    {
        while (Next(waiting) is { } request)
        {
            await sender.SendAsync(request, Impatience);
        }
    }

    private static byte[]? Next(Queue<byte[]> waiting)
    {
        lock (waiting)
        {
            return waiting.TryDequeue(out byte[]? request) ? request : null;
        }
    }

    /// <summary>Begins a request of the largest size and leaves it at that. The server asks for the body once it has taken the memory for it.</summary>
    private static async Task<TcpClient> TakeMemoryAsync(Uri server)
    {
        TcpClient client = new();
        await client.ConnectAsync(server.Host, server.Port);
        await client.GetStream().WriteAsync(Encoding.ASCII.GetBytes(
            $"POST /v1/traces HTTP/1.1\r\nHost: test\r\nContent-Type: application/x-protobuf\r\nContent-Length: {MaxRequestBytes}\r\nExpect: 100-continue\r\n\r\n"));
        byte[] answer = new byte["HTTP/1.1 100".Length];
        await client.GetStream().ReadExactlyAsync(answer);
        Assert.Equal("HTTP/1.1 100"u8, answer);
        return client;
    }
}
