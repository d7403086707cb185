using TraceGap.Server.Grpc;

namespace TraceGap.Server.Tests.Grpc;

public sealed class GrpcFrameTests : IAsyncLifetime
{
    private GrpcTestServer _server = null!;
    private Http2Connection _connection = null!;

    public async Task InitializeAsync()
    {
        _server = await GrpcTestServer.StartAsync();
        _connection = await Http2Connection.OpenAsync(_server.Address);
    }

    public async Task DisposeAsync()
    {
        await _connection.DisposeAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public async Task An_error_before_the_first_byte_is_one_headers_frame_that_ends_the_stream()
    {
        await CallAsync("/nobody/Nothing", GrpcTestServer.Frame("x"));

        Http2Frame frame = await _connection.ReadAsync(Http2Type.Headers, Http2Type.Data);

        Assert.Equal(Http2Type.Headers, frame.Type);
        Assert.Equal(Http2Frame.EndStream, frame.Flags & Http2Frame.EndStream);
    }

    [Fact]
    public async Task A_reply_is_headers_then_data_then_headers_that_end_the_stream()
    {
        byte[] message = GrpcTestServer.Frame("x");
        await CallAsync($"/{GrpcTestServer.Service}/Echo", message);

        Http2Frame headers = await _connection.ReadAsync(Http2Type.Headers, Http2Type.Data);
        Http2Frame data = await _connection.ReadAsync(Http2Type.Headers, Http2Type.Data);
        Http2Frame trailers = await _connection.ReadAsync(Http2Type.Headers, Http2Type.Data);

        Assert.Equal((Http2Type.Headers, 0), (headers.Type, headers.Flags & Http2Frame.EndStream));
        Assert.Equal((Http2Type.Data, 0), (data.Type, data.Flags & Http2Frame.EndStream));
        Assert.Equal(message, data.Payload);
        Assert.Equal((Http2Type.Headers, Http2Frame.EndStream), (trailers.Type, trailers.Flags & Http2Frame.EndStream));
    }

    [Fact]
    public async Task Pings_are_answered_however_many_there_are()
    {
        for (int sent = 0; sent < 2000; sent++)
        {
            await _connection.WriteAsync(new Http2Frame(Http2Type.Ping, 0, 0, BitConverter.GetBytes((long)sent)));
            Http2Frame answer = await _connection.ReadAsync(Http2Type.Ping, Http2Type.GoAway);
            Assert.Equal(Http2Type.Ping, answer.Type);
            Assert.Equal(sent, BitConverter.ToInt64(answer.Payload));
        }

        await CallAsync($"/{GrpcTestServer.Service}/Echo", GrpcTestServer.Frame("x"));
        Assert.Equal(Http2Type.Headers, (await _connection.ReadAsync(Http2Type.Headers, Http2Type.GoAway)).Type);
    }

    [Fact]
    public async Task A_refused_call_with_an_unread_body_leaves_the_connection_to_others()
    {
        await OpenAsync(1, "/nobody/Nothing");
        await _connection.WriteAsync(new Http2Frame(Http2Type.Data, 0, 1, new byte[10_000]));
        Assert.Equal(Http2Type.Headers, (await _connection.ReadAsync(Http2Type.Headers, Http2Type.GoAway)).Type);

        await OpenAsync(3, $"/{GrpcTestServer.Service}/Echo");
        await _connection.WriteAsync(new Http2Frame(Http2Type.Data, Http2Frame.EndStream, 3, GrpcTestServer.Frame("x")));
        Http2Frame reply = await _connection.ReadAsync(Http2Type.Data, Http2Type.GoAway);

        Assert.Equal((Http2Type.Data, 3), (reply.Type, reply.Stream));
    }

    private async Task CallAsync(string path, byte[] body)
    {
        await OpenAsync(1, path);
        await _connection.WriteAsync(new Http2Frame(Http2Type.Data, Http2Frame.EndStream, 1, body));
    }

    private Task OpenAsync(int stream, string path) => _connection.WriteHeadersAsync(
        stream,
        (":method", "POST"),
        (":scheme", "http"),
        (":path", path),
        (":authority", "localhost"),
        ("content-type", "application/grpc"),
        ("te", "trailers"));
}
