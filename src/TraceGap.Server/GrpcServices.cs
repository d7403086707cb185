using TraceGap.Otlp;
using TraceGap.Server.Configuration;
using TraceGap.Server.Grpc;
using TraceGap.Server.Ingest;
using TraceGap.Server.Otlp;
using TraceGap.Server.Queries;

namespace TraceGap.Server;

/// <summary>What is served on the gRPC port.</summary>
internal static class GrpcServices
{
    /// <summary>Requests of the largest size that may be in memory at once, compressed and decompressed together.</summary>
    private const int RequestsInFlight = 4;

    /// <summary>Maps OTLP, the query service, health, and the answer to everything else.</summary>
    public static void MapGrpcServices(this IEndpointRouteBuilder endpoints, ServerOptions options, IngestPipeline pipeline, IReportQueries queries)
    {
        GrpcLimits limits = new()
        {
            MaxMessageBytes = options.MaxRequestBytes,
            Budget = new InFlightBudget((long)RequestsInFlight * options.MaxRequestBytes),
        };
        endpoints.MapOtlpTraces(new OtlpTraceService(() => new OtlpTraceDecoder(alsoKeep: options.Analysis.LayerKeys), pipeline), limits);
        endpoints.MapReportGrpc(queries, limits);
        endpoints.MapGrpcHealth([OtlpTraceService.Name, ReportGrpcService.Name], () => pipeline.Problem is null, limits);
        endpoints.MapUnknownGrpc();
    }
}
