using System.Collections.Concurrent;
using System.Net.Sockets;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.EndToEnd.Tests.Serving;

namespace TraceGap.EndToEnd.Tests.Durability;

/// <summary>
/// Sends requests over several connections as exporters do: what was not acknowledged is sent again, until it is, to whatever server there is by then. Any answer that is neither success nor
/// "come again" is a failure of the test.
/// </summary>
internal sealed class ResendingLoad : IAsyncDisposable
{
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const int Ok = 0;
    private const int Unavailable = 14;

    private readonly ConcurrentQueue<int> _waiting = [];
    private readonly SemaphoreSlim _due = new(0);
    private readonly CancellationTokenSource _end = new();
    private readonly IReadOnlyList<ExportTraceServiceRequest> _requests;
    private readonly Task[] _senders;
    private volatile Uri? _server;
    private volatile string? _refusal;
    private int _acknowledged;
    private int _refused;
    private int _handedOver;

    public ResendingLoad(IReadOnlyList<ExportTraceServiceRequest> requests, int senders = 4)
    {
        _requests = requests;
        _senders = [.. Enumerable.Range(0, senders).Select(_ => Task.Run(SendAsync))];
    }

    /// <summary>Where to send; null while there is no server.</summary>
    public Uri? Server
    {
        get => _server;
        set => _server = value;
    }

    /// <summary>Requests that were acknowledged.</summary>
    public int Acknowledged => Volatile.Read(ref _acknowledged);

    /// <summary>Answers that said to come again.</summary>
    public int Refused => Volatile.Read(ref _refused);

    /// <summary>Lets the next requests be sent, up to <paramref name="count"/> in all.</summary>
    public void SendUpTo(int count)
    {
        for (; _handedOver < Math.Min(count, _requests.Count); _handedOver++)
        {
            _waiting.Enqueue(_handedOver);
            _due.Release();
        }
    }

    /// <summary>Waits until <paramref name="count"/> requests are acknowledged.</summary>
    public Task UntilAcknowledgedAsync(int count) => Poll.UntilAsync(
        async _ =>
        {
            await ThrowIfASenderFailedAsync();
            return Acknowledged >= count;
        },
        () => $"{Acknowledged} of {count} requests were acknowledged, {Refused} answers said to come again, the last because \"{_refusal}\"");

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        foreach (Task sender in _senders)
        {
            await sender.ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        }

        _end.Dispose();
        _due.Dispose();
    }

    private async Task ThrowIfASenderFailedAsync()
    {
        foreach (Task sender in _senders.Where(static sender => sender.IsCompleted))
        {
            await sender;
        }
    }

    private async Task SendAsync()
    {
        RawGrpcClient? client = null;
        Uri? connected = null;
        while (true)
        {
            await _due.WaitAsync(_end.Token);
            Assert.True(_waiting.TryDequeue(out int request));
            while (true)
            {
                // An address that is served no longer may be another server's by now.
                if (_server is var server && server != connected)
                {
                    client?.Dispose();
                    client = server is null ? null : new RawGrpcClient(server);
                    connected = server;
                }

                if (client is not null && await IsTakenAsync(client, _requests[request]))
                {
                    Interlocked.Increment(ref _acknowledged);
                    break;
                }

                await Task.Delay(10, _end.Token);
            }
        }
    }

    private async Task<bool> IsTakenAsync(RawGrpcClient client, ExportTraceServiceRequest request)
    {
        try
        {
            (int status, string message, byte[] _) = await client.CallAsync(Export, request);
            Assert.True(status is Ok or Unavailable, $"{status}: {message}");
            if (status == Unavailable)
            {
                Interlocked.Increment(ref _refused);
                _refusal = message;
            }

            return status == Ok;
        }
        catch (Exception gone) when (gone is HttpRequestException or IOException or SocketException)
        {
            return false;
        }
    }
}
