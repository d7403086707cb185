using System.Net;
using System.Text;
using TraceGap.Server.Grpc;
using TraceGap.Server.Tests.Calls;

namespace TraceGap.Server.Tests.Grpc;

public sealed class GrpcTransportTests : IAsyncLifetime
{
    private GrpcTestServer _server = null!;

    public async Task InitializeAsync() => _server = await GrpcTestServer.StartAsync();

    public async Task DisposeAsync()
    {
        Assert.Equal(0, _server.Budget.Taken);
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task A_message_is_answered_by_a_frame_and_the_status_in_trailers()
    {
        GrpcTestReply reply = await _server.EchoAsync(GrpcTestServer.Frame("hello"));

        Assert.Equal(HttpStatusCode.OK, reply.HttpStatus);
        Assert.Equal("application/grpc", reply.ContentType);
        Assert.Equal("hello", reply.MessageText);
        Assert.Equal("0", reply.Trailers["grpc-status"]);
        Assert.DoesNotContain("grpc-status", reply.Headers.Keys);
        Assert.False(reply.HasContentLength);
    }

    [Fact]
    public async Task A_frame_of_length_zero_is_the_empty_message()
    {
        GrpcTestReply reply = await _server.EchoAsync(GrpcTestServer.Frame(""));

        Assert.Equal(GrpcStatusCode.Ok, reply.Code);
        Assert.Equal(new byte[5], reply.Body);
    }

    [Theory]
    [InlineData("application/grpc")]
    [InlineData("application/grpc+proto")]
    [InlineData("Application/gRPC; charset=utf-8")]
    public async Task Content_types_of_protobuf_messages_are_understood(string contentType)
    {
        using HttpRequestMessage request = WithContentType(contentType);

        Assert.Equal(GrpcStatusCode.Ok, (await _server.SendAsync(request)).Code);
    }

    [Theory]
    [InlineData("application/json")]
    [InlineData("application/x-protobuf")]
    [InlineData("application/grpc-web")]
    [InlineData("application/grpc-web+proto")]
    [InlineData("application/grpc+json")]
    [InlineData("application/grpcx")]
    [InlineData(null)]
    public async Task Other_content_types_get_415_and_no_grpc_status(string? contentType)
    {
        using HttpRequestMessage request = WithContentType(contentType);
        GrpcTestReply reply = await _server.SendAsync(request);

        Assert.Equal(HttpStatusCode.UnsupportedMediaType, reply.HttpStatus);
        Assert.DoesNotContain("grpc-status", reply.Headers.Keys);
    }

    [Fact]
    public async Task A_request_that_is_no_post_is_unimplemented()
    {
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", new ByteArrayContent(GrpcTestServer.Frame("x")));
        request.Method = HttpMethod.Put;
        GrpcTestReply reply = await _server.SendAsync(request);

        Assert.Equal(HttpStatusCode.MethodNotAllowed, reply.HttpStatus);
        AssertTrailersOnly(reply, GrpcStatusCode.Unimplemented, "PUT");
    }

    [Theory]
    [InlineData("/tracegap.test.Echo/Nothing")]
    [InlineData("/tracegap.test.Nobody/Echo")]
    [InlineData("/")]
    [InlineData("/a/b/c")]
    public async Task Unknown_methods_and_services_are_unimplemented(string path)
    {
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", new ByteArrayContent(GrpcTestServer.Frame("x")));
        request.RequestUri = new Uri(path, UriKind.Relative);
        GrpcTestReply reply = await _server.SendAsync(request);

        Assert.Equal(HttpStatusCode.OK, reply.HttpStatus);
        AssertTrailersOnly(reply, GrpcStatusCode.Unimplemented, path);
    }

    public static TheoryData<string, byte[], string> BrokenBodies => new()
    {
        { "no bytes", [], "no message" },
        { "prefix cut", [0, 0, 0], "3 of 5" },
        { "message cut", [0, 0, 0, 0, 9, 1, 2], "2 of 9" },
        { "message missing", [0, 0, 0, 0, 1], "0 of 1" },
        { "second frame", [0, 0, 0, 0, 1, 7, 0, 0, 0, 0, 1, 8], "goes on" },
        { "a byte too many", [0, 0, 0, 0, 1, 7, 0], "goes on" },
        { "flag 2", [2, 0, 0, 0, 1, 7], "flag is 2" },
        { "flag 255", [255, 0, 0, 0, 1, 7], "flag is 255" },
        { "compressed without encoding", [1, 0, 0, 0, 1, 7], "grpc-encoding" },
    };

    [Theory]
    [MemberData(nameof(BrokenBodies))]
    public async Task Broken_framing_is_internal(string what, byte[] body, string reason)
    {
        Assert.NotEmpty(what);
        AssertTrailersOnly(await _server.EchoAsync(body), GrpcStatusCode.Internal, reason);
        Assert.Equal(GrpcStatusCode.Ok, (await _server.EchoAsync(GrpcTestServer.Frame("still there"))).Code);
    }

    [Fact]
    public async Task Compressed_messages_are_decompressed()
    {
        string text = string.Concat(Enumerable.Repeat("span ", 50_000));
        byte[] frame = GrpcTestServer.Frame(Compression.Gzip(Encoding.UTF8.GetBytes(text)), flag: 1);

        GrpcTestReply reply = await _server.EchoAsync(frame, ("grpc-encoding", "gzip"));

        Assert.Equal(text, reply.MessageText);
    }

    [Fact]
    public async Task A_compressed_message_of_no_bytes_is_the_empty_message() =>
        Assert.Equal("", (await _server.EchoAsync(GrpcTestServer.Frame([], flag: 1), ("grpc-encoding", "gzip"))).MessageText);

    [Theory]
    [InlineData("gzip")]
    [InlineData("identity")]
    public async Task A_message_without_the_flag_is_taken_as_it_is_whatever_the_encoding(string encoding) =>
        Assert.Equal("plain", (await _server.EchoAsync(GrpcTestServer.Frame("plain"), ("grpc-encoding", encoding))).MessageText);

    [Theory]
    [InlineData("zstd", 0)]
    [InlineData("zstd", 1)]
    [InlineData("deflate", 1)]
    [InlineData("GZIP", 1)]
    public async Task An_unknown_encoding_is_unimplemented_and_the_known_ones_are_named(string encoding, byte flag)
    {
        GrpcTestReply reply = await _server.EchoAsync(GrpcTestServer.Frame([1, 2, 3], flag), ("grpc-encoding", encoding));

        AssertTrailersOnly(reply, GrpcStatusCode.Unimplemented, encoding);
        Assert.Equal("identity,gzip", reply.Headers["grpc-accept-encoding"]);
    }

    [Fact]
    public async Task A_flagged_message_under_identity_is_internal() =>
        AssertTrailersOnly(
            await _server.EchoAsync(GrpcTestServer.Frame([1], flag: 1), ("grpc-encoding", "identity")), GrpcStatusCode.Internal, "grpc-encoding");

    [Fact]
    public async Task A_message_that_is_no_gzip_is_internal() =>
        AssertTrailersOnly(
            await _server.EchoAsync(GrpcTestServer.Frame(new byte[40], flag: 1), ("grpc-encoding", "gzip")), GrpcStatusCode.Internal, "decompressed");

    [Fact]
    public async Task A_message_of_exactly_the_limit_passes_and_one_byte_more_is_too_large_for_good()
    {
        byte[] largest = new byte[_server.Limits.MaxMessageBytes];
        Assert.Equal(GrpcStatusCode.Ok, (await _server.EchoAsync(GrpcTestServer.Frame(largest))).Code);

        AssertTooLarge(await _server.EchoAsync(GrpcTestServer.Frame(new byte[largest.Length + 1])));
    }

    [Fact]
    public async Task A_length_above_the_limit_is_refused_before_the_message_is_sent()
    {
        using PausedContent content = new(GrpcTestServer.Frame([], length: uint.MaxValue));
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", content);
        using HttpResponseMessage response = await _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        AssertTooLarge(await GrpcTestReply.ReadAsync(response));
        content.Resume();
    }

    [Fact]
    public async Task The_limit_holds_for_the_decompressed_message()
    {
        byte[] largest = Compression.Gzip(new byte[_server.Limits.MaxMessageBytes]);
        byte[] tooLarge = Compression.Gzip(new byte[_server.Limits.MaxMessageBytes + 1]);

        Assert.Equal(GrpcStatusCode.Ok, (await _server.EchoAsync(GrpcTestServer.Frame(largest, 1), ("grpc-encoding", "gzip"))).Code);
        AssertTooLarge(await _server.EchoAsync(GrpcTestServer.Frame(tooLarge, 1), ("grpc-encoding", "gzip")));
    }

    [Theory]
    [InlineData("")]
    [InlineData("5")]
    [InlineData("S")]
    [InlineData("123456789S")]
    [InlineData("-1S")]
    [InlineData("1.5S")]
    [InlineData("5 S")]
    [InlineData("5s")]
    public async Task A_malformed_timeout_is_internal(string timeout) =>
        AssertTrailersOnly(await _server.EchoAsync(GrpcTestServer.Frame("x"), ("grpc-timeout", timeout)), GrpcStatusCode.Internal, "grpc-timeout");

    [Theory]
    [InlineData("99999999H")]
    [InlineData("1H")]
    [InlineData("100m")]
    public async Task A_call_within_its_timeout_is_answered(string timeout) =>
        Assert.Equal(GrpcStatusCode.Ok, (await _server.EchoAsync(GrpcTestServer.Frame("x"), ("grpc-timeout", timeout))).Code);

    [Fact]
    public async Task A_stalled_body_ends_the_call_and_gives_its_bytes_back()
    {
        using PausedContent content = new(GrpcTestServer.Frame([1, 2, 3], length: 100_000));
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", content);
        Task<HttpResponseMessage> sending = _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Eventually.Async(() => _server.Budget.Taken == 100_000);

        _server.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(100_000, _server.Budget.Taken);
        _server.Time.Advance(TimeSpan.FromSeconds(1));

        using HttpResponseMessage response = await sending;
        AssertTrailersOnly(await GrpcTestReply.ReadAsync(response), GrpcStatusCode.DeadlineExceeded, "no progress for 30 s");
        Assert.Equal(0, _server.Budget.Taken);
        content.Resume();
    }

    [Fact]
    public async Task A_body_that_never_begins_stalls_too()
    {
        using PausedContent content = new([]);
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", content);
        Task<HttpResponseMessage> sending = _server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Eventually.Async(() => _server.Time.ActiveTimers == 1);

        _server.Time.Advance(TimeSpan.FromSeconds(30));

        using HttpResponseMessage response = await sending;
        AssertTrailersOnly(await GrpcTestReply.ReadAsync(response), GrpcStatusCode.DeadlineExceeded, "no progress");
        content.Resume();
    }

    private static void AssertTooLarge(GrpcTestReply reply)
    {
        AssertTrailersOnly(reply, GrpcStatusCode.ResourceExhausted, "limit");
        Assert.DoesNotContain("grpc-status-details-bin", reply.Headers.Keys);
    }

    private static void AssertTrailersOnly(GrpcTestReply reply, GrpcStatusCode code, string messagePart)
    {
        Assert.Equal(code, reply.Code);
        Assert.Contains(messagePart, reply.StatusMessage, StringComparison.Ordinal);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal("application/grpc", reply.ContentType);
    }

    private static HttpRequestMessage WithContentType(string? contentType)
    {
        ByteArrayContent content = new(GrpcTestServer.Frame("x"));
        HttpRequestMessage request = GrpcTestServer.Request("Echo", content);
        content.Headers.Remove("content-type");
        if (contentType is not null)
        {
            content.Headers.TryAddWithoutValidation("content-type", contentType);
        }

        return request;
    }
}
