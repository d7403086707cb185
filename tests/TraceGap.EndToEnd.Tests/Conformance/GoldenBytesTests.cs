using System.Net.Http.Headers;
using System.Text;
using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.EndToEnd.Tests.Serving;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Conformance;

/// <summary>Requests and answers byte for byte over both transports, and python3-protobuf's word that the bytes are what they are said to be.</summary>
public sealed class GoldenBytesTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    [Fact]
    public async Task Full_success_over_every_transport()
    {
        await using PeerServer server = await PeerServer.StartAsync();
        (int status, string message, byte[] reply) = await CallAsync(server, GoldenMessages.OneSpan.Bytes);

        Assert.Equal((0, ""), (status, message));
        Assert.Equal(GoldenMessages.FullSuccess.Bytes, reply);
        Assert.Equal((200, ""), await PostAsync(server, Protobuf, GoldenMessages.OneSpan.Bytes));
        Assert.Equal((200, "{}"), await PostTextAsync(server, GoldenMessages.OneSpanJson));
        Assert.Equal(3, server.Sink.Spans.Count);
        Assert.All(server.Sink.Spans, span => Assert.Equal(
            ("0102030405060708090a0b0c0d0e0f10", "a1a2a3a4a5a6a7a8", "ask", "shop", "t", 1_000_000_000L, 2_000_000_000L),
            (span.TraceId.ToString(), span.SpanId.ToString(), span.Name, span.Resource.ServiceName, span.Scope.Name, span.StartUnixNanos, span.EndUnixNanos)));
    }

    [Fact]
    public async Task Partial_success_over_every_transport()
    {
        await using PeerServer server = await PeerServer.StartAsync();
        (int status, _, byte[] reply) = await CallAsync(server, GoldenMessages.BadSpan.Bytes);

        Assert.Equal((0, Hex(GoldenMessages.PartialSuccess)), (status, Convert.ToHexString(reply)));
        Assert.Equal((200, Hex(GoldenMessages.PartialSuccess)), await PostAsync(server, Protobuf, GoldenMessages.BadSpan.Bytes));
        Assert.Equal((200, GoldenMessages.PartialSuccessJson), await PostTextAsync(server, GoldenMessages.BadSpanJson));
        Assert.Equal(3, server.Sink.Spans.Count);
    }

    [Fact]
    public async Task Empty_requests_over_every_transport()
    {
        await using PeerServer server = await PeerServer.StartAsync();
        (int status, _, byte[] reply) = await CallAsync(server, []);

        Assert.Equal((0, 0), (status, reply.Length));
        Assert.Equal((200, ""), await PostAsync(server, Protobuf, []));
        Assert.Equal((200, "{}"), await PostTextAsync(server, "{}"));
    }

    [Fact]
    public async Task Bad_requests_over_every_transport()
    {
        await using PeerServer server = await PeerServer.StartAsync();
        (int status, string message, _) = await CallAsync(server, GoldenMessages.CutRequest);

        Assert.Equal(3, status);
        Assert.Contains($"message: \"{message}\"", GoldenMessages.BadRequest.Text, StringComparison.Ordinal);
        Assert.Equal((400, Hex(GoldenMessages.BadRequest)), await PostAsync(server, Protobuf, GoldenMessages.CutRequest));
        Assert.Equal((400, GoldenMessages.BadRequestJson), await PostTextAsync(server, GoldenMessages.CutRequestJson));
    }

    [Fact]
    public async Task Overload_over_every_transport()
    {
        await using PeerServer server = await PeerServer.StartAsync();
        server.Sink.Instead = _ => ValueTask.FromResult(SinkResult.Overloaded(TimeSpan.FromSeconds(2.5)));

        using RawGrpcClient client = new(new Uri($"http://{server.Address}"));
        Assert.Equal(Convert.ToBase64String(GoldenMessages.OverloadWithRetryInfo.Bytes).TrimEnd('='), await client.StatusDetailsAsync(Export, GoldenMessages.OneSpan.Bytes));
        Assert.Equal((503, Hex(GoldenMessages.Overload)), await PostAsync(server, Protobuf, GoldenMessages.OneSpan.Bytes));
        Assert.Equal((503, GoldenMessages.OverloadJson), await PostTextAsync(server, GoldenMessages.OneSpanJson));
    }

    [PeerFact(Peer.Python)]
    public async Task The_reference_writes_the_same_bytes()
    {
        await AssertWrittenAsync("opentelemetry.proto.collector.trace.v1.trace_service_pb2", GoldenMessages.OneSpan);
        await AssertWrittenAsync("opentelemetry.proto.collector.trace.v1.trace_service_pb2", GoldenMessages.BadSpan);
        await AssertWrittenAsync("opentelemetry.proto.collector.trace.v1.trace_service_pb2", GoldenMessages.FullSuccess);
        await AssertWrittenAsync("opentelemetry.proto.collector.trace.v1.trace_service_pb2", GoldenMessages.PartialSuccess);
        await AssertWrittenAsync("google_rpc_pb2", GoldenMessages.BadRequest);
        await AssertWrittenAsync("google_rpc_pb2", GoldenMessages.Overload);
        await AssertWrittenAsync("google_rpc_pb2", GoldenMessages.OverloadWithRetryInfo);
    }

    private async Task AssertWrittenAsync(string module, GoldenMessage golden) =>
        Assert.Equal(Convert.ToHexStringLower(golden.Bytes), await run.WriteAsync(module, golden.Name, golden.Text));

    private static string Hex(GoldenMessage golden) => Convert.ToHexString(golden.Bytes);

    private static async Task<(int Status, string Message, byte[] Reply)> CallAsync(PeerServer server, byte[] message)
    {
        using RawGrpcClient client = new(new Uri($"http://{server.Address}"));
        return await client.CallAsync(Export, message);
    }

    private static async Task<(int Status, string Body)> PostTextAsync(PeerServer server, string json)
    {
        (int status, string hex) = await PostAsync(server, Json, Encoding.UTF8.GetBytes(json));
        return (status, Encoding.UTF8.GetString(Convert.FromHexString(hex)));
    }

    private static async Task<(int Status, string BodyHex)> PostAsync(PeerServer server, string contentType, byte[] body)
    {
        using HttpClient client = new();
        using ByteArrayContent content = new(body);
        content.Headers.ContentType = new MediaTypeHeaderValue(contentType);
        using HttpResponseMessage response = await client.PostAsync(new Uri($"http://{server.HttpAddress}/v1/traces"), content);
        Assert.Equal(contentType, response.Content.Headers.ContentType?.ToString());
        return ((int)response.StatusCode, Convert.ToHexString(await response.Content.ReadAsByteArrayAsync()));
    }
}
