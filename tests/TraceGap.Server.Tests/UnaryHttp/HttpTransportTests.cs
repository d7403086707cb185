using System.Text;
using System.Text.Json;
using TraceGap.Server.Tests.Calls;

namespace TraceGap.Server.Tests.UnaryHttp;

public sealed class HttpTransportTests : IAsyncLifetime
{
    private const string Protobuf = "application/x-protobuf";
    private const string Json = "application/json";

    private HttpTestServer _server = null!;

    public async Task InitializeAsync() => _server = await HttpTestServer.StartAsync();

    public async Task DisposeAsync()
    {
        await Eventually.Async(() => _server.Budget.Taken == 0);
        await _server.DisposeAsync();
    }

    [Theory]
    [InlineData(Protobuf, Protobuf)]
    [InlineData(Json, Json)]
    [InlineData("Application/JSON; charset=utf-8", Json)]
    [InlineData("application/x-protobuf;messageType=\"x\"", Protobuf)]
    public async Task A_message_is_answered_in_the_type_that_it_has(string sent, string answered)
    {
        HttpWireReply reply = await EchoAsync(sent, "hello"u8.ToArray());

        Assert.Equal((200, "hello", answered), (reply.Status, reply.Text, reply.ContentType));
    }

    [Theory]
    [InlineData("text/plain")]
    [InlineData("application/protobuf")]
    [InlineData("application/grpc")]
    [InlineData("application/jsonl")]
    [InlineData("nonsense")]
    public async Task Another_content_type_is_415_and_the_known_ones_are_named(string contentType)
    {
        HttpWireReply reply = await EchoAsync(contentType, "x"u8.ToArray());

        AssertStatus(reply, 415, 3, contentType);
        Assert.Equal("application/x-protobuf, application/json", reply.Headers["accept"]);
    }

    [Fact]
    public async Task No_content_type_is_415() => AssertStatus(await _server.AskAsync(HttpConnection.Head("/echo", "Content-Length: 0")), 415, 3, "Content-Type");

    [Theory]
    [InlineData("GET")]
    [InlineData("PUT")]
    [InlineData("DELETE")]
    [InlineData("OPTIONS")]
    public async Task Another_method_is_405_and_post_is_named(string method)
    {
        HttpWireReply reply = await _server.AskAsync(Encoding.ASCII.GetBytes($"{method} /echo HTTP/1.1\r\nHost: test\r\n\r\n"));

        AssertStatus(reply, 405, 12, method);
        Assert.Equal("POST", reply.Headers["allow"]);
    }

    [Theory]
    [InlineData("/")]
    [InlineData("/echo/more")]
    [InlineData("/v1/metrics")]
    public async Task Another_path_is_404_and_says_which_one_is_served(string path)
    {
        HttpWireReply reply = await _server.AskAsync(HttpConnection.Post(path, Json, "{}"u8));

        AssertStatus(reply, 404, 12, path);
        Assert.Contains("try /echo", reply.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("GZip")]
    [InlineData("x-gzip")]
    [InlineData("deflate")]
    [InlineData("zlib")]
    [InlineData("identity")]
    public async Task A_body_is_decompressed(string encoding)
    {
        byte[] plain = Encoding.UTF8.GetBytes(string.Concat(Enumerable.Repeat("span ", 50_000)));
        byte[] body = encoding switch
        {
            "identity" => plain,
            "deflate" or "zlib" => Compression.Zlib(plain),
            _ => Compression.Gzip(plain),
        };

        HttpWireReply reply = await EchoAsync(Protobuf, body, $"Content-Encoding: {encoding}");

        Assert.Equal(200, reply.Status);
        Assert.Equal(plain, reply.Body);
    }

    [Theory]
    [InlineData("br")]
    [InlineData("zstd")]
    [InlineData("gzip, gzip")]
    public async Task Another_encoding_is_415_and_the_known_ones_are_named(string encoding)
    {
        HttpWireReply reply = await EchoAsync(Json, "{}"u8.ToArray(), $"Content-Encoding: {encoding}");

        AssertStatus(reply, 415, 3, encoding);
        Assert.Equal("gzip, deflate, identity", reply.Headers["accept-encoding"]);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_body_that_is_not_compressed_as_it_says_is_400(string encoding) =>
        AssertStatus(await EchoAsync(Json, new byte[40], $"Content-Encoding: {encoding}"), 400, 3, "decompressed");

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task A_compressed_body_of_no_bytes_is_the_empty_message(string encoding) =>
        Assert.Equal((200, ""), await StatusAndTextAsync(EchoAsync(Protobuf, [], $"Content-Encoding: {encoding}")));

    [Fact]
    public async Task A_body_of_exactly_the_limit_passes_and_one_byte_more_is_413()
    {
        byte[] largest = new byte[_server.Limits.MaxMessageBytes];

        Assert.Equal(200, (await EchoAsync(Json, largest)).Status);
        Assert.Equal(200, (await _server.AskAsync(HttpConnection.ChunkedPost("/echo", Json, largest, 100_000))).Status);
        AssertStatus(await EchoAsync(Json, new byte[largest.Length + 1]), 413, 8, "limit is 1048576");
        AssertStatus(await _server.AskAsync(HttpConnection.ChunkedPost("/echo", Json, new byte[largest.Length + 1], 100_000)), 413, 8, "limit of 1048576");
    }

    [Fact]
    public async Task The_limit_holds_for_the_decompressed_body()
    {
        byte[] largest = new byte[_server.Limits.MaxMessageBytes];
        byte[] tooLarge = new byte[_server.Limits.MaxMessageBytes + 1];

        Assert.Equal(200, (await EchoAsync(Json, Compression.Gzip(largest), "Content-Encoding: gzip")).Status);
        Assert.Equal(200, (await EchoAsync(Json, Compression.Zlib(largest), "Content-Encoding: deflate")).Status);
        AssertStatus(await EchoAsync(Json, Compression.Gzip(tooLarge), "Content-Encoding: gzip"), 413, 8, "decompressed");
        AssertStatus(await EchoAsync(Json, Compression.Zlib(tooLarge), "Content-Encoding: deflate"), 413, 8, "decompressed");
    }

    [Fact]
    public async Task A_length_above_the_limit_is_refused_before_the_body_is_sent()
    {
        HttpWireReply reply = await _server.AskAsync(HttpConnection.Head("/echo", $"Content-Type: {Protobuf}", "Content-Length: 99999999999"));

        Assert.Equal((413, Protobuf), (reply.Status, reply.ContentType));
        Assert.True(reply.Closes);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_is_refused_without_it()
    {
        HttpWireReply reply = await _server.AskAsync(HttpConnection.Head("/echo", $"Content-Type: {Json}", "Content-Length: 99999999", "Expect: 100-continue"));

        AssertStatus(reply, 413, 8, "limit");
        Assert.True(reply.Closes);
    }

    [Fact]
    public async Task A_client_that_waits_for_100_gets_it_and_then_the_answer()
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(_server.Address);

        HttpWireReply interim = await connection.AskAsync(HttpConnection.Head("/echo", $"Content-Type: {Json}", "Content-Length: 2", "Expect: 100-continue"));
        HttpWireReply reply = await connection.AskAsync("{}"u8.ToArray());

        Assert.Equal((100, 200, "{}"), (interim.Status, reply.Status, reply.Text));
    }

    [Fact]
    public async Task Requests_one_after_the_other_without_waiting_are_answered_in_their_order()
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(_server.Address);
        byte[] corrupt = HttpConnection.Post("/echo", Json, new byte[40], "Content-Encoding: gzip");
        await connection.WriteAsync((byte[])[.. HttpConnection.Post("/echo", Json, "1"u8), .. corrupt, .. HttpConnection.ChunkedPost("/echo", Protobuf, "three"u8, 2)]);

        Assert.Equal((200, "1"), await StatusAndTextAsync(connection.ReadAsync()));
        Assert.Equal(400, (await connection.ReadAsync()).Status);
        Assert.Equal((200, "three"), await StatusAndTextAsync(connection.ReadAsync()));
    }

    [Theory]
    [InlineData("text/plain", "")]
    [InlineData(Json, "Content-Encoding: br\r\n")]
    public async Task A_refusal_before_the_body_was_read_ends_the_connection(string contentType, string more)
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(_server.Address);
        byte[] refused = HttpConnection.Post("/echo", contentType, "{}"u8, [.. more.Split("\r\n", StringSplitOptions.RemoveEmptyEntries)]);
        HttpWireReply reply = await connection.AskAsync((byte[])[.. refused, .. HttpConnection.Post("/echo", Json, "{}"u8)]);

        Assert.Equal((415, true), (reply.Status, reply.Closes));
        Assert.True(await connection.IsEndedAsync());
    }

    [Fact]
    public async Task A_broken_chunk_is_400()
    {
        byte[] head = HttpConnection.Head("/echo", $"Content-Type: {Json}", "Transfer-Encoding: chunked");

        AssertStatus(await _server.AskAsync((byte[])[.. head, .. "zz\r\n"u8]), 400, 3, "broken");
    }

    [Fact]
    public async Task An_answer_does_not_grow_with_what_it_quotes()
    {
        HttpWireReply reply = await _server.AskAsync(HttpConnection.Post($"/{new string('a', 4000)}", Protobuf, ""u8));

        Assert.Equal(404, reply.Status);
        Assert.InRange(reply.Body.Length, 1000, 1100);
    }

    [Fact]
    public async Task A_stalled_body_is_408_and_gives_its_bytes_back()
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(_server.Address);
        await connection.WriteAsync((byte[])[.. HttpConnection.Head("/echo", $"Content-Type: {Json}", "Content-Length: 100000"), 1, 2, 3]);
        await Eventually.Async(() => _server.Budget.Taken == 100_000);

        _server.Time.Advance(TimeSpan.FromSeconds(29));
        Assert.Equal(100_000, _server.Budget.Taken);
        _server.Time.Advance(TimeSpan.FromSeconds(1));

        HttpWireReply reply = await connection.ReadAsync();
        AssertStatus(reply, 408, 4, "no progress for 30 s");
        Assert.True(reply.Closes);
        Assert.Equal(0, _server.Budget.Taken);
    }

    [Fact]
    public async Task A_body_that_never_begins_stalls_too()
    {
        using HttpConnection connection = await HttpConnection.OpenAsync(_server.Address);
        await connection.WriteAsync(HttpConnection.Head("/echo", $"Content-Type: {Protobuf}", "Transfer-Encoding: chunked"));
        await Eventually.Async(() => _server.Time.ActiveTimers == 1);

        _server.Time.Advance(TimeSpan.FromSeconds(30));

        Assert.Equal((408, Protobuf), ((await connection.ReadAsync()) is { } reply ? (reply.Status, reply.ContentType) : default));
    }

    private static void AssertStatus(HttpWireReply reply, int httpStatus, int code, string messagePart)
    {
        Assert.Equal((httpStatus, Json), (reply.Status, reply.ContentType));
        JsonElement status = JsonDocument.Parse(reply.Body).RootElement;
        Assert.Equal(code, status.GetProperty("code").GetInt32());
        Assert.Contains(messagePart, status.GetProperty("message").GetString(), StringComparison.Ordinal);
    }

    private static async Task<(int Status, string Text)> StatusAndTextAsync(Task<HttpWireReply> asked) => await asked is { } reply ? (reply.Status, reply.Text) : default;

    private Task<HttpWireReply> EchoAsync(string contentType, byte[] body, params string[] headers) =>
        _server.AskAsync(HttpConnection.Post("/echo", contentType, body, headers));
}
