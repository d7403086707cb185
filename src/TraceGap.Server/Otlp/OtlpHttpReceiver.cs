using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.UnaryHttp;

namespace TraceGap.Server.Otlp;

/// <summary>OTLP/HTTP: Export in the words of HTTP (OTLP 1.11, "OTLP/HTTP").</summary>
public static class OtlpHttpReceiver
{
    /// <summary>Serves the path of every kind of telemetry that is taken, and tells whoever asks for another path so.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="service">Takes the requests.</param>
    /// <param name="limits">What a request may cost.</param>
    public static void MapOtlpOverHttp(this IEndpointRouteBuilder endpoints, OtlpExportService service, CallLimits limits)
    {
        foreach (OtlpSignal signal in OtlpSignal.All)
        {
            endpoints.MapUnaryHttp(
                signal.Path, async (request, format, cancellationToken) => Reply(signal, await ExportAsync(service, signal, request, format, cancellationToken), format), limits);
        }

        endpoints.MapUnknownHttp($"spans are taken at {OtlpSignal.Traces.Path} and log records at {OtlpSignal.Logs.Path}, no metrics");
    }

    private static ValueTask<ExportResult> ExportAsync(
        OtlpExportService service, OtlpSignal signal, ReadOnlyMemory<byte> request, PayloadFormat format, CancellationToken cancellationToken) =>
        format == PayloadFormat.Json ? service.ExportJsonAsync(signal, request, cancellationToken) : service.ExportProtobufAsync(signal, request, cancellationToken);

    private static HttpReply Reply(OtlpSignal signal, ExportResult result, PayloadFormat format) => result.Outcome switch
    {
        ExportOutcome.Malformed => HttpReply.Failure(StatusCodes.Status400BadRequest, new GrpcStatus(GrpcStatusCode.InvalidArgument, result.Reason)),
        ExportOutcome.Overloaded or ExportOutcome.Unavailable =>
            HttpReply.Failure(StatusCodes.Status503ServiceUnavailable, new GrpcStatus(GrpcStatusCode.Unavailable, result.Reason, result.RetryAfter)),
        _ => HttpReply.Success(format == PayloadFormat.Json
            ? OtlpExportResponse.ToJson(signal, result.Rejected, result.Reason)
            : OtlpExportResponse.ToProtobuf(result.Rejected, result.Reason)),
    };
}
