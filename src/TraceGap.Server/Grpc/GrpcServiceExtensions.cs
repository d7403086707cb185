using TraceGap.Server.Calls;
using TraceGap.Server.Queries;
using TraceGap.Server.Security;

namespace TraceGap.Server.Grpc;

/// <summary>Serves the gRPC services that are not OTLP's.</summary>
public static class GrpcServiceExtensions
{
    /// <summary>Full name of the query service.</summary>
    public const string ReportService = ReportGrpcService.Name;

    /// <summary>Serves <c>grpc.health.v1.Health/Check</c>.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="services">Services that may be asked about, beside the server as a whole.</param>
    /// <param name="isServing">Whether calls can be served now.</param>
    /// <param name="limits">What a call may cost.</param>
    public static void MapGrpcHealth(this IEndpointRouteBuilder endpoints, IReadOnlyCollection<string> services, Func<bool> isServing, CallLimits limits) =>
        endpoints.MapUnaryGrpc(HealthGrpcService.Name, "Check", new HealthGrpcService(services, isServing).CheckAsync, limits).AllowAnyone();

    /// <summary>Serves <c>tracegap.v1.ReportService</c>.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="queries">Answers the questions.</param>
    /// <param name="limits">What a call may cost.</param>
    public static void MapReportGrpc(this IEndpointRouteBuilder endpoints, IReportQueries queries, CallLimits limits)
    {
        foreach ((string method, UnaryGrpcHandler handler) in new ReportGrpcService(queries).Methods)
        {
            endpoints.MapUnaryGrpc(ReportGrpcService.Name, method, handler, limits).RequireScope(AccessScope.Query);
        }
    }
}
