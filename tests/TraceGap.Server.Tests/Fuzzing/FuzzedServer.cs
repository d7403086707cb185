using System.Collections.Concurrent;
using System.Net.Sockets;
using Google.Protobuf;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Otlp.Tests.Fuzzing;
using TraceGap.Server.Configuration;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.Tests.Grpc;
using TraceGap.Server.Tests.UnaryHttp;

namespace TraceGap.Server.Tests.Fuzzing;

/// <summary>A whole server on free ports that is sent anything, and asked after each time whether it still does its work.</summary>
internal sealed class FuzzedServer : IAsyncDisposable
{
    /// <summary>Longer than a body may stall: what has no answer by then never gets one.</summary>
    private static readonly TimeSpan Hanging = TimeSpan.FromSeconds(90);

    private static readonly byte[] GoodRequest = RecordedRequests.Protobuf[0];

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("tracegap-fuzz-");
    private readonly FailureLog _log = new();
    private readonly ConcurrentQueue<string> _unobserved = new();
    private TraceGapServer _server = null!;
    private HttpClient _grpc = null!;
    private HttpConnection _http = null!;

    public static async Task<FuzzedServer> StartAsync()
    {
        FuzzedServer fuzzed = new();
        TaskScheduler.UnobservedTaskException += fuzzed.OnUnobserved;
        ServerOptions options = new()
        {
            DataFolder = Path.Combine(fuzzed._folder.FullName, "data"),
            OtlpGrpc = "127.0.0.1:0",
            OtlpHttp = "127.0.0.1:0",
            Http = "127.0.0.1:0",
            MaxRequestBytes = 1 << 20,
            MaxInFlightBytes = 8 << 20,
        };
        fuzzed._server = await TraceGapServer.StartAsync(options, fuzzed._log);
        fuzzed._grpc = new HttpClient { BaseAddress = fuzzed._server.OtlpGrpc, Timeout = Hanging };
        fuzzed._http = await HttpConnection.OpenAsync(fuzzed._server.OtlpHttp);
        return fuzzed;
    }

    /// <summary>A server that waits for more has said what it had to by then. If it had not, that costs an answer and fails nothing.</summary>
    private static readonly TimeSpan Quiet = TimeSpan.FromMilliseconds(40);

    /// <summary>Sends bytes to the OTLP/HTTP port, and no more; gives all that is answered.</summary>
    public Task<(byte[] Answer, bool IsCutOff)> SendHttpAsync(byte[] bytes) => SendAsync(_server.OtlpHttp, bytes);

    /// <summary>Sends bytes to the OTLP/gRPC port, and no more; gives all that is answered.</summary>
    public Task<(byte[] Answer, bool IsCutOff)> SendHttp2Async(byte[] bytes) => SendAsync(_server.OtlpGrpc, bytes);

    /// <summary>Sends a body to a gRPC method.</summary>
    public async Task<GrpcTestReply> CallAsync(string path, byte[] body, params (string Name, string Value)[] headers)
    {
        using HttpRequestMessage request = GrpcTestServer.Request("", new ByteArrayContent(body), headers);
        request.RequestUri = new Uri(path, UriKind.Relative);
        using HttpResponseMessage response = await _grpc.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        return await GrpcTestReply.ReadAsync(response);
    }

    /// <summary>Both transports take a good request, and nothing was logged as a failure.</summary>
    public async Task CheckServesAsync()
    {
        HttpWireReply http = await _http.AskAsync(HttpConnection.Post("/v1/traces", "application/x-protobuf", GoodRequest)).WaitAsync(Hanging);
        Assert.Equal((200, 0), (http.Status, http.Body.Length));
        GrpcTestReply grpc = await CallAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", GrpcTestServer.Frame(GoodRequest));
        Assert.Equal((global::TraceGap.Server.Grpc.GrpcStatusCode.Ok, 0), (grpc.Code, grpc.Message.Length));
        Assert.Empty(_log.Failures);
    }

    /// <summary>All bytes of requests were given back.</summary>
    public async Task CheckGivesBackAsync()
    {
        using HttpClient client = new() { BaseAddress = _server.Http };
        await Eventually.Async(() => client.GetStringAsync("/metrics").GetAwaiter().GetResult().Contains("\ntracegap_otlp_budget_used_bytes 0\n", StringComparison.Ordinal));
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        _grpc.Dispose();
        await _server.DisposeAsync();
        _folder.Delete(recursive: true);
        GC.Collect();
        GC.WaitForPendingFinalizers();
        TaskScheduler.UnobservedTaskException -= OnUnobserved;
        Assert.Empty(_log.Failures);
        Assert.Empty(_unobserved);
    }

    // Of the whole process: other tests run beside this one.
    private void OnUnobserved(object? sender, UnobservedTaskExceptionEventArgs failure)
    {
        string text = failure.Exception.ToString();
        if (text.Contains("at TraceGap.Server.", StringComparison.Ordinal) && !text.Contains("TraceGap.Server.Tests.", StringComparison.Ordinal))
        {
            _unobserved.Enqueue(text);
        }
    }

    private static async Task<(byte[] Answer, bool IsCutOff)> SendAsync(Uri server, byte[] bytes)
    {
        using TcpClient client = new() { NoDelay = true };
        await client.ConnectAsync(server.Host, server.Port);
        // Asked for later, the stream of a connection that was reset is not given.
        NetworkStream stream = client.GetStream();
        using CancellationTokenSource hanging = new(Hanging);
        using MemoryStream answer = new();
        try
        {
            Task sending = SendInPiecesAsync(stream, bytes, hanging.Token);
            await ReceiveAsync(client.Client, stream, answer, sending, hanging.Token);
            await sending;
            return (answer.ToArray(), false);
        }
        catch (IOException)
        {
            // Who closes a connection before all was read cuts off what is on its way back.
            return (answer.ToArray(), true);
        }
        catch (SocketException)
        {
            return (answer.ToArray(), true);
        }
    }

    // To the end; a server that waits for more is told that there is none, which ends also what it has not yet answered.
    private static async Task ReceiveAsync(Socket socket, NetworkStream stream, MemoryStream answer, Task sending, CancellationToken cancellationToken)
    {
        byte[] buffer = new byte[1 << 14];
        bool isEnded = false;
        Task<int> reading = stream.ReadAsync(buffer, cancellationToken).AsTask();
        while (true)
        {
            if (!isEnded && await Task.WhenAny(reading, Task.Delay(Quiet, cancellationToken)) != reading && sending.IsCompletedSuccessfully)
            {
                socket.Shutdown(SocketShutdown.Send);
                isEnded = true;
            }

            if (!isEnded && !reading.IsCompleted)
            {
                continue;
            }

            int received = await reading;
            if (received == 0)
            {
                return;
            }

            answer.Write(buffer, 0, received);
            reading = stream.ReadAsync(buffer, cancellationToken).AsTask();
        }
    }

    private static async Task SendInPiecesAsync(NetworkStream stream, byte[] bytes, CancellationToken cancellationToken)
    {
        // Where pieces end follows from the bytes, so that a failure can be repeated.
        Random random = new(bytes.Length);
        for (int sent = 0; sent < bytes.Length;)
        {
            int piece = Math.Min(random.Next(3) == 0 ? random.Next(1, 40) : random.Next(1, 1 << 18), bytes.Length - sent);
            await stream.WriteAsync(bytes.AsMemory(sent, piece), cancellationToken);
            sent += piece;
        }
    }
}
