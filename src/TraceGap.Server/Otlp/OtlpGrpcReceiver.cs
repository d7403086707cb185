using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.Otlp;

/// <summary>OTLP/gRPC: TraceService/Export in the words of gRPC (OTLP 1.11, "OTLP/gRPC").</summary>
public static class OtlpGrpcReceiver
{
    /// <summary>Serves TraceService/Export.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="service">Takes the requests.</param>
    /// <param name="limits">What a request may cost.</param>
    public static void MapOtlpTraces(this IEndpointRouteBuilder endpoints, OtlpTraceService service, CallLimits limits) =>
        endpoints.MapUnaryGrpc(
            OtlpTraceService.Name,
            "Export",
            async (request, cancellationToken) => Reply(await service.ExportProtobufAsync(request, cancellationToken)),
            limits);

    private static GrpcReply Reply(ExportResult result) => result.Outcome switch
    {
        ExportOutcome.Malformed => GrpcReply.Failure(GrpcStatusCode.InvalidArgument, result.Reason),
        ExportOutcome.Overloaded or ExportOutcome.Unavailable => GrpcReply.Failure(GrpcStatusCode.Unavailable, result.Reason, result.RetryAfter),
        _ => GrpcReply.Success(OtlpTraceResponse.ToProtobuf(result.RejectedSpans, result.Reason)),
    };
}
