using Google.Protobuf;
using Grpc.Health.V1;

namespace TraceGap.Server.Grpc;

/// <summary>Serves <c>grpc.health.v1.Health/Check</c>.</summary>
/// <param name="services">Services that may be asked about, beside the server as a whole.</param>
/// <param name="isServing">Whether calls can be served now.</param>
internal sealed class HealthGrpcService(IReadOnlyCollection<string> services, Func<bool> isServing)
{
    /// <summary>The service's full name.</summary>
    public const string Name = "grpc.health.v1.Health";

    /// <summary>Answers Check.</summary>
    public ValueTask<GrpcReply> CheckAsync(ReadOnlyMemory<byte> message, CancellationToken cancellationToken) => ValueTask.FromResult(Check(message));

    private GrpcReply Check(ReadOnlyMemory<byte> message)
    {
        if (!GrpcMessages.TryParse(HealthCheckRequest.Parser, message, out HealthCheckRequest? request))
        {
            return GrpcReply.Failure(GrpcStatuses.UnreadableMessage);
        }

        if (request.Service.Length > 0 && !services.Contains(request.Service))
        {
            return GrpcReply.Failure(GrpcStatusCode.NotFound, $"there is no service {request.Service}");
        }

        HealthCheckResponse response = new()
        {
            Status = isServing() ? HealthCheckResponse.Types.ServingStatus.Serving : HealthCheckResponse.Types.ServingStatus.NotServing,
        };
        return GrpcReply.Success(response.ToByteArray());
    }
}
