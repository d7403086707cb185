using System.Buffers.Binary;
using System.Net;
using System.Net.Http.Headers;
using Google.Protobuf;

namespace TraceGap.EndToEnd.Tests.Serving;

/// <summary>Unary gRPC calls over plain HTTP/2, one frame there and one back: small enough to see every byte.</summary>
internal sealed class RawGrpcClient(Uri server) : IDisposable
{
    private readonly HttpClient _http = new(new SocketsHttpHandler { EnableMultipleHttp2Connections = true }) { BaseAddress = server };

    /// <summary>Calls a method.</summary>
    /// <returns>The status code as the trailer says it, the status message, and the reply's bytes (empty if there is none).</returns>
    public Task<(int Status, string Message, byte[] Reply)> CallAsync(string path, IMessage request) => CallAsync(path, request.ToByteArray());

    /// <summary>Calls a method with bytes, so that they need not be a message.</summary>
    public async Task<(int Status, string Message, byte[] Reply)> CallAsync(string path, byte[] message)
    {
        using HttpResponseMessage response = await SendAsync(path, message);
        byte[] reply = await response.Content.ReadAsByteArrayAsync();
        return (int.Parse(Trailer(response, "grpc-status") ?? "-1"), Trailer(response, "grpc-message") ?? "", reply.Length > 5 ? reply[5..] : []);
    }

    /// <summary>Calls a method.</summary>
    /// <returns>The details of its status as they travel; null if there are none.</returns>
    public async Task<string?> StatusDetailsAsync(string path, byte[] message)
    {
        using HttpResponseMessage response = await SendAsync(path, message);
        return Trailer(response, "grpc-status-details-bin");
    }

    /// <summary>Exports spans and expects all of them to be taken.</summary>
    public async Task ExportAsync(IMessage request)
    {
        (int status, string message, byte[] reply) = await CallAsync("/opentelemetry.proto.collector.trace.v1.TraceService/Export", request);
        Assert.True(status == 0, $"{status}: {message}");
        Assert.Empty(reply);
    }

    public void Dispose() => _http.Dispose();

    private async Task<HttpResponseMessage> SendAsync(string path, byte[] message)
    {
        byte[] frame = new byte[5 + message.Length];
        BinaryPrimitives.WriteInt32BigEndian(frame.AsSpan(1), message.Length);
        message.CopyTo(frame.AsSpan(5));
        using HttpRequestMessage call = new(HttpMethod.Post, path)
        {
            Version = HttpVersion.Version20,
            VersionPolicy = HttpVersionPolicy.RequestVersionExact,
            Content = new ByteArrayContent(frame),
        };
        call.Content.Headers.ContentType = new MediaTypeHeaderValue("application/grpc");
        call.Headers.TE.Add(new TransferCodingWithQualityHeaderValue("trailers"));
        return await _http.SendAsync(call);
    }

    private static string? Trailer(HttpResponseMessage response, string name) =>
        response.TrailingHeaders.TryGetValues(name, out IEnumerable<string>? values) || response.Headers.TryGetValues(name, out values) ? values.First() : null;
}
