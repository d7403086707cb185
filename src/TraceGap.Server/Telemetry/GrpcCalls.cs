using System.Globalization;
using Microsoft.AspNetCore.Http.Features;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.Telemetry;

/// <summary>How a gRPC call ended, read off its answer.</summary>
internal static class GrpcCalls
{
    private static readonly string[] Names =
    [
        "OK", "CANCELLED", "UNKNOWN", "INVALID_ARGUMENT", "DEADLINE_EXCEEDED", "NOT_FOUND", "ALREADY_EXISTS", "PERMISSION_DENIED", "RESOURCE_EXHAUSTED",
        "FAILED_PRECONDITION", "ABORTED", "OUT_OF_RANGE", "UNIMPLEMENTED", "INTERNAL", "UNAVAILABLE", "DATA_LOSS", "UNAUTHENTICATED",
    ];

    /// <summary>The name of the status code; the HTTP status where the request was no gRPC call.</summary>
    public static string CodeOf(HttpContext context)
    {
        // Among the trailers behind a message, among the headers if there is none.
        string? status = context.Features.Get<IHttpResponseTrailersFeature>()?.Trailers[GrpcHeaders.Status];
        status = string.IsNullOrEmpty(status) ? context.Response.Headers[GrpcHeaders.Status] : status;
        return int.TryParse(status, NumberStyles.None, CultureInfo.InvariantCulture, out int code) && code < Names.Length
            ? Names[code]
            : $"HTTP {context.Response.StatusCode}";
    }
}
