using TraceGap.EndToEnd.Tests.Peers;
using TraceGap.Server.Otlp;

namespace TraceGap.EndToEnd.Tests.Conformance;

/// <summary>
/// OTLP 1.11 row by row, asked over gRPC (its C core) and HTTP (Python's client, protobuf and JSON). That every HTTP answer has the request's content type and a body of the
/// prescribed message, and a 400 its BadRequest, is checked by the client itself.
/// </summary>
/// <remarks>
/// Rows that need more than a question and an answer are elsewhere. gRPC: deadlines, cancellation, health, framing, GOAWAY and pings in PythonPeerTests and the Grpc tests of
/// the server. HTTP: 100-continue, pipelining, stalls, clients that are gone, broken chunks, CORS in the UnaryHttp tests of the server and CurlPeerTests. Exact bytes:
/// <see cref="GoldenBytesTests"/>. Retries: <see cref="RetryTests"/>. What is read of a span, spelling by spelling: the tests of TraceGap.Otlp.
/// </remarks>
public sealed class OtlpConformanceTests(ConformanceRun run) : IClassFixture<ConformanceRun>
{
    private const string NotThere = "";

    /// <summary>The row, the scenario of the client, and how it ends over gRPC and over HTTP.</summary>
    public static TheoryData<string, string, string, string> Rows => new()
    {
        { "full success leaves partial_success unset", "plain", "OK", "200" },
        { "gzip is understood", "gzip", "OK", "200" },
        { "deflate is understood over HTTP", "deflate", "UNIMPLEMENTED", "200" },
        { "a body may come in chunks", "chunked", NotThere, "200" },
        { "a connection serves one request after the other", "twice", NotThere, "200" },
        { "an empty request is a success", "empty", "OK", "200" },
        { "bad spans cost themselves: partial_success with count and reason", "bad-ids", "OK", "200" },
        { "what cannot be decoded is refused for good", "malformed", "INVALID_ARGUMENT", "400" },
        { "the size limit holds before decompression", "too-large", "RESOURCE_EXHAUSTED", "413" },
        { "and after it", "bomb", "RESOURCE_EXHAUSTED", "413" },
        { "for deflate too", "deflate-bomb", NotThere, "413" },
        { "an unknown compression is refused", "unknown-encoding", NotThere, "415" },
        { "an unknown content type is refused", "wrong-type", NotThere, "415" },
        { "another method is refused", "unknown-method", "UNIMPLEMENTED", "405" },
        { "another path is refused: no metrics are taken", "unknown-path", NotThere, "404" },
        { "log records are taken like spans", "logs", "OK", "200" },
        { "log records that nobody reads are taken and dropped", "idle-logs", "OK", "200" },
        { "a broken log record costs itself: partial_success with count and reason", "broken-log", "OK", "200" },
        { "log records that cannot be decoded are refused for good", "malformed-logs", "INVALID_ARGUMENT", "400" },
    };

    [PeerTheory(Peer.Python)]
    [MemberData(nameof(Rows))]
    public void Every_row_ends_as_the_specification_says(string row, string scenario, string grpc, string http)
    {
        Assert.NotEmpty(row);
        Assert.All(Enum.GetValues<Transport>(), transport =>
        {
            string expected = transport == Transport.Grpc ? grpc : http;
            PeerAnswer? answer = run.Answer(transport, scenario);
            Assert.Equal(expected, answer?.Code ?? NotThere);
            if (answer is { Code: "OK" or "200" })
            {
                AssertSuccess(answer, scenario);
            }
            else if (answer is not null)
            {
                Assert.InRange(answer.Details!.Length, 10, 1024);
                Assert.Null(answer.RetryDelay);
            }
        });
    }

    [PeerTheory(Peer.Python)]
    [InlineData(Transport.Grpc, 205)]
    [InlineData(Transport.HttpProtobuf, 605)]
    [InlineData(Transport.HttpJson, 605)]
    public void What_was_accepted_arrived_and_nothing_else(Transport transport, int spans) => Assert.Equal(spans, run.Spans(transport));

    [PeerTheory(Peer.Python)]
    [InlineData(Transport.Grpc, "UNAVAILABLE", 2.5)]
    [InlineData(Transport.HttpProtobuf, "503", 3)]
    [InlineData(Transport.HttpJson, "503", 3)]
    public async Task Overload_is_retryable_and_says_when(Transport transport, string code, double delay)
    {
        await using PeerServer server = await PeerServer.StartAsync();
        server.Sink.Instead = _ => ValueTask.FromResult(SinkResult.Overloaded(TimeSpan.FromSeconds(2.5)));

        Assert.All((await run.AskAsync(server, transport, "plain", "gzip")).Values, answer => Assert.Equal((code, delay), (answer.Code, answer.RetryDelay)));
    }

    [PeerTheory(Peer.Python)]
    [InlineData(Transport.Grpc, "UNAVAILABLE")]
    [InlineData(Transport.HttpProtobuf, "503")]
    [InlineData(Transport.HttpJson, "503")]
    public async Task An_outage_is_retryable_and_its_reason_is_bounded(Transport transport, string code)
    {
        await using PeerServer server = await PeerServer.StartAsync();
        server.Sink.Instead = _ => ValueTask.FromResult(SinkResult.Unavailable(new string('x', 1 << 20)));

        Assert.All(
            (await run.AskAsync(server, transport, "plain", "gzip")).Values,
            answer => Assert.Equal((code, 1024, 5), (answer.Code, answer.Details!.Length, answer.RetryDelay)));
    }

    private static void AssertSuccess(PeerAnswer answer, string scenario)
    {
        bool isPartial = scenario is "bad-ids" or "broken-log";
        Assert.Equal((isPartial, scenario == "bad-ids" ? 2 : isPartial ? 1 : 0), (answer.Partial, answer.Rejected));
        Assert.Equal(scenario == "twice" ? 2 : 0, answer.Answered);
        if (isPartial)
        {
            Assert.Matches(scenario == "bad-ids" ? "^Span.trace_?[Ii]d at byte [0-9]+: " : "^(KeyValue.key|LogRecord.traceId) at byte [0-9]+: ", answer.Details);
        }
    }
}
