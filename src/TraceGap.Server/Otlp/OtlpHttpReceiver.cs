using TraceGap.Server.Calls;
using TraceGap.Server.Grpc;
using TraceGap.Server.UnaryHttp;

namespace TraceGap.Server.Otlp;

/// <summary>OTLP/HTTP: TraceService/Export in the words of HTTP (OTLP 1.11, "OTLP/HTTP").</summary>
public static class OtlpHttpReceiver
{
    /// <summary>The path that spans are sent to.</summary>
    public const string Path = "/v1/traces";

    /// <summary>Serves <c>/v1/traces</c>, and tells whoever asks for another path so.</summary>
    /// <param name="endpoints">Where to.</param>
    /// <param name="service">Takes the requests.</param>
    /// <param name="limits">What a request may cost.</param>
    public static void MapOtlpTracesOverHttp(this IEndpointRouteBuilder endpoints, OtlpTraceService service, CallLimits limits)
    {
        endpoints.MapUnaryHttp(Path, async (request, format, cancellationToken) => Reply(await ExportAsync(service, request, format, cancellationToken), format), limits);
        endpoints.MapUnknownHttp($"spans are taken at {Path}, no metrics and no logs");
    }

    private static ValueTask<ExportResult> ExportAsync(
        OtlpTraceService service, ReadOnlyMemory<byte> request, PayloadFormat format, CancellationToken cancellationToken) =>
        format == PayloadFormat.Json ? service.ExportJsonAsync(request, cancellationToken) : service.ExportProtobufAsync(request, cancellationToken);

    private static HttpReply Reply(ExportResult result, PayloadFormat format) => result.Outcome switch
    {
        ExportOutcome.Malformed => HttpReply.Failure(StatusCodes.Status400BadRequest, new GrpcStatus(GrpcStatusCode.InvalidArgument, result.Reason)),
        ExportOutcome.Overloaded or ExportOutcome.Unavailable =>
            HttpReply.Failure(StatusCodes.Status503ServiceUnavailable, new GrpcStatus(GrpcStatusCode.Unavailable, result.Reason, result.RetryAfter)),
        _ => HttpReply.Success(format == PayloadFormat.Json
            ? OtlpTraceResponse.ToJson(result.RejectedSpans, result.Reason)
            : OtlpTraceResponse.ToProtobuf(result.RejectedSpans, result.Reason)),
    };
}
