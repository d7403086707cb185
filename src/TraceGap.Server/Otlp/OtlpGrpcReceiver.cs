using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;

namespace TraceGap.Server.Otlp;

/// <summary>OTLP/gRPC: Export in the words of gRPC (OTLP 1.11, "OTLP/gRPC").</summary>
public static class OtlpGrpcReceiver
{
    /// <summary>Serves Export of every kind of telemetry that is taken.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="service">Takes the requests.</param>
    /// <param name="limits">What a request may cost.</param>
    public static void MapOtlp(this IEndpointRouteBuilder endpoints, OtlpExportService service, CallLimits limits)
    {
        foreach (OtlpSignal signal in OtlpSignal.All)
        {
            endpoints.MapUnaryGrpc(
                signal.ServiceName,
                "Export",
                async (request, cancellationToken) => Reply(await service.ExportProtobufAsync(signal, request, cancellationToken)),
                limits);
        }
    }

    private static GrpcReply Reply(ExportResult result) => result.Outcome switch
    {
        ExportOutcome.Malformed => GrpcReply.Failure(GrpcStatusCode.InvalidArgument, result.Reason),
        ExportOutcome.Overloaded or ExportOutcome.Unavailable => GrpcReply.Failure(GrpcStatusCode.Unavailable, result.Reason, result.RetryAfter),
        _ => GrpcReply.Success(OtlpExportResponse.ToProtobuf(result.Rejected, result.Reason)),
    };
}
