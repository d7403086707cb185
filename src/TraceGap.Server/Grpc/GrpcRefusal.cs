using TraceGap.Server.Security;

namespace TraceGap.Server.Grpc;

/// <summary>Tells over gRPC that a call is not served. The request's body is not read.</summary>
internal static class GrpcRefusal
{
    /// <summary>Answers the call.</summary>
    public static async Task WriteAsync(HttpContext context, AccessRefusal refusal)
    {
        if (!await GrpcGate.RefusesAsync(context))
        {
            await GrpcResponse.WriteStatusAsync(context.Response, new GrpcStatus(CodeOf(refusal.Reason), refusal.Text));
        }
    }

    /// <summary>The status code.</summary>
    public static GrpcStatusCode CodeOf(AccessReason reason) => reason switch
    {
        AccessReason.OtherScope or AccessReason.ForeignHost => GrpcStatusCode.PermissionDenied,
        _ => GrpcStatusCode.Unauthenticated,
    };
}
