using TraceGap.Otlp;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Peers;

public sealed class NodePeerTests : IAsyncLifetime
{
    private PeerServer _server = null!;

    public async Task InitializeAsync()
    {
        if (PeerPaths.Problem(Peer.Node) is { } problem)
        {
            Assert.Fail(problem);
        }

        _server = await PeerServer.StartAsync();
    }

    public async Task DisposeAsync() => await _server.DisposeAsync();

    [PeerTheory(Peer.Node)]
    [InlineData("plain")]
    [InlineData("gzip")]
    public async Task Spans_arrive_and_success_has_no_partial_success(string scenario)
    {
        PeerAnswer answer = await AskGrpcJsAsync(scenario);

        Assert.Equal(("OK", false), (answer.Code, answer.Partial));
        Assert.Equal(100, _server.Sink.Spans.Count);
        Assert.All(_server.Sink.Spans, span => Assert.Equal("node-peer", span.Resource.ServiceName));
    }

    [PeerTheory(Peer.Node)]
    [InlineData("malformed", "INVALID_ARGUMENT")]
    [InlineData("too-large", "RESOURCE_EXHAUSTED")]
    [InlineData("bomb", "RESOURCE_EXHAUSTED")]
    [InlineData("unknown-method", "UNIMPLEMENTED")]
    public async Task What_cannot_be_taken_is_refused_for_good_and_the_server_goes_on(string scenario, string code)
    {
        PeerAnswer answer = await AskGrpcJsAsync(scenario);

        Assert.Equal((code, null), (answer.Code, answer.RetryDelay));
        Assert.NotEmpty(answer.Details!);
        Assert.Equal("OK", (await AskGrpcJsAsync("plain")).Code);
    }

    [PeerFact(Peer.Node)]
    public async Task An_empty_request_is_a_success()
    {
        PeerAnswer answer = await AskGrpcJsAsync("empty");

        Assert.Equal(("OK", false), (answer.Code, answer.Partial));
    }

    [PeerTheory(Peer.Node)]
    [InlineData("grpc", "plain")]
    [InlineData("grpc", "gzip")]
    [InlineData("http/protobuf", "plain")]
    [InlineData("http/protobuf", "gzip")]
    [InlineData("http/json", "plain")]
    [InlineData("http/json", "gzip")]
    public async Task The_exporters_of_the_js_sdk_are_told_of_success(string protocol, string scenario)
    {
        Assert.Equal("OK", (await AskExporterAsync(protocol, scenario)).Code);
        Assert.Equal(Enumerable.Range(0, 100).Select(index => $"step {index}"), _server.Sink.Spans.Select(span => span.Name));
    }

    [PeerTheory(Peer.Node)]
    [InlineData("grpc", "plain")]
    [InlineData("http/protobuf", "gzip")]
    [InlineData("http/json", "plain")]
    public async Task Log_records_of_the_js_sdk_say_what_they_say_of_their_span(string protocol, string scenario)
    {
        string url = protocol == "grpc" ? $"http://{_server.Address}" : $"http://{_server.HttpAddress}/v1/logs";

        PeerAnswer answer = await PeerRun.AskAsync(PeerPaths.Node, Path.Combine(PeerPaths.NodeFolder, "otel-log-exporter.js"), protocol, url, scenario);

        Assert.Equal("OK", answer.Code);
        SpanRecord[] signals = [.. _server.Sink.Spans];
        Assert.Equal(["exception", "gen_ai.evaluation.result"], signals.Select(static signal => signal.Name));
        Assert.All(signals, static signal => Assert.Equal((SpanKind.Signal, "0102030405060708"), (signal.Kind, signal.ParentSpanId.ToString())));
        Assert.Equal(("TypeError", 0.5), (signals[0].ExceptionType, signals[1].Attributes.Number("gen_ai.evaluation.score.value")));
    }

    [PeerFact(Peer.Node)]
    public async Task A_full_queue_tells_when_to_come_again()
    {
        _server.Sink.Instead = _ => ValueTask.FromResult(SinkResult.Overloaded(TimeSpan.FromSeconds(2.5)));

        PeerAnswer answer = await AskGrpcJsAsync("plain");

        Assert.Equal(("UNAVAILABLE", 2.5), (answer.Code, answer.RetryDelay));
    }

    private Task<PeerAnswer> AskGrpcJsAsync(string scenario) =>
        PeerRun.AskAsync(PeerPaths.Node, Path.Combine(PeerPaths.NodeFolder, "grpc-js.js"), _server.Address, PeerPaths.Protos, scenario);

    private Task<PeerAnswer> AskExporterAsync(string protocol, string scenario)
    {
        string url = protocol == "grpc" ? $"http://{_server.Address}" : $"http://{_server.HttpAddress}/v1/traces";
        return PeerRun.AskAsync(PeerPaths.Node, Path.Combine(PeerPaths.NodeFolder, "otel-exporter.js"), protocol, url, scenario);
    }
}
