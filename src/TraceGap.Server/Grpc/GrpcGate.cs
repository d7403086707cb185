namespace TraceGap.Server.Grpc;

/// <summary>Turns away what is no gRPC call at all.</summary>
internal static class GrpcGate
{
    /// <summary>Answers a request that is no gRPC call.</summary>
    /// <returns>True if it was answered.</returns>
    public static async ValueTask<bool> RefusesAsync(HttpContext context)
    {
        HttpResponse response = context.Response;
        if (!GrpcRequestHead.IsGrpc(context.Request))
        {
            // Not 200: a client of another protocol must not read a gRPC error as success (gRPC over HTTP/2, "Requests").
            response.StatusCode = StatusCodes.Status415UnsupportedMediaType;
            return true;
        }

        if (!response.SupportsTrailers())
        {
            response.StatusCode = StatusCodes.Status426UpgradeRequired;
            response.Headers.Upgrade = "h2c";
            return true;
        }

        if (!HttpMethods.IsPost(context.Request.Method))
        {
            response.StatusCode = StatusCodes.Status405MethodNotAllowed;
            response.Headers.Allow = HttpMethods.Post;
            await GrpcResponse.WriteStatusAsync(response, GrpcStatuses.NotPost(context.Request.Method));
            return true;
        }

        return false;
    }
}
