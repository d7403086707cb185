using System.Net;

namespace TraceGap.Benchmarks.Load;

/// <summary>
/// Sends requests with several connections and a bounded number of calls on each, as fast as they are answered. Refused for overload, it comes again, as exporters do. Raw HTTP,
/// because a client library would spend on these cores what the server needs.
/// </summary>
internal abstract class OtlpSender : IDisposable
{
    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private readonly HttpMessageInvoker[] _connections;
    private readonly int _callsPerConnection;
    private long _refused;

    /// <summary>Begins; connects when there is something to send.</summary>
    /// <param name="connections">HTTP connections.</param>
    /// <param name="callsPerConnection">Calls at once on each.</param>
    protected OtlpSender(int connections, int callsPerConnection)
    {
        _callsPerConnection = callsPerConnection;
        _connections = [.. Enumerable.Range(0, connections).Select(static _ => new HttpMessageInvoker(new SocketsHttpHandler { MaxConnectionsPerServer = 1 }))];
    }

    /// <summary>Calls at once over all connections.</summary>
    public int Calls => _connections.Length * _callsPerConnection;

    /// <summary>Calls that were refused for overload and repeated.</summary>
    public long Refused => Interlocked.Read(ref _refused);

    /// <summary>A sender for a transport. gRPC's calls share two connections, as those of a Collector share one; HTTP needs one each.</summary>
    public static OtlpSender For(Transport transport, Uri server, int calls = TrafficShape.UsualCalls) =>
        transport == Transport.Grpc ? new GrpcSender(server, Math.Min(2, calls), (calls + 1) / 2) : new HttpSender(server, calls);

    /// <summary>Sends all of them; returns when all are acknowledged.</summary>
    public async Task SendAsync(IReadOnlyList<OtlpRequest> requests)
    {
        int next = -1;
        await Task.WhenAll(Enumerable.Range(0, Calls).Select(call => Task.Run(async () =>
        {
            for (int i = Interlocked.Increment(ref next); i < requests.Count; i = Interlocked.Increment(ref next))
            {
                await SendAsync(requests[i], call);
            }
        })));
    }

    /// <summary>Sends one; returns when it is acknowledged.</summary>
    /// <param name="request">The request.</param>
    /// <param name="call">Number of the caller, which tells the connection.</param>
    public async Task SendAsync(OtlpRequest request, int call)
    {
        while (!await IsTakenAsync(_connections[call % _connections.Length], request))
        {
            Interlocked.Increment(ref _refused);
            await Task.Delay(RetryDelay);
        }
    }

    public void Dispose()
    {
        foreach (HttpMessageInvoker connection in _connections)
        {
            connection.Dispose();
        }
    }

    /// <summary>The request as this transport writes it.</summary>
    protected abstract HttpRequestMessage Message(OtlpRequest request);

    /// <summary>True if the answer is full success, false if it is to come again; anything else is an error.</summary>
    protected abstract bool IsTaken(HttpResponseMessage response, byte[] body);

    private async Task<bool> IsTakenAsync(HttpMessageInvoker connection, OtlpRequest request)
    {
        using HttpRequestMessage message = Message(request);
        using HttpResponseMessage response = await connection.SendAsync(message, CancellationToken.None);
        byte[] body = await response.Content.ReadAsByteArrayAsync();
        return IsTaken(response, body);
    }

    private sealed class GrpcSender(Uri server, int connections, int callsPerConnection) : OtlpSender(connections, callsPerConnection)
    {
        private readonly Uri _export = new(server, "opentelemetry.proto.collector.trace.v1.TraceService/Export");

        protected override HttpRequestMessage Message(OtlpRequest request)
        {
            HttpRequestMessage message = new(HttpMethod.Post, _export)
            {
                Version = HttpVersion.Version20,
                VersionPolicy = HttpVersionPolicy.RequestVersionExact,
                Content = new ReadOnlyMemoryContent(request.Framed) { Headers = { ContentType = new("application/grpc") } },
            };
            message.Headers.TryAddWithoutValidation("te", "trailers");
            if (request.IsGzip)
            {
                message.Headers.TryAddWithoutValidation("grpc-encoding", "gzip");
            }

            return message;
        }

        // Success is the empty response: a length prefix of zeros.
        protected override bool IsTaken(HttpResponseMessage response, byte[] body) => Status(response) switch
        {
            "0" when body.AsSpan().IndexOfAnyExcept((byte)0) < 0 => true,
            "14" => false,
            string status => throw new InvalidOperationException($"Export was answered with gRPC status {status} and {body.Length} bytes"),
        };

        private static string Status(HttpResponseMessage response) =>
            response.TrailingHeaders.TryGetValues("grpc-status", out IEnumerable<string>? values) || response.Headers.TryGetValues("grpc-status", out values)
                ? values.First()
                : $"(none, HTTP {(int)response.StatusCode})";
    }

    private sealed class HttpSender(Uri server, int connections) : OtlpSender(connections, callsPerConnection: 1)
    {
        private readonly Uri _traces = new(server, "v1/traces");

        protected override HttpRequestMessage Message(OtlpRequest request)
        {
            ReadOnlyMemoryContent content = new(request.Body) { Headers = { ContentType = new("application/x-protobuf") } };
            if (request.IsGzip)
            {
                content.Headers.ContentEncoding.Add("gzip");
            }

            return new HttpRequestMessage(HttpMethod.Post, _traces) { Content = content };
        }

        protected override bool IsTaken(HttpResponseMessage response, byte[] body) => response.StatusCode switch
        {
            HttpStatusCode.OK when body.Length == 0 => true,
            HttpStatusCode.ServiceUnavailable => false,
            _ => throw new InvalidOperationException($"{_traces} answered {(int)response.StatusCode} and {body.Length} bytes"),
        };
    }
}
