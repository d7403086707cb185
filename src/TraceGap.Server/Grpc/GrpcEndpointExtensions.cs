using TraceGap.Server.Calls;

namespace TraceGap.Server.Grpc;

/// <summary>Serves unary gRPC methods as ordinary endpoints of a Kestrel listener that speaks HTTP/2.</summary>
public static class GrpcEndpointExtensions
{
    /// <summary>Serves <c>/service/method</c>.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="service">Full name of the service, <c>package.Service</c>.</param>
    /// <param name="method">Name of the method.</param>
    /// <param name="handler">Answers the calls.</param>
    /// <param name="limits">What a call may cost; <see cref="CallLimits.Budget"/> is shared by all endpoints.</param>
    /// <remarks>Time is the <see cref="TimeProvider"/> among the services, else the system's.</remarks>
    public static IEndpointConventionBuilder MapUnaryGrpc(
        this IEndpointRouteBuilder endpoints, string service, string method, UnaryGrpcHandler handler, CallLimits limits)
    {
        TimeProvider time = endpoints.ServiceProvider.GetService<TimeProvider>() ?? TimeProvider.System;
        ILogger logger = endpoints.ServiceProvider.GetRequiredService<ILoggerFactory>().CreateLogger(typeof(UnaryGrpcCall).FullName!);
        UnaryGrpcCall call = new(handler, limits, time, logger);
        return endpoints.Map($"/{service}/{method}", call.InvokeAsync).WithDisplayName($"gRPC {service}/{method}");
    }

    /// <summary>Answers every other path as gRPC answers a method that it does not have. Map it once, on a listener for gRPC alone.</summary>
    public static IEndpointConventionBuilder MapUnknownGrpc(this IEndpointRouteBuilder endpoints) =>
        endpoints.MapFallback("{**path}", RefuseUnknownAsync).WithDisplayName("gRPC unknown method");

    private static async Task RefuseUnknownAsync(HttpContext context)
    {
        if (!await GrpcGate.RefusesAsync(context))
        {
            await GrpcResponse.WriteStatusAsync(context.Response, GrpcStatuses.UnknownMethod(context.Request.Path));
        }
    }
}
