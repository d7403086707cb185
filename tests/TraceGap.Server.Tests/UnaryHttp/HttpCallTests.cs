using FsCheck;
using FsCheck.Fluent;
using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.Tests.Calls;
using TraceGap.Server.UnaryHttp;

namespace TraceGap.Server.Tests.UnaryHttp;

public sealed class HttpCallTests
{
    private const string Json = "application/json";

    [Fact]
    public async Task A_client_that_is_gone_cancels_the_handler_and_frees_the_budget()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using HttpTestServer server = await HttpTestServer.StartAsync(async (_, _, token) =>
        {
            using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            entered.SetResult();
            await cancelled.Task;
            token.ThrowIfCancellationRequested();
            return HttpReply.Success(default);
        });
        using HttpConnection connection = await HttpConnection.OpenAsync(server.Address);
        await connection.WriteAsync(HttpConnection.Post("/call", Json, "{}"u8));
        await entered.Task;
        Assert.Equal(2, server.Budget.Taken);

        connection.Reset();

        await cancelled.Task;
        await Eventually.Async(() => server.Budget.Taken == 0);
        Assert.Equal(200, (await EchoAsync(server, "x"u8.ToArray())).Status);
    }

    [Theory]
    [InlineData("Content-Length: 500")]
    [InlineData("Transfer-Encoding: chunked")]
    public async Task A_client_that_is_gone_within_the_body_frees_the_budget(string framing)
    {
        await using HttpTestServer server = await HttpTestServer.StartAsync();
        using HttpConnection connection = await HttpConnection.OpenAsync(server.Address);
        await connection.WriteAsync((byte[])[.. HttpConnection.Head("/echo", $"Content-Type: {Json}", framing), .. "5\r\nhello\r\n"u8]);
        await Eventually.Async(() => server.Budget.Taken > 0);

        connection.Reset();

        await Eventually.Async(() => server.Budget.Taken == 0);
        Assert.Equal(200, (await EchoAsync(server, "x"u8.ToArray())).Status);
    }

    [Fact]
    public async Task A_handler_that_throws_ends_its_call_and_not_its_connection()
    {
        await using HttpTestServer server = await HttpTestServer.StartAsync((_, _, _) => throw new InvalidOperationException("a defect"));
        using HttpConnection connection = await HttpConnection.OpenAsync(server.Address);

        HttpWireReply failed = await connection.AskAsync(HttpConnection.Post("/call", Json, "{}"u8));

        Assert.Equal((500, """{"code":13,"message":"the server met an unexpected error; its log says more"}"""), (failed.Status, failed.Text));
        Assert.Equal(200, (await connection.AskAsync(HttpConnection.Post("/echo", Json, "{}"u8))).Status);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Theory]
    [InlineData(3000, "3")]
    [InlineData(2001, "3")]
    [InlineData(1, "1")]
    public async Task A_retry_delay_is_told_in_whole_seconds(int milliseconds, string retryAfter)
    {
        await using HttpTestServer server = await HttpTestServer.StartAsync((_, _, _) => ValueTask.FromResult(
            HttpReply.Failure(503, new GrpcStatus(GrpcStatusCode.Unavailable, "\"später\"", TimeSpan.FromMilliseconds(milliseconds)))));

        HttpWireReply reply = await server.AskAsync(HttpConnection.Post("/call", Json, "{}"u8));

        Assert.Equal((503, retryAfter), (reply.Status, reply.Headers["retry-after"]));
        Assert.Equal("""{"code":14,"message":"\"später\""}""", reply.Text);
    }

    [Fact]
    public async Task Without_budget_a_call_is_told_to_come_again_and_then_succeeds()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CallLimits limits = new() { MaxMessageBytes = 1000, Budget = new InFlightBudget(1000) };
        await using HttpTestServer server = await HttpTestServer.StartAsync(
            async (_, _, _) =>
            {
                entered.SetResult();
                await goOn.Task;
                return HttpReply.Success(default);
            },
            limits);
        Task<HttpWireReply> first = server.AskAsync(HttpConnection.Post("/call", Json, new byte[600]));
        await entered.Task;

        // The second call's body never comes: it is refused on its length alone.
        HttpWireReply refused = await server.AskAsync(HttpConnection.Head("/echo", $"Content-Type: {Json}", "Content-Length: 401"));

        Assert.Equal((503, "1", true), (refused.Status, refused.Headers["retry-after"], refused.Closes));
        Assert.Equal(600, server.Budget.Taken);
        Assert.Equal(503, (await server.AskAsync(HttpConnection.ChunkedPost("/echo", Json, new byte[401], 100))).Status);
        Assert.Equal(200, (await EchoAsync(server, new byte[400])).Status);
        goOn.SetResult();
        Assert.Equal(200, (await first).Status);
        Assert.Equal(200, (await EchoAsync(server, new byte[401])).Status);
    }

    [Fact]
    public async Task What_a_body_inflates_to_comes_out_of_the_budget_too()
    {
        CallLimits limits = new() { MaxMessageBytes = 10_000, Budget = new InFlightBudget(9000) };
        await using HttpTestServer server = await HttpTestServer.StartAsync(limits: limits);

        Assert.Equal(503, (await EchoAsync(server, Compression.Gzip(new byte[9000]), "Content-Encoding: gzip")).Status);
        Assert.Equal(503, (await EchoAsync(server, Compression.Zlib(new byte[9000]), "Content-Encoding: deflate")).Status);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Theory]
    [InlineData("gzip")]
    [InlineData("deflate")]
    public async Task Bytes_are_held_until_the_handler_is_done(string encoding)
    {
        long held = 0;
        HttpTestServer? started = null;
        await using HttpTestServer server = await HttpTestServer.StartAsync((_, _, _) =>
        {
            held = started!.Budget.Taken;
            return ValueTask.FromResult(HttpReply.Success(default));
        });
        started = server;

        byte[] body = encoding == "gzip" ? Compression.Gzip(new byte[5000]) : Compression.Zlib(new byte[5000]);
        await server.AskAsync(HttpConnection.Post("/call", Json, body, $"Content-Encoding: {encoding}"));

        Assert.Equal(5000, held);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task A_body_gives_the_same_answer_however_it_is_cut_into_chunks()
    {
        await using HttpTestServer server = await HttpTestServer.StartAsync();
        byte[] body = new byte[300_000];
        new Random(1).NextBytes(body);
        Prop.ForAll(Gen.Choose(1, 300_000).ToArbitrary(), size =>
                server.AskAsync(HttpConnection.ChunkedPost("/echo", Json, body, Math.Max(size, 1000))).GetAwaiter().GetResult().Body.AsSpan().SequenceEqual(body))
            .Check(Config.QuickThrowOnFailure.WithMaxTest(30));
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task Whatever_the_bytes_the_call_ends_with_an_answer()
    {
        await using HttpTestServer server = await HttpTestServer.StartAsync();
        Arbitrary<(byte[], string)> bodies = ArbMap.Default.GeneratorFor<byte[]>()
            .Zip(Gen.Elements("gzip", "identity", "deflate", "br"))
            .ToArbitrary();
        Prop.ForAll(bodies, body =>
        {
            int status = EchoAsync(server, body.Item1, $"Content-Encoding: {body.Item2}").GetAwaiter().GetResult().Status;
            return status == (body.Item2 == "br" ? 415 : body.Item2 == "identity" || body.Item1.Length == 0 ? 200 : 400);
        }).QuickCheckThrowOnFailure();
        Assert.Equal(0, server.Budget.Taken);
    }

    private static Task<HttpWireReply> EchoAsync(HttpTestServer server, byte[] body, params string[] headers) =>
        server.AskAsync(HttpConnection.Post("/echo", Json, body, headers));
}
