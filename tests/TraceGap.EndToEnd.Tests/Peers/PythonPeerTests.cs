using TraceGap.Otlp;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Peers;

public sealed class PythonPeerTests(PythonStubs stubs) : IClassFixture<PythonStubs>, IAsyncLifetime
{
    private PeerServer _server = null!;

    public async Task InitializeAsync() => _server = await PeerServer.StartAsync();

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [PeerTheory(Peer.Python)]
    [InlineData("plain")]
    [InlineData("gzip")]
    public async Task Spans_arrive_and_success_has_no_partial_success(string scenario)
    {
        PeerAnswer answer = await AskAsync(scenario);

        Assert.Equal("OK", answer.Code);
        Assert.False(answer.Partial);
        Assert.Equal(100, _server.Sink.Spans.Count);
        Assert.Equal(Enumerable.Range(1, 100).Select(id => new SpanId((ulong)id)), _server.Sink.Spans.Select(span => span.SpanId));
        Assert.All(_server.Sink.Spans, span => Assert.Equal("python-peer", span.Resource.ServiceName));
    }

    [PeerFact(Peer.Python)]
    public async Task An_empty_request_is_a_success()
    {
        PeerAnswer answer = await AskAsync("empty");

        Assert.Equal(("OK", false), (answer.Code, answer.Partial));
    }

    [PeerFact(Peer.Python)]
    public async Task Bad_ids_cost_their_spans_and_no_others()
    {
        PeerAnswer answer = await AskAsync("bad-ids");

        Assert.Equal(("OK", true, 2), (answer.Code, answer.Partial, answer.Rejected));
        Assert.Contains("trace_id", answer.Details, StringComparison.Ordinal);
        Assert.Equal([1UL, 3UL, 5UL], _server.Sink.Spans.Select(span => span.SpanId.Value));
    }

    [PeerTheory(Peer.Python)]
    [InlineData("malformed", "INVALID_ARGUMENT")]
    [InlineData("too-large", "RESOURCE_EXHAUSTED")]
    [InlineData("bomb", "RESOURCE_EXHAUSTED")]
    [InlineData("deflate", "UNIMPLEMENTED")]
    [InlineData("unknown-method", "UNIMPLEMENTED")]
    public async Task What_cannot_be_taken_is_refused_for_good_and_the_server_goes_on(string scenario, string code)
    {
        PeerAnswer answer = await AskAsync(scenario);

        Assert.Equal(code, answer.Code);
        Assert.NotEmpty(answer.Details!);
        Assert.Null(answer.RetryDelay);
        Assert.Empty(_server.Sink.Spans);
        await AssertGoesOnAsync();
    }

    [PeerFact(Peer.Python)]
    public async Task A_full_queue_tells_when_to_come_again()
    {
        _server.Sink.Instead = _ => ValueTask.FromResult(SinkResult.Overloaded(TimeSpan.FromSeconds(2.5)));

        PeerAnswer answer = await AskAsync("plain");

        Assert.Equal(("UNAVAILABLE", 2.5), (answer.Code, answer.RetryDelay));
        await AssertGoesOnAsync();
    }

    [PeerFact(Peer.Python)]
    public async Task A_store_that_cannot_keep_spans_is_unavailable_with_its_reason()
    {
        _server.Sink.Instead = _ => ValueTask.FromResult(SinkResult.Unavailable("disk full: 0 % left"));

        PeerAnswer answer = await AskAsync("plain");

        Assert.Equal(("UNAVAILABLE", "disk full: 0 % left", 5), (answer.Code, answer.Details, answer.RetryDelay));
    }

    [PeerFact(Peer.Python)]
    public async Task A_deadline_that_passes_cancels_the_sink()
    {
        TaskCompletionSource cancelled = new(TaskCreationOptions.RunContinuationsAsynchronously);
        _server.Sink.Instead = async token =>
        {
            using CancellationTokenRegistration registration = token.Register(cancelled.SetResult);
            await Task.Delay(Timeout.Infinite, token);
            return SinkResult.Accepted;
        };

        Assert.Equal("DEADLINE_EXCEEDED", (await AskAsync("deadline")).Code);

        await cancelled.Task;
        await AssertGoesOnAsync();
    }

    [PeerFact(Peer.Python)]
    public async Task Many_calls_at_once_are_all_answered()
    {
        Assert.Equal(200, (await AskAsync("many")).Answered);
        Assert.Equal(2000, _server.Sink.Spans.Select(span => span.SpanId).Distinct().Count());
    }

    [PeerFact(Peer.Python)]
    public async Task The_health_check_says_serving() => Assert.Equal("SERVING", (await AskAsync("health")).Details);

    private async Task AssertGoesOnAsync()
    {
        _server.Sink.Instead = null;
        Assert.Equal("OK", (await AskAsync("plain")).Code);
        Assert.Equal(100, _server.Sink.Spans.Count);
    }

    private Task<PeerAnswer> AskAsync(string scenario) =>
        PeerRun.AskAsync(PeerPaths.Python, Path.Combine(PeerPaths.PythonFolder, "peer.py"), _server.Address, stubs.Folder, scenario);
}
