using System.Buffers.Binary;
using System.Globalization;
using System.Net;
using System.Net.Http.Headers;
using System.Net.Sockets;
using Google.Rpc;
using TraceGap.EndToEnd.Tests.Conformance;

namespace TraceGap.EndToEnd.Tests.Serving;

/// <summary>
/// Sends as the Collector's exporters do with their retry on: what OTLP calls retryable, and a call without an answer, is sent again in full after the longer of the delay that
/// the server asked for and an exponential backoff with jitter (initial interval × 1.5 per attempt, ± 50 %); all else is final and fails the test. Its first acknowledgement
/// is lost on the way, so that it repeats what the server has.
/// </summary>
internal sealed class CollectorSender(Uri server, Transport transport, Random random) : IDisposable
{
    /// <summary>The Collector's own first interval is 5 s; a test has less patience.</summary>
    private static readonly TimeSpan FirstInterval = TimeSpan.FromMilliseconds(50);
    private static readonly TimeSpan LongestInterval = TimeSpan.FromSeconds(1);

    // CANCELLED, DEADLINE_EXCEEDED, ABORTED, OUT_OF_RANGE, UNAVAILABLE, DATA_LOSS; RESOURCE_EXHAUSTED (8) only with RetryInfo.
    private static readonly int[] RetryableGrpc = [1, 4, 10, 11, 14, 15];
    private static readonly int[] RetryableHttp = [429, 502, 503, 504];

    private readonly HttpClient _client = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = server };
    private int _refusals;

    /// <summary>Answers that told this sender to come again.</summary>
    public int Refusals => Volatile.Read(ref _refusals);

    /// <summary>Requests that the server acknowledged and this sender repeated all the same.</summary>
    public int LostAcknowledgements { get; private set; }

    /// <summary>Sends a request until it is acknowledged.</summary>
    /// <param name="request">An ExportTraceServiceRequest in the wire format, or JSON over <see cref="Transport.HttpJson"/>.</param>
    /// <param name="impatience">Probability with which an answer is not waited for.</param>
    public async Task SendAsync(byte[] request, double impatience)
    {
        TimeSpan interval = FirstInterval;
        while (await TryAsync(request, random.NextDouble() < impatience) is { } delay)
        {
            TimeSpan backoff = interval * (0.5 + random.NextDouble());
            await Task.Delay(delay > backoff ? delay : backoff);
            interval = interval * 1.5 < LongestInterval ? interval * 1.5 : LongestInterval;
        }
    }

    public void Dispose() => _client.Dispose();

    /// <returns>Null once acknowledged, else how long the server wants this sender to wait.</returns>
    private async Task<TimeSpan?> TryAsync(byte[] request, bool impatient)
    {
        using CancellationTokenSource patience = new();
        using HttpRequestMessage call = transport == Transport.Grpc ? GrpcCall(request) : HttpCall(request);
        try
        {
            Task<HttpResponseMessage> answer = _client.SendAsync(call, patience.Token);
            if (impatient)
            {
                patience.CancelAfter(TimeSpan.FromMilliseconds(random.Next(10)));
            }

            using HttpResponseMessage response = await answer;
            TimeSpan? delay = transport == Transport.Grpc ? JudgeGrpc(response) : JudgeHttp(response);
            if (delay is null && LostAcknowledgements == 0)
            {
                LostAcknowledgements++;
                return TimeSpan.Zero;
            }

            _ = delay is null ? 0 : Interlocked.Increment(ref _refusals);
            return delay;
        }
        catch (Exception exception) when (exception is HttpRequestException or SocketException or OperationCanceledException)
        {
            return TimeSpan.Zero;
        }
    }

    private HttpRequestMessage HttpCall(byte[] request) => new(HttpMethod.Post, "/v1/traces")
    {
        Content = new ByteArrayContent(request)
        {
            Headers = { ContentType = new MediaTypeHeaderValue(transport == Transport.HttpJson ? "application/json" : "application/x-protobuf") },
        },
    };

    private static HttpRequestMessage GrpcCall(byte[] request)
    {
        byte[] frame = new byte[5 + request.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), request.Length);
        request.CopyTo(frame.AsSpan(5));
        return new HttpRequestMessage(HttpMethod.Post, "/opentelemetry.proto.collector.trace.v1.TraceService/Export")
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame) { Headers = { ContentType = new MediaTypeHeaderValue("application/grpc") } },
        };
    }

    private static TimeSpan? JudgeHttp(HttpResponseMessage response)
    {
        int status = (int)response.StatusCode;
        Assert.True(status == 200 || RetryableHttp.Contains(status), $"{status} is final");
        return status == 200 ? null : response.Headers.RetryAfter?.Delta ?? TimeSpan.Zero;
    }

    private static TimeSpan? JudgeGrpc(HttpResponseMessage response)
    {
        int status = int.Parse(Field(response, "grpc-status") ?? "2", CultureInfo.InvariantCulture);
        TimeSpan? delay = RetryDelay(Field(response, "grpc-status-details-bin"));
        Assert.True(status == 0 || RetryableGrpc.Contains(status) || (status == 8 && delay is not null), $"{status} is final: {Field(response, "grpc-message")}");
        return status == 0 ? null : delay ?? TimeSpan.Zero;
    }

    private static TimeSpan? RetryDelay(string? details) => details is null
        ? null
        : Status.Parser.ParseFrom(Convert.FromBase64String(details.PadRight((details.Length + 3) / 4 * 4, '='))).Details[0].Unpack<RetryInfo>().RetryDelay.ToTimeSpan();

    private static string? Field(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;
}
