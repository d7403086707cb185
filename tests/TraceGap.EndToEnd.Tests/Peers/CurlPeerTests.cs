namespace TraceGap.EndToEnd.Tests.Peers;

public sealed class CurlPeerTests : IAsyncLifetime
{
    private const string Span = """{"traceId":"0102030405060708090A0B0C0D0E0F10","spanId":"a1a2a3a4a5a6a7a8","name":"step","kind":2,"startTimeUnixNano":"1000000000","endTimeUnixNano":2000000000}""";
    private const string Json = "-H 'Content-Type: application/json'";
    private const string Shown = """-sS -w '\n%{http_code} %{content_type}'""";

    private readonly string _file = Path.GetTempFileName();
    private PeerServer _server = null!;

    public async Task InitializeAsync()
    {
        if (PeerPaths.Problem(Peer.Curl) is { } problem)
        {
            Assert.Fail(problem);
        }

        await WriteSpansAsync(1);
        _server = await PeerServer.StartAsync();
    }

    public async Task DisposeAsync()
    {
        File.Delete(_file);
        await _server.DisposeAsync();
    }

    [PeerFact(Peer.Curl)]
    public async Task A_file_of_json_is_taken()
    {
        Assert.Equal("{}\n200 application/json", await RunAsync($"curl {Shown} {Json} --data-binary @{_file} $URL"));
        Assert.Equal(("0102030405060708090a0b0c0d0e0f10", "a1a2a3a4a5a6a7a8"), (Only().TraceId.ToString(), Only().SpanId.ToString()));
    }

    [PeerFact(Peer.Curl)]
    public async Task What_gzip_wrote_is_taken()
    {
        Assert.Equal(
            "{}\n200 application/json",
            await RunAsync($"gzip -c {_file} | curl {Shown} {Json} -H 'Content-Encoding: gzip' --data-binary @- $URL"));
        Assert.Equal("step", Only().Name);
    }

    [PeerFact(Peer.Curl)]
    public async Task A_body_in_chunks_is_taken()
    {
        Assert.Equal(
            "{}\n200 application/json", await RunAsync($"curl {Shown} {Json} -H 'Transfer-Encoding: chunked' --data-binary @{_file} $URL"));
        Assert.Equal("step", Only().Name);
    }

    [PeerFact(Peer.Curl)]
    public async Task A_large_body_is_taken_after_100_continue()
    {
        await WriteSpansAsync(10_000);

        Assert.EndsWith(
            "\n200 application/json", await RunAsync($"curl -v {Shown} {Json} -H 'Expect: 100-continue' --expect100-timeout 60 --data-binary @{_file} $URL"), StringComparison.Ordinal);
        Assert.Equal(10_000, _server.Sink.Spans.Count);
    }

    [PeerFact(Peer.Curl)]
    public async Task A_body_beyond_the_limit_is_refused_unsent() => Assert.Equal(
        "413 0",
        await RunAsync($"truncate -s 100000000 {_file}; curl -sS -o /dev/null -w '%{{http_code}} %{{size_upload}}' -H 'Content-Type: application/x-protobuf' "
            + $"-H 'Expect: 100-continue' --expect100-timeout 60 -X POST -T {_file} $URL"));

    [PeerFact(Peer.Curl)]
    public async Task A_connection_serves_one_request_after_the_other() => Assert.Equal(
        "200 1\n200 0\n",
        await RunAsync($"curl -sS {Json} --data-binary @{_file} -w '%{{http_code}} %{{num_connects}}\\n' -o /dev/null $URL -o /dev/null $URL"));

    private TraceGap.Otlp.SpanRecord Only() => Assert.Single(_server.Sink.Spans);

    private Task WriteSpansAsync(int count) => File.WriteAllTextAsync(
        _file, $$"""{"resourceSpans":[{"scopeSpans":[{"spans":[{{string.Join(',', Enumerable.Repeat(Span, count))}}]}]}]}""");

    private Task<string> RunAsync(string command) =>
        PeerRun.OutputAsync(PeerPaths.Shell, "-c", $"URL=http://{_server.HttpAddress}/v1/traces; {command}");
}
