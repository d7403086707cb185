using System.Net;
using FsCheck;
using FsCheck.Fluent;
using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.Tests.Calls;

namespace TraceGap.Server.Tests.Grpc;

public sealed class GrpcCallTests
{
    private static readonly byte[] Request = GrpcTestServer.Frame("request");

    [Fact]
    public async Task A_deadline_that_passes_cancels_the_handler_and_ends_the_call()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GrpcTestServer server = await GrpcTestServer.StartAsync(async (_, token) =>
        {
            entered.SetResult();
            await Task.Delay(Timeout.Infinite, token);
            return GrpcReply.Success(default);
        });
        Task<GrpcTestReply> call = server.CallAsync(Request, ("grpc-timeout", "5S"));
        await entered.Task;

        server.Time.Advance(TimeSpan.FromSeconds(5));

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await call).Code);
    }

    [Fact]
    public async Task A_reply_after_the_deadline_is_too_late()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GrpcTestServer server = await GrpcTestServer.StartAsync(async (_, _) =>
        {
            entered.SetResult();
            await goOn.Task;
            return GrpcReply.Success(default);
        });
        Task<GrpcTestReply> call = server.CallAsync(Request, ("grpc-timeout", "5S"));
        await entered.Task;

        server.Time.Advance(TimeSpan.FromSeconds(6));
        goOn.SetResult();

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await call).Code);
    }

    [Fact]
    public async Task A_deadline_that_passes_while_the_body_is_read_ends_the_call()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync();
        using PausedContent content = new(GrpcTestServer.Frame([1], length: 500));
        using HttpRequestMessage request = GrpcTestServer.Request("Call", content, ("grpc-timeout", "2S"));
        Task<HttpResponseMessage> sending = server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        await Eventually.Async(() => server.Budget.Taken == 500);

        server.Time.Advance(TimeSpan.FromSeconds(2));

        using HttpResponseMessage response = await sending;
        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await GrpcTestReply.ReadAsync(response)).Code);
        Assert.Equal(0, server.Budget.Taken);
        content.Resume();
    }

    [Fact]
    public async Task A_timeout_of_nothing_has_passed_when_the_call_arrives()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync();

        Assert.Equal(GrpcStatusCode.DeadlineExceeded, (await server.CallAsync(Request, ("grpc-timeout", "0n"))).Code);
    }

    [Fact]
    public async Task A_client_that_gives_up_cancels_the_handler_and_frees_the_budget()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        await using GrpcTestServer server = await GrpcTestServer.StartAsync(async (_, token) =>
        {
            using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            entered.SetResult();
            await cancelled.Task;
            token.ThrowIfCancellationRequested();
            return GrpcReply.Success(default);
        });
        using CancellationTokenSource giveUp = new();
        using HttpRequestMessage request = GrpcTestServer.Request("Call", new ByteArrayContent(Request));
        Task<HttpResponseMessage> sending = server.Client.SendAsync(request, giveUp.Token);
        await entered.Task;

        await giveUp.CancelAsync();

        await cancelled.Task;
        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Eventually.Async(() => server.Budget.Taken == 0);
        Assert.Equal(GrpcStatusCode.Ok, (await server.EchoAsync(Request)).Code);
    }

    [Fact]
    public async Task A_client_that_gives_up_within_the_body_frees_the_budget()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync();
        using CancellationTokenSource giveUp = new();
        using PausedContent content = new(GrpcTestServer.Frame([1], length: 500));
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", content);
        Task<HttpResponseMessage> sending = server.Client.SendAsync(request, giveUp.Token);
        await Eventually.Async(() => server.Budget.Taken == 500);

        await giveUp.CancelAsync();

        await Assert.ThrowsAnyAsync<OperationCanceledException>(() => sending);
        await Eventually.Async(() => server.Budget.Taken == 0);
        content.Resume();
    }

    [Fact]
    public async Task A_handler_that_throws_ends_its_call_and_no_other()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync((_, _) => throw new InvalidOperationException("secret"));

        GrpcTestReply reply = await server.CallAsync(Request);

        Assert.Equal(GrpcStatusCode.Internal, reply.Code);
        Assert.DoesNotContain("secret", reply.StatusMessage, StringComparison.Ordinal);
        Assert.True(reply.IsTrailersOnly);
        Assert.Equal(GrpcStatusCode.Ok, (await server.EchoAsync(Request)).Code);
    }

    [Fact]
    public async Task A_failure_with_a_retry_delay_says_so_in_its_details()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync(
            (_, _) => ValueTask.FromResult(GrpcReply.Failure(GrpcStatusCode.Unavailable, "später", TimeSpan.FromSeconds(3))));

        GrpcTestReply reply = await server.CallAsync(Request);

        Assert.Equal(GrpcStatusCode.Unavailable, reply.Code);
        Assert.Equal("später", reply.StatusMessage);
        Assert.Equal(
            GrpcStatusDetails.Encode(GrpcStatusCode.Unavailable, "später", TimeSpan.FromSeconds(3)), reply.Headers["grpc-status-details-bin"]);
    }

    [Fact]
    public async Task Without_budget_a_call_is_told_to_come_again_and_then_succeeds()
    {
        TaskCompletionSource entered = new(TaskCreationOptions.RunContinuationsAsynchronously);
        TaskCompletionSource goOn = new(TaskCreationOptions.RunContinuationsAsynchronously);
        CallLimits limits = new() { MaxMessageBytes = 1000, Budget = new InFlightBudget(1000) };
        await using GrpcTestServer server = await GrpcTestServer.StartAsync(
            async (_, _) =>
            {
                entered.SetResult();
                await goOn.Task;
                return GrpcReply.Success(default);
            },
            limits);
        Task<GrpcTestReply> first = server.CallAsync(GrpcTestServer.Frame(new byte[600]));
        await entered.Task;

        // The second call's body never comes: it is refused on its length alone.
        using PausedContent content = new(GrpcTestServer.Frame([], length: 401));
        using HttpRequestMessage request = GrpcTestServer.Request("Echo", content);
        using HttpResponseMessage response = await server.Client.SendAsync(request, HttpCompletionOption.ResponseHeadersRead);
        GrpcTestReply refused = await GrpcTestReply.ReadAsync(response);
        content.Resume();

        Assert.Equal(GrpcStatusCode.Unavailable, refused.Code);
        Assert.True(refused.Headers.ContainsKey("grpc-status-details-bin"));
        Assert.Equal(600, server.Budget.Taken);
        Assert.Equal(GrpcStatusCode.Ok, (await server.EchoAsync(GrpcTestServer.Frame(new byte[400]))).Code);
        goOn.SetResult();
        Assert.Equal(GrpcStatusCode.Ok, (await first).Code);
        Assert.Equal(GrpcStatusCode.Ok, (await server.EchoAsync(GrpcTestServer.Frame(new byte[401]))).Code);
    }

    [Fact]
    public async Task What_a_message_inflates_to_comes_out_of_the_budget_too()
    {
        CallLimits limits = new() { MaxMessageBytes = 10_000, Budget = new InFlightBudget(9000) };
        await using GrpcTestServer server = await GrpcTestServer.StartAsync(limits: limits);

        GrpcTestReply refused = await server.EchoAsync(
            GrpcTestServer.Frame(Compression.Gzip(new byte[9000]), flag: 1), ("grpc-encoding", "gzip"));

        Assert.Equal(GrpcStatusCode.Unavailable, refused.Code);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task Bytes_are_held_until_the_handler_is_done()
    {
        long held = 0;
        GrpcTestServer? started = null;
        await using GrpcTestServer server = await GrpcTestServer.StartAsync((_, _) =>
        {
            held = started!.Budget.Taken;
            return ValueTask.FromResult(GrpcReply.Success(default));
        });
        started = server;

        await server.CallAsync(GrpcTestServer.Frame(Compression.Gzip(new byte[5000]), flag: 1), ("grpc-encoding", "gzip"));

        Assert.Equal(5000, held);
        Assert.Equal(0, server.Budget.Taken);
    }

    [Fact]
    public async Task A_body_gives_the_same_reply_however_it_is_split()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync();
        byte[] body = GrpcTestServer.Frame("a message of some length");
        Prop.ForAll(Gen.Choose(1, 6).ListOf().ToArbitrary(), sizes =>
        {
            GrpcTestReply reply = server.SendAsync(GrpcTestServer.Request("Echo", new SplitContent(body, [.. sizes]))).GetAwaiter().GetResult();
            return reply.MessageText == "a message of some length";
        }).QuickCheckThrowOnFailure();
    }

    [Fact]
    public async Task Whatever_the_bytes_the_call_ends_with_a_status()
    {
        await using GrpcTestServer server = await GrpcTestServer.StartAsync();
        Arbitrary<(byte[], string)> bodies = ArbMap.Default.GeneratorFor<byte[]>()
            .Zip(Gen.Elements("gzip", "identity", "br"))
            .ToArbitrary();
        Prop.ForAll(bodies, body =>
        {
            GrpcTestReply reply = server.EchoAsync(body.Item1, ("grpc-encoding", body.Item2)).GetAwaiter().GetResult();
            return reply.HttpStatus == HttpStatusCode.OK && (reply.Code != GrpcStatusCode.Ok || reply.Message.Length == body.Item1.Length - 5);
        }).QuickCheckThrowOnFailure();
        Assert.Equal(0, server.Budget.Taken);
    }
}
