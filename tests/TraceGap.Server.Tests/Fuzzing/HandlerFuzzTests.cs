using System.Buffers.Binary;
using System.Net;
using OpenTelemetry.Proto.Collector.Trace.V1;
using TraceGap.Otlp.Tests.Fuzzing;
using TraceGap.Server.Grpc;
using TraceGap.Server.Tests.Grpc;

namespace TraceGap.Server.Tests.Fuzzing;

public sealed class HandlerFuzzTests : IAsyncLifetime
{
    private const int Inputs = 300;
    private const string Export = "/opentelemetry.proto.collector.trace.v1.TraceService/Export";

    private static readonly (string Name, string Value)[] Encodings = [("grpc-encoding", "gzip"), ("grpc-encoding", "identity"), ("grpc-encoding", "br")];
    private static readonly string[] Paths =
        [Export, Export, Export, "/grpc.health.v1.Health/Check", "/tracegap.v1.ReportService/GetReport", "/tracegap.v1.ReportService/ListTraces", "/x/y"];

    private FuzzedServer _server = null!;

    public async Task InitializeAsync() => _server = await FuzzedServer.StartAsync();

    public async Task DisposeAsync()
    {
        await _server.CheckGivesBackAsync();
        await _server.DisposeAsync();
    }

    [Fact]
    public void Whatever_comes_over_http_the_server_answers_as_http_and_goes_on()
    {
        HashSet<int> answered = [];
        Fuzz(HttpRequests.Connection, async sent =>
        {
            (byte[] answer, bool isCutOff) = await _server.SendHttpAsync(sent);
            answered.UnionWith(HttpAnswers.Check(answer, isCutOff));
        });

        // Inputs reach the ends that take a whole request, not only those of broken heads.
        Assert.Empty(new[] { 200, 400, 413, 415 }.Except(answered));
    }

    [Fact]
    public void Whatever_comes_over_http2_the_server_answers_in_frames_and_goes_on()
    {
        int answered = 0;
        Fuzz(Http2Requests.Connection, async sent =>
        {
            (byte[] answer, bool isCutOff) = await _server.SendHttp2Async(sent);
            answered += CheckFrames(answer, isCutOff);
        });

        Assert.NotEqual(0, answered);
    }

    // The first byte chooses headers and path, so that a failure is told by its bytes alone.
    [Fact]
    public void Whatever_a_grpc_call_carries_it_ends_with_a_status()
    {
        HashSet<GrpcStatusCode> answered = [];
        Fuzz(random => [(byte)random.Next(256), .. Http2Requests.Body(random)], async sent =>
        {
            if (sent.Length > 0)
            {
                GrpcTestReply reply = await _server.CallAsync(Paths[sent[0] / Encodings.Length % Paths.Length], sent[1..], Encodings[sent[0] % Encodings.Length]);
                CheckReply(reply);
                answered.Add(reply.Code);
            }
        });

        GrpcStatusCode[] reached =
            [GrpcStatusCode.Ok, GrpcStatusCode.InvalidArgument, GrpcStatusCode.Internal, GrpcStatusCode.Unimplemented, GrpcStatusCode.ResourceExhausted];
        Assert.Empty(reached.Except(answered));
    }

    private void Fuzz(Func<Random, byte[]> make, Func<byte[], Task> check) => FuzzRun.Of(Inputs, make, sent =>
    {
        check(sent).GetAwaiter().GetResult();
        _server.CheckServesAsync().GetAwaiter().GetResult();
    });

    private static void CheckReply(GrpcTestReply reply)
    {
        Assert.Equal((HttpStatusCode.OK, "application/grpc"), (reply.HttpStatus, reply.ContentType));
        Assert.True(Enum.IsDefined(reply.Code), $"status {reply.Code}");
        if (reply.Code == GrpcStatusCode.Ok)
        {
            Assert.False(reply.HasContentLength);
        }
        else
        {
            Assert.True(reply.IsTrailersOnly);
            Assert.NotEqual(GrpcStatuses.UnexpectedError.Message, reply.StatusMessage);
        }
    }

    // Frame after frame up to the end, each no longer than was allowed, of a type that a server sends (RFC 9113 section 6). Gives the number of heads.
    private static int CheckFrames(byte[] answer, bool isCutOff)
    {
        int start = 0;
        int heads = 0;
        while (answer.Length - start >= 9)
        {
            int length = BinaryPrimitives.ReadInt32BigEndian(answer.AsSpan(start)) >>> 8;
            Assert.InRange(length, 0, 16_384);
            Assert.Contains(answer[start + 3], new byte[] { 0, 1, 3, 4, 6, 7, 8, 9 });
            if (start + 9 + length > answer.Length)
            {
                break;
            }

            heads += answer[start + 3] == 1 ? 1 : 0;
            start += 9 + length;
        }

        Assert.True(isCutOff || start == answer.Length, "a frame is shorter than it says");
        return heads;
    }
}
