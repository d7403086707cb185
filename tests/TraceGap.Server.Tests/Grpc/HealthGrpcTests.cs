using Google.Protobuf;
using Grpc.Health.V1;
using TraceGap.Server.Grpc;
using Status = Grpc.Health.V1.HealthCheckResponse.Types.ServingStatus;

namespace TraceGap.Server.Tests.Grpc;

public sealed class HealthGrpcTests
{
    private bool _isServing = true;

    [Theory]
    [InlineData("")]
    [InlineData("known.Service")]
    public async Task Known_services_and_the_server_are_serving_while_the_server_says_so(string service)
    {
        Assert.Equal(Status.Serving, await CheckAsync(service));
        _isServing = false;
        Assert.Equal(Status.NotServing, await CheckAsync(service));
    }

    [Fact]
    public async Task An_unknown_service_is_not_found() =>
        Assert.Equal(GrpcStatusCode.NotFound, (await AskAsync(new HealthCheckRequest { Service = "other.Service" }.ToByteArray())).Status.Code);

    [Fact]
    public async Task A_broken_request_is_internal() => Assert.Equal(GrpcStatusCode.Internal, (await AskAsync([0xff])).Status.Code);

    private async Task<Status> CheckAsync(string service)
    {
        GrpcReply reply = await AskAsync(new HealthCheckRequest { Service = service }.ToByteArray());
        Assert.Equal(GrpcStatusCode.Ok, reply.Status.Code);
        return HealthCheckResponse.Parser.ParseFrom(reply.Message.Span).Status;
    }

    private ValueTask<GrpcReply> AskAsync(byte[] request) =>
        new HealthGrpcService(["known.Service"], () => _isServing).CheckAsync(request, CancellationToken.None);
}
